"""Running the load generator beside what is measured."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from bench.load import told
from bench.plan import Plan

TAKEN = (200, 202)


@dataclass(slots=True)
class Seen:
    """What a load saw: seconds in all, and of each call when it was due and how long it took."""

    seconds: float = 0.0
    calls: list[tuple[float, float]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.calls) / self.seconds

    def between(self, begin: float, end: float) -> list[float]:
        """Return how long the calls took that were due in this time."""
        return [took for asked, took in self.calls if begin <= asked <= end]

    @property
    def times(self) -> list[float]:
        return [took for _, took in self.calls]


class BadAnswers(Exception):
    """The server refused calls, so that its speed means nothing."""


class Loading:
    """A load that runs; `seen` waits for its end."""

    def __init__(self, plan: Plan) -> None:
        command = [sys.executable, "-m", "bench.load", told(plan)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def enough(self) -> None:
        """End it before its time."""
        self.process.terminate()

    @cached_property
    def seen(self) -> Seen:
        answer, _ = self.process.communicate()
        if self.process.returncode:
            raise BadAnswers("the load generator gave up; see above")
        found = json.loads(answer)
        bad = sorted({status for _, _, status in found["seen"] if status not in TAKEN})
        if bad:
            raise BadAnswers(f"calls were answered with {bad}")
        return Seen(found["seconds"], [(asked, took) for asked, took, _ in found["seen"]])


@contextmanager
def loading(plan: Plan) -> Iterator[Loading]:
    """Run a load beside the body of a `with`."""
    load = Loading(plan)
    try:
        yield load
    finally:
        if load.process.poll() is None:
            load.process.kill()
            load.process.wait()


def run(plan: Plan) -> Seen:
    """Run a load and return what it saw."""
    return Loading(plan).seen
