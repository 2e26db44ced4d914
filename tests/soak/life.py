"""One store through many power cuts, and the process that runs its gateways."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import msgspec

from tests.soak import judging, power
from tests.soak.driver import CUT, Order
from tests.soak.judging import Noted, Stored
from tests.soak.network import noted

# From when on writes are counted, and at which at most the power goes; 0: after all of them.
SORTS = (
    *[("start", 400)] * 4,
    ("checkpoint", 12),
    *[("start", 400)] * 3,
    ("start", 12),
    ("stop", 0),
    *[("start", 400)] * 4,
    ("checkpoint", 60),
    *[("start", 400)] * 3,
    ("start", 12),
    ("stop", 30),
)
AFTER = 10**6

# What a life of fifty cuts has at least of each, or it has shown nothing.
ENOUGH = {
    "unsynced": 25,
    "torn": 5,
    "in_flight": 5,
    "names": 1,
    "unsaid": 10,
    "early": 10,
    "alerts": 1,
    "in_parts": 10,
}


class Driver:
    """Starts gateways on a disk that forgets, each in a process of its own."""

    def __init__(self, prepared: Path, shim: Path) -> None:
        self.prepared = prepared
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.driver", str(prepared)],
            env=os.environ | {"LD_PRELOAD": str(shim)},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, order: Order) -> int:
        """Run a gateway; return how it ended."""
        orders, answers = self._process.stdin, self._process.stdout
        orders.write(msgspec.json.encode(order).decode() + "\n")
        orders.flush()
        return int(answers.readline())

    def close(self) -> None:
        self._process.communicate(timeout=20)


@dataclass(slots=True)
class Life:
    """A store that is cut again and again; `cuts` is what each cut found."""

    folder: Path
    driver: Driver
    seed: int
    fault: str = ""
    redis: str = ""
    cuts: list[power.Cut] = field(default_factory=list)
    claimed: set[int] = field(default_factory=set)
    in_flight: int = 0
    unsaid: int = 0
    chance: Random = field(default_factory=Random)

    def __post_init__(self) -> None:
        shutil.copytree(self.driver.prepared, self.data)
        for made in (self.notes, self.journals):
            made.mkdir()
        self.chance = Random(f"cuts {self.seed}")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def notes(self) -> Path:
        return self.folder / "notes"

    @property
    def journals(self) -> Path:
        return self.folder / "journals"

    @property
    def where(self) -> str:
        return f"seed {self.seed}, cut {len(self.cuts)}"

    def cut(self, tears: bool = True) -> tuple[Stored, Noted]:
        """Start a gateway that dies at one of its writes, and take what it did not sync."""
        when, most = SORTS[len(self.cuts) % len(SORTS)]
        stop = self.chance.randint(1, most) if most else AFTER
        assert self._run(stop, when) == CUT, (self.where, when, stop)
        disk = power.Disk(self.data, self.journals)
        self.cuts.append(power.cut(disk, self.chance if tears else None))
        stored, got = self.look()
        claimed = stored.claimed()
        self.claimed |= claimed
        self.in_flight += bool(claimed & {one.id for one in got.handed})
        self.unsaid += len(judging.unsaid(stored, got))
        return stored, got

    def end(self) -> None:
        """Let all that waits come to its end."""
        assert self._run(0, "start") == 0, self.where

    def look(self) -> tuple[Stored, Noted]:
        return Stored.of(self.data, self.folder / "copy"), Noted.of(self.notes)

    def counts(self) -> dict[str, int]:
        """What is written down of it."""
        stored, got = self.look()
        times = judging.emergencies(got).values()
        return summed(self.cuts) | {
            "in_flight": self.in_flight,
            "accepted_in": len(got.taken),
            "accepted_out": len(got.accepted) + judging.people(stored, got),
            "lost_in": len(judging.lost_in(stored, got)),
            "lost_out": len(judging.lost_out(stored, got)),
            "doubled": len(judging.doubled(stored, got)),
            "extra_emergencies": sum(count - 1 for count in times),
            "unknown": len(judging.unknown(stored)),
            "never_sent": len(judging.unknown(stored) - {one.id for one in got.handed}),
        }

    def lacks(self, but: Sequence[str] = ()) -> list[str]:
        """Of which faults there were too few."""
        names = sum(one.names for one in self.cuts)
        had = {"names": names, "unsaid": self.unsaid, "early": len(noted(self.notes, "early"))}
        _, got = self.look()
        had |= {"alerts": len(got.approved), "in_parts": sum(one.parts > 1 for one in got.handed)}
        had |= self.counts()
        return [name for name, least in ENOUGH.items() if name not in but and had[name] < least]

    def _run(self, stop: int, when: str) -> int:
        where = (str(self.folder), len(self.cuts), self.seed, stop, when)
        return self.driver.run(Order(*where, self.fault, self.redis))


def summed(cuts: Sequence[power.Cut]) -> dict[str, int]:
    """Count cuts, and those that found something to forget."""
    return {
        "faults": len(cuts),
        "unsynced": sum(one.changes + one.names > 0 for one in cuts),
        "torn": sum(one.is_torn for one in cuts),
    }
