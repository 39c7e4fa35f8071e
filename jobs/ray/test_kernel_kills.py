from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobs.ray.kernel_kills import KernelKills

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("membership", "counter", "text"),
    [
        ("12:pids:/\n4:memory:/jobs/a\n0::/\n", "memory/jobs/a/memory.oom_control", "under_oom 0\noom_kill {}\n"),
        ("0::/jobs/a\n", "jobs/a/memory.events", "oom 5\noom_kill {}\noom_group_kill 9\n"),
    ],
    ids=["cgroup v1", "cgroup v2"],
)
def test_kills_are_counted_from_when_the_job_began(tmp_path: Path, membership: str, counter: str, text: str) -> None:
    file = tmp_path / counter
    file.parent.mkdir(parents=True)
    file.write_text(text.format(3))
    (tmp_path / "membership").write_text(membership)
    kills = KernelKills(tmp_path, tmp_path / "membership")
    assert kills.count() == 0
    file.write_text(text.format(5))
    assert kills.count() == 2


def test_without_a_cgroup_there_are_no_kills_to_see(tmp_path: Path) -> None:
    assert KernelKills(tmp_path, tmp_path / "absent").count() == 0
