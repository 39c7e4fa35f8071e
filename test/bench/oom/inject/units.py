"""Where a job works on a unit: each is noted in `units.log`, and the fault strikes at its beginning."""

from __future__ import annotations

import contextlib
import functools
import importlib.abc
import importlib.machinery
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

SPEC: dict[str, Any] = json.loads(os.environ["TEMPERED_INJECT"])


def install() -> None:
    """Strikes at the start of the process, and from then on at units."""
    sys.meta_path.insert(0, PatchAfterImport())
    faults.at_start(SPEC)


@contextlib.contextmanager
def unit(name: str) -> Iterator[None]:
    """One unit of work, with the fault in it."""
    held = begin(name)
    yield
    del held
    note("done", name)


def begin(name: str) -> object:
    """What the fault holds until the unit's end."""
    note("begin", name)
    return faults.at_unit(SPEC, _place_of(name))


def _place_of(name: str) -> int:
    """Of the unit among all that the job's attempts have begun, in the order in which they came to them."""
    own = Path(SPEC["units"])
    logs = sorted(own.parent.parent.glob(f"*-a*/{own.name}"), key=_attempt_of)
    lines = [line for log in logs for line in log.read_text().splitlines(keepends=True)]
    begun = list(dict.fromkeys(line for line in lines if line.startswith("begin ")))
    return begun.index(_line("begin", name))


def note(word: str, name: str) -> None:
    """One line, whole, whatever process writes beside."""
    with Path(SPEC["units"]).open("ab", buffering=0) as log:
        log.write(_line(word, name).encode())


def _attempt_of(log: Path) -> int:
    return int(log.parent.name.rpartition("-a")[2])


def _has_begun(name: str) -> bool:
    """Whether this attempt has."""
    log = Path(SPEC["units"])
    return log.exists() and _line("begin", name) in log.read_text()


def _line(word: str, name: str) -> str:
    return f"{word} {name.replace(' ', '-')}\n"


def patch_chunks(module: ModuleType, function: str, name_of: Callable[[Any], str]) -> None:
    """Makes a unit of each call of a module's function."""
    real = getattr(module, function)

    @functools.wraps(real)
    def in_unit(work: Any, *more: Any) -> Any:
        with unit(name_of(work)):
            return real(work, *more)

    setattr(module, function, in_unit)


def patch_trial(module: ModuleType) -> None:
    """A trial is a unit, and one that is cut begins anew; the fault strikes on its way to each rung."""
    real = module.Trial._advance  # noqa: SLF001 - the one place where a trial works

    @functools.wraps(real)
    def in_unit(self: Any, *args: Any) -> Any:
        held = begin(module.params_key(self._params))
        score = real(self, *args)
        del held
        return score

    module.Trial._advance = in_unit  # noqa: SLF001


def patch_session(module: ModuleType) -> None:
    """The driver knows when a trial is over: after its last rung, or stopped at an earlier one."""
    from jobs.ray.trial_log import params_key

    real = module.Session.record

    @functools.wraps(real)
    def record(self: Any, trial: Any, curve: Any, state: str, *args: Any) -> None:
        real(self, trial, curve, state, *args)
        name = params_key(trial.config)
        if state != "failed" and _has_begun(name):  # one of an earlier attempt is only told again
            note("done", name)

    module.Session.record = record


def patch_steps(module: ModuleType) -> None:
    """A step of the ETL is a unit, unless an earlier attempt has done it."""
    real = module.Steps.do

    @functools.wraps(real)
    def do(self: Any, name: str, make: Callable[[Any], Any]) -> Any:
        def in_unit(folder: Any) -> Any:
            with unit(name):
                return make(folder)

        return real(self, name, in_unit)

    module.Steps.do = do


PATCHES: dict[str, Callable[[Any], None]] = {
    "jobs.python.generate_chunk": lambda module: patch_chunks(module, "make_chunk", lambda chunk: chunk.name),
    "jobs.python.predict_chunks": lambda module: patch_chunks(module, "predict_chunk", lambda work: work.chunk.name),
    "jobs.python.evaluate_chunks": lambda module: patch_chunks(module, "forecast_chunk", lambda chunk: chunk.name),
    "jobs.ray.trial": patch_trial,
    "jobs.ray.tune_session": patch_session,
    "jobs.spark.steps": patch_steps,
}


class PatchAfterImport(importlib.abc.MetaPathFinder):
    """Loads a module as usual and patches it before anybody sees it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Finds what `PATCHES` names."""
        patch = PATCHES.get(fullname)
        found = importlib.machinery.PathFinder.find_spec(fullname, path, target) if patch else None
        if patch is None or found is None or found.loader is None:
            return None
        execute = found.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            patch(module)

        found.loader.exec_module = exec_module  # type: ignore[method-assign]  # this one loader only
        return found
