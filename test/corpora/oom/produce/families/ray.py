"""Ray 2.58: tasks, actors, Tune and Data on a one-node cluster of the job's own, loopback only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from case import Case, Ending, Expect, Limits, not_memory, out_of, program

if TYPE_CHECKING:
    from collections.abc import Mapping

# The monitor looks at the whole machine: its threshold is what is used now and 1.2 GB.
MONITOR = """
import os
facts = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in open("/proc/meminfo")}
used = facts["MemTotal"] - facts["MemAvailable"] + 1_200_000_000
os.environ["RAY_memory_usage_threshold"] = f"{used / facts['MemTotal']:.4f}"
os.environ["RAY_memory_monitor_refresh_ms"] = "100"
os.environ.setdefault("RAY_task_oom_retries", "0")
"""
START = """
import os
import ray
ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100 << 20, _temp_dir=os.environ["TMPDIR"], _node_ip_address="127.0.0.1")
"""
GROW = """
    def grow(gigabytes):
        import time
        blocks = []
        for _ in range(gigabytes * 20):
            blocks.append(b"x" * 50_000_000)
            time.sleep(0.02)
        return len(blocks)
"""
TASK_GROWS = """
    print(ray.get(ray.remote(max_retries=0)(grow).remote(4)))
"""
ACTOR_GROWS = """
    @ray.remote
    class Model:
        def fit(self, size):
            return grow(size)

    model = Model.remote()
    print(ray.get(model.fit.remote(4)))
"""
TUNE_GROWS = """
    import time
    from ray import tune

    def trial(config):
        if config["depth"] == 2:
            grow(4)
        time.sleep(0.5)
        tune.report({"mse": 1.0 / config["depth"]})

    tuner = tune.Tuner(trial, param_space={"depth": tune.grid_search([1, 2, 3])}, tune_config=tune.TuneConfig(max_concurrent_trials=1))
    results = tuner.fit()
    for error in results.errors:
        raise error
"""
TUNE_MEMORY_ERROR = """
    import numpy as np
    from ray import tune

    def trial(config):
        rows = np.zeros((config["rows"], 1_000_000_000))
        tune.report({"mse": float(rows.sum())})

    results = tune.Tuner(trial, param_space={"rows": tune.grid_search([1_000_000])}).fit()
    if results.errors:
        raise RuntimeError(f"{len(results.errors)} of {len(results)} trials failed") from results.errors[0]
"""
TASK_MEMORY_ERROR = """
    @ray.remote
    def load(rows):
        import numpy as np
        return np.zeros((rows, 1_000_000)).sum()

    print(ray.get(load.remote(50_000_000)))
"""
TASK_PLAIN_MEMORY_ERROR = """
    @ray.remote
    def load(size):
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (64 << 30, 64 << 30))
        return len(bytearray(size))

    print(ray.get([load.remote(10), load.remote(100 << 30)]))
"""
TASK_RAISED_FROM = """
    class LoadFailed(Exception):
        pass

    @ray.remote
    def load(size):
        try:
            return len(bytearray(size << 40))
        except MemoryError as error:
            raise LoadFailed("part 3 of the table") from error

    print(ray.get(load.remote(90)))
"""
DATA_MEMORY_ERROR = """
    import numpy as np

    def widen(batch):
        batch["wide"] = np.zeros((len(batch["id"]), 10_000_000_000))
        return batch

    print(ray.data.range(1000).map_batches(widen).count(), ray.data.range(1000).map_batches(widen).sum("id"))
"""
STORE_SPILLS = """
    import numpy as np
    parts = []
    for part in range(20):
        parts.append(ray.put(np.ones(5_000_000)))
        print("part", part, "stored", flush=True)
    print(sum(ray.get(part).sum() for part in parts))
"""
WORKER_EXITS = """
    @ray.remote(max_retries=0)
    def fragile():
        os._exit(137)

    ray.get(fragile.remote())
"""
WORKER_KILLED = """
    @ray.remote(max_retries=0)
    def fragile():
        import signal
        os.kill(os.getpid(), signal.SIGKILL)

    ray.get(fragile.remote())
"""
ACTOR_KILLED = """
    @ray.remote
    class Model:
        def fit(self):
            import signal
            os.kill(os.getpid(), signal.SIGKILL)

    model = Model.remote()
    ray.get(model.fit.remote())
"""
TASK_BUG = """
    @ray.remote
    def count(name):
        return {"KeyError": 2}[name]

    print(ray.get([count.remote("KeyError"), count.remote("OutOfMemoryError")]))
"""
RETRIED_MEMORY_ERROR = """
    @ray.remote(max_retries=3, retry_exceptions=[MemoryError])
    def load(size):
        if not os.path.exists(os.environ["TMPDIR"] + "/seen"):
            open(os.environ["TMPDIR"] + "/seen", "w").close()
            raise MemoryError("first try, all columns")
        return size

    print("loaded", ray.get(load.remote(10)))
    raise ValueError("the label column is constant")
"""
RETRIED_MONITOR = """
    @ray.remote(max_retries=3)
    def load():
        if not os.path.exists(os.environ["TMPDIR"] + "/seen"):
            open(os.environ["TMPDIR"] + "/seen", "w").close()
            return grow(4)
        return 10

    print("loaded", ray.get(load.remote()))
    columns = {"salary": 1}
    print(columns["age"])
"""
TUNE_BUG = """
    from ray import tune

    def trial(config):
        raise ValueError(f"max_bin_memory must be positive, found {config['memory']}")

    results = tune.Tuner(trial, param_space={"memory": tune.grid_search([-1, 0])}).fit()
    for error in results.errors:
        raise error
"""
TOO_LARGE_REQUEST = """
    @ray.remote(memory=500 << 30)
    def load():
        return 1

    print("waiting for memory", flush=True)
    print(ray.get(load.remote()))
"""
WAIT = """
    import time
    print("ready, nodes", len(ray.nodes()), flush=True)
    time.sleep(600)
"""

BOX = Limits(memory_mib=6000, seconds=150)
TIGHT = Limits(memory_mib=2200, seconds=150)


def _ray(
    name: str,
    text: str,
    expect: Expect,
    *,
    before: str = "",
    start: str = START,
    limits: Limits = BOX,
    own_error: bool = False,
    ending: Ending | None = None,
    env: Mapping[str, str] | None = None,
    how: str = "",
) -> Case:
    return Case(
        name,
        "ray",
        ("{python}", "job.py"),
        expect,
        {"job.py": program(before) + program(start) + program(text)},
        limits=limits,
        env={"RAY_task_oom_retries": "0", **(env or {})},
        own_error=own_error,
        ending=ending,
        how=how,
        heavy=True,
    )


GROWING_TASK = program(GROW) + program(TASK_GROWS)
GROWING_ACTOR = program(GROW) + program(ACTOR_GROWS)
GROWING_TRIAL = program(GROW) + program(TUNE_GROWS)

CASES = (
    _ray("ray-task-memory-monitor", GROWING_TASK, out_of("host"), before=MONITOR),
    _ray("ray-task-memory-monitor-own-error", GROWING_TASK, out_of("host"), before=MONITOR, own_error=True),
    _ray("ray-actor-memory-monitor", GROWING_ACTOR, out_of("host"), before=MONITOR),
    _ray("ray-tune-memory-monitor", GROWING_TRIAL, out_of("host"), before=MONITOR),
    _ray("ray-tune-memory-monitor-own-error", GROWING_TRIAL, out_of("host"), before=MONITOR, own_error=True),
    _ray("ray-task-kernel-kill", GROWING_TASK, out_of("container"), limits=TIGHT),
    _ray("ray-task-kernel-kill-own-error", GROWING_TASK, out_of("container"), limits=TIGHT, own_error=True),
    _ray("ray-actor-kernel-kill", GROWING_ACTOR, out_of("container"), limits=TIGHT),
    _ray("ray-tune-kernel-kill", GROWING_TRIAL, out_of("container"), limits=TIGHT),
    _ray("ray-task-numpy-memory-error", TASK_MEMORY_ERROR, out_of("python-worker")),
    _ray("ray-task-memory-error", TASK_PLAIN_MEMORY_ERROR, out_of("python-worker")),
    _ray("ray-task-memory-error-own-error", TASK_PLAIN_MEMORY_ERROR, out_of("python-worker"), own_error=True),
    _ray("ray-task-raised-from-memory-error", TASK_RAISED_FROM, out_of("python-worker")),
    _ray("ray-tune-memory-error", TUNE_MEMORY_ERROR, out_of("python-worker")),
    _ray("ray-data-memory-error", DATA_MEMORY_ERROR, out_of("python-worker")),
    _ray(
        "ray-lost-worker-exits-137",
        WORKER_EXITS,
        not_memory("lost"),
        how="the worker ends itself without a word: the same text as for a kill",
    ),
    _ray(
        "ray-lost-worker-killed",
        WORKER_KILLED,
        not_memory("lost"),
        own_error=True,
        how="SIGKILL by another program, the counter stays 0",
    ),
    _ray(
        "ray-lost-actor-killed", ACTOR_KILLED, not_memory("lost"), how="SIGKILL by another program, the counter stays 0"
    ),
    _ray("ray-lost-actor-killed-own-error", ACTOR_KILLED, not_memory("lost"), own_error=True),
    _ray("ray-lost-killed", WAIT, not_memory("lost"), ending=Ending("SIGKILL", "ready, nodes")),
    _ray(
        "ray-cancelled",
        WAIT,
        not_memory("cancelled"),
        ending=Ending("SIGTERM", "ready, nodes", requested="cancel", whole=False),
    ),
    _ray("ray-bug-in-a-task", TASK_BUG, not_memory("bug")),
    _ray("ray-bug-in-a-task-own-error", TASK_BUG, not_memory("bug"), own_error=True),
    _ray(
        "ray-bug-after-retried-memory-error",
        RETRIED_MEMORY_ERROR,
        not_memory("bug"),
        how="a task's MemoryError, retried with success",
    ),
    _ray(
        "ray-bug-after-memory-monitor-retry",
        program(GROW) + program(RETRIED_MONITOR),
        not_memory("bug"),
        before=MONITOR,
        env={"RAY_task_oom_retries": "3"},
        how="the monitor killed the task once, its second try succeeded",
    ),
    _ray("ray-bug-in-a-trial", TUNE_BUG, not_memory("bug")),
    _ray(
        "ray-disk-full",
        STORE_SPILLS,
        not_memory("disk-full"),
        env={"RAY_local_fs_capacity_threshold": "0.001", "RAY_local_fs_monitor_interval_ms": "50"},
        how="the disk counts as full at 0.1 % of use",
    ),
    _ray(
        "ray-timeout-request-larger-than-any-node",
        TOO_LARGE_REQUEST,
        not_memory("timeout"),
        ending=Ending("SIGKILL", "waiting for memory", requested="timeout"),
        how="no node has 500 GiB: it waits for ever",
    ),
)
