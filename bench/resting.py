"""What a gateway costs when nothing happens: starting, memory, and wear of the disk."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil

from bench import served
from bench.figures import Line, Spread, Target
from bench.size import Size

SETTLE = 1.0  # seconds after the start, until all threads sleep
MEBIBYTE = 1 << 20


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Start both servers in turn; then leave the gateway alone."""
    served.prepare(folder / "resting")
    starts: list[float] = []
    memory: list[float] = []
    bare_starts: list[float] = []
    bare_memory: list[float] = []
    for _ in range(size.rounds):
        _start(lambda: served.gateway(folder / "resting"), starts, memory)
        _start(lambda: served.bare_server(folder / "bare.db"), bare_starts, bare_memory)
    goal = Target(0.6, at_least=False)
    yield Line("start until it answers", "seconds", Spread.of(starts), Spread.of(bare_starts), goal)
    goal = Target(60, at_least=False)
    yield Line("idle memory (PSS)", "MiB", Spread.of(memory), Spread.of(bare_memory), goal)
    idle = Spread.of([_written(folder / "resting", size.idle)])
    none = Target(0.0, at_least=False)
    yield Line(f"written to disk in {size.idle:g} idle seconds", "kB", idle, None, none)


def _start(
    server: Callable[[], AbstractContextManager[served.Served]],
    starts: list[float],
    memory: list[float],
) -> None:
    with server() as running:
        starts.append(running.seconds)
        time.sleep(SETTLE)
        memory.append(sum(_memory(one) for one in _processes(running)) / MEBIBYTE)


def _processes(running: served.Served) -> list[psutil.Process]:
    first = psutil.Process(running.process.pid)
    return [first, *first.children(recursive=True)]


def _memory(process: psutil.Process) -> int:
    """Return bytes, of what is shared only this process's share; elsewhere than Linux all."""
    info = process.memory_full_info()
    return int(getattr(info, "pss", info.rss))


def _written(folder: Path, seconds: float) -> float:
    """Return how many kB a gateway that nobody calls gives the disk to write."""
    with served.gateway(folder) as running:
        time.sleep(SETTLE)
        before = given_to_disk(psutil.Process(running.process.pid))
        time.sleep(seconds)
        return (given_to_disk(psutil.Process(running.process.pid)) - before) / 1000


def given_to_disk(first: psutil.Process) -> int:
    """Return the bytes a process and those it began gave the disk to write."""
    processes = (first, *first.children(recursive=True))
    return sum(int(process.io_counters().write_bytes) for process in processes)
