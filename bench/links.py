"""What a round over a link is: its rate, and what it cost the processor."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figures import Line, Spread, Target


@dataclass(frozen=True, slots=True)
class Round:
    """Messages a second, and ms of the processor's time a message."""

    rate: float
    busy: float


class Alone:
    """The client alone; made bound, and `result` waits for its end."""

    def __init__(self, way: str, port: int, count: int, receipts: int = 0) -> None:
        words = [way, str(port), str(count), str(receipts)]
        command = [sys.executable, "-m", "bench.smpp_alone", *words]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self._process.stdout.readline()

    def result(self) -> Round:
        told, _ = self._process.communicate()
        if self._process.returncode:
            raise RuntimeError("the client alone gave up; see above")
        return Round(**json.loads(told))


def lines(
    name: str, ours: Sequence[Round], alone: Sequence[Round], goal: Target | None = None
) -> list[Line]:
    """Return two lines: how fast, and what each message cost the processor."""
    rate, rate_alone = (Spread.of([one.rate for one in rounds]) for rounds in (ours, alone))
    busy, busy_alone = (Spread.of([one.busy for one in rounds]) for rounds in (ours, alone))
    return [
        Line(name, "a second", rate, rate_alone, goal),
        Line("the processor's time for each of these", "ms", busy, busy_alone),
    ]
