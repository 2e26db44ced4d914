"""A gateway that nobody calls gives the disk nothing to write: SD cards die of writing."""

import time

import psutil

from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until

SETTLE = 3.0  # seconds in which nothing was written: it rests
IDLE = 12.0


def written(gateway: GatewayProcess) -> dict[str, tuple[int, int]]:
    """Return size and time of change of every file in the data folder."""
    files = [file for file in gateway.data.rglob("*") if file.is_file()]
    return {file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


def given_to_disks(gateway: GatewayProcess) -> int:
    """Return the bytes that its processes gave to disks, where the system counts them."""
    assert gateway.process is not None
    first = psutil.Process(gateway.process.pid)
    counted = [one for one in (first, *first.children()) if hasattr(one, "io_counters")]
    return sum(int(one.io_counters().write_bytes) for one in counted)


def test_nothing_is_written_while_nothing_happens(make: Make) -> None:
    gateway = make()
    gateway.command("channel", "add", "sim", "--provider", "simulator", "--address", "4040")
    gateway.start()
    seen: list[tuple[float, dict[str, tuple[int, int]]]] = []

    def rests() -> bool:
        now = written(gateway)
        if not seen or seen[-1][1] != now:
            seen.append((time.monotonic(), now))
        return time.monotonic() - seen[-1][0] >= SETTLE

    until(rests, "it rests after its start", 30)
    files, given = written(gateway), given_to_disks(gateway)
    time.sleep(IDLE)
    assert written(gateway) == files
    assert given_to_disks(gateway) == given
    assert "gateway.db" in files
