"""The disk is full at any write: calls are refused, nothing is half taken, and it goes on."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.journeys.waiting import until
from tests.providers.twilio_server import NUMBER
from tests.soak.stage import FAULTS, LONG, SEED, gateway_with
from tests.soak.traffic import Traffic
from tests.soak.web_peer import WebPeer


@dataclass
class Disk:
    """The room that is left to the store, told in writes."""

    shim: Path
    left: Path
    refused: Path

    def settings(self) -> dict[str, str]:
        files = {"SOAK_ROOM": str(self.left), "SOAK_REFUSED": str(self.refused)}
        return {"LD_PRELOAD": str(self.shim), **files}

    def has(self, writes: int) -> None:
        made = self.left.with_suffix(".new")
        made.write_bytes(b"." * (writes + 1))
        made.rename(self.left)

    def refusals(self) -> int:
        return self.refused.stat().st_size if self.refused.exists() else 0

    def has_room(self) -> None:
        self.left.unlink()


@pytest.fixture
def disk(tmp_path, not_run) -> Disk:
    compiler = shutil.which("cc") or ""
    if not sys.platform.startswith("linux") or not compiler:
        not_run("A full disk", "it needs Linux and a C compiler")
    shim, source = tmp_path / "no_room.so", Path(__file__).with_name("no_room.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
    return Disk(shim, tmp_path / "left", tmp_path / "refused")


@pytest.mark.timeout(LONG)
def test_a_full_disk_refuses_what_it_cannot_keep_and_loses_nothing(tmp_path, disk, counted):
    chance, in_flight, room = Random(SEED), 0, disk.settings()
    with WebPeer(chance) as peer, gateway_with(tmp_path, "twilio", peer, NUMBER, **room) as gateway:
        began = gateway.worker().pid
        with Traffic(gateway, peer, chance) as traffic:
            for _ in range(FAULTS):
                traffic.moment()
                in_flight += traffic.in_flight() > 0
                enough = disk.refusals() + chance.randint(1, 20)
                disk.has(chance.randint(0, 40))
                until(lambda: disk.refusals() >= enough, "it is full", told=gateway.log)  # noqa: B023
                disk.has_room()
        traffic.ends()
        account = traffic.account()
        assert gateway.worker().pid == began, "it did not go on by itself"
    assert in_flight > FAULTS / 2, "the disk was full when nothing was on its way"
    assert set(traffic.statuses) == {202, 500}, "no order was refused"
    assert traffic.broken > FAULTS / 2, "no call of the provider was refused"
    assert account.unknown == 0, f"SEED={SEED}: it sent something and did not know"
    counted("disk full", faults=FAULTS, in_flight=in_flight, **account.counts())
    assert account.wrong == {}, f"SEED={SEED}"
