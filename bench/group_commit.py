"""Sixteen writers who share their commits, beside one commit each, on this disk and a slow one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Line, Spread, Target
from bench.size import Size

SLOW = 0.010  # seconds that a sync takes more on a slow disk
SOURCE = Path(__file__).with_name("slow_sync.c")


class NotHere(Exception):
    """This cannot be measured on this machine; the text says why."""


@dataclass(frozen=True, slots=True)
class Round:
    """Writes a second, shared and one commit each; seconds of one sync; what failures did."""

    shared: float
    each: float
    sync: float
    kept: int
    good: int
    astray: int


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Measure both sides in a process of their own, in turn."""
    own = [_round(folder, size.commits) for _ in range(size.rounds)]
    yield _line("writes of 16 at once; ceiling: one commit each", own, 2.5)
    name = f"the same where a sync takes {SLOW * 1000:.0f} ms"
    try:
        disk = slow_disk(folder)
        slow = [_round(folder, size.slow_commits, disk) for _ in range(size.rounds)]
        if min(one.sync for one in slow) < SLOW:
            raise NotHere("the slow disk was not slow")
    except NotHere as reason:
        yield Line(name, said=f"not measured here: {reason}")
    else:
        yield _line(name, slow, 10)
    kept, good, astray = (sum(getattr(one, n) for one in own) for n in ("kept", "good", "astray"))
    told = f"{kept:,} of {good:,} kept, {astray} of {good // 9:,} failed ones"
    yield Line("rows of good units beside failing ones", said=told)


def _line(name: str, rounds: list[Round], least: float) -> Line:
    ours, each = ([one.shared for one in rounds], [one.each for one in rounds])
    return Line(name, "a second", Spread.of(ours), Spread.of(each), Target(least, ratio=True))


def slow_disk(folder: Path) -> dict[str, str]:
    """Return the environment in which a sync is slow; NotHere if that cannot be made."""
    compiler = shutil.which("cc")
    if not sys.platform.startswith("linux"):
        raise NotHere("only Linux can make a sync slow")
    if compiler is None:
        raise NotHere("no C compiler")
    made = folder / "slow_sync.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, SOURCE, "-ldl"], check=True)
    return {"LD_PRELOAD": str(made.resolve()), "SLOW_SYNC_US": str(int(SLOW * 1_000_000))}


def _round(folder: Path, writes: int, more: Mapping[str, str] = os.environ) -> Round:
    command = [sys.executable, "-m", "bench.writing", str(folder), str(writes)]
    told = subprocess.run(
        command, env={**os.environ, **more}, check=True, stdout=subprocess.PIPE
    ).stdout
    return Round(**json.loads(told))
