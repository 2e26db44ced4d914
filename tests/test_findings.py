"""What facts mean for people: how bad it is, and what to do next."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway import health, submit
from gateway.cli import main
from gateway.context import Gateway, open_gateway
from gateway.health import Channel, Facts, findings
from gateway.health.facts import Waiting
from gateway.settings import Settings
from gateway.store import channels, claims, create, jobs
from gateway.store.lock import only_one

GIB = 1 << 30
WELL = Facts(
    now=1000.0,
    minute_in=0,
    minute_out=0,
    channels=[Channel("sim", "on", 0.0, None)],
    waiting=[],
    on_the_way=0,
    jobs=[],
    disk=100 * GIB,
    disk_free=50 * GIB,
    store=GIB,
)


def late(class_: int, seconds: float, channel: str = "sim") -> Facts:
    return replace(WELL, waiting=[Waiting(channel, class_, 3, seconds)])


CASES = {
    "well": (WELL, {"disk": "well", "waiting": "well"}, ""),
    "a little room": (replace(WELL, disk_free=100 << 20), {"disk": "look"}, "delete old backups"),
    "no room": (replace(WELL, disk_free=1 << 20), {"disk": "wrong"}, "nothing new is accepted"),
    "in time": (late(2, 3000.0), {"waiting": "well"}, ""),
    "on the way": (
        replace(WELL, on_the_way=1200),
        {"waiting": "well", "on the way": "well"},
        "1,200 messages, with a worker",
    ),
    "much on the way": (
        replace(WELL, on_the_way=100_001),
        {"on the way": "well"},
        "more than 100,000 messages",
    ),
    "late": (late(2, 3700.0), {"waiting sim": "look"}, "the oldest for 62 minutes"),
    "emergency": (late(0, 130.0), {"waiting sim": "wrong"}, "class emergency"),
    "off": (
        replace(late(0, 130.0), channels=[Channel("sim", "off", 0.0, None)]),
        {"waiting sim": "wrong"},
        "gateway channel set sim --on",
    ),
    "held": (
        replace(late(0, 130.0), channels=[Channel("sim", "held", 9e3, None)]),
        {"waiting sim": "wrong"},
        "The channel is held",
    ),
    "not bound": (
        replace(late(0, 130.0), channels=[Channel("sim", "on", 0.0, False)]),
        {"waiting sim": "wrong"},
        "link is not bound",
    ),
    "gone": (late(2, 3700.0, "old"), {"waiting old": "look"}, "channel was removed"),
}


@pytest.mark.parametrize("facts, states, said", CASES.values(), ids=CASES)
def test_facts_become_findings_that_say_what_to_do(
    facts: Facts, states: dict[str, str], said: str
) -> None:
    found = {one.what: one for one in findings(facts)}
    assert {what: found[what].state for what in states} == states
    assert said in " ".join(f"{one.say} {one.do}" for one in found.values())
    assert all(one.do for one in found.values() if one.state != "well")


def test_nothing_on_the_way_has_no_line() -> None:
    assert [one.what for one in findings(WELL)] == ["disk", "waiting"]


@pytest.fixture
def gw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    for name, value in {"GATEWAY_DATA": str(tmp_path), "GATEWAY_SECRET": "for a test"}.items():
        monkeypatch.setenv(name, value)
    settings = Settings.load()
    create(settings.store)
    made = open_gateway(settings)
    sealed = made.sealer.seal({})

    def fill(db: sqlite3.Connection) -> None:
        channels.add(db, "sim", "simulator", "4040", sealed, made.clock())
        jobs.add(db, "import_areas", "cli", made.clock() - 3600, b"", 3)

    made.store.write(fill)
    yield made
    made.store.close()


def test_the_facts_of_a_gateway_are_looked_up(gw: Gateway) -> None:
    found = health.facts(gw)
    assert [channel.state for channel in found.channels] == ["on"]
    assert [job["kind"] for job in found.jobs] == ["import_areas"]
    assert 0 < found.store < found.disk_free <= found.disk


def test_check_reads_the_same_findings(gw: Gateway) -> None:
    said = CliRunner().invoke(main, ["check"]).output
    assert "disk" in said
    assert "import_areas, 0 of 3, still for 60 minutes." in said
    assert "gateway jobs show 1" in said


def test_check_tells_what_is_claimed_and_that_nothing_is_wrong_with_it(gw: Gateway) -> None:
    submit.submit(gw, "cli", submit.Order(["+15550100", "+15550101"], "Water at the school."))
    gw.store.write(lambda db: claims.claim(db, 1, "b", gw.clock(), 10, 10.0))
    said = CliRunner().invoke(main, ["check"]).output
    assert re.search(r"ok +waiting +0 messages\n", said)
    assert re.search(r"ok +on the way +2 messages, with a worker or being sent\n", said)


SHARED = [
    ("spool", "outgoing incoming sent failed", "outgoing"),
    ("gammusmsd", "outbox inbox sent error", "error"),
]


@pytest.mark.parametrize("provider, theirs, one", SHARED)
def test_check_says_which_shared_folder_cannot_be_used(
    gw: Gateway, tmp_path: Path, provider: str, theirs: str, one: str
) -> None:
    spool = tmp_path / "spool"
    sealed = gw.sealer.seal({"folder": str(spool)})
    gw.store.write(lambda db: channels.add(db, "stick", provider, "+15550199", sealed, 0.0))

    def said() -> Result:
        return CliRunner().invoke(main, ["check"])

    wrong = r"WRONG channel stick {}: The folder is not there, or .+ --set folder=…\n"
    assert re.search(wrong.format(re.escape(str(spool))), said().output)
    assert not spool.exists()
    for name in theirs.split():
        (spool / name).mkdir(parents=True)
    assert re.search(rf"ok +channel stick {provider}, ", said().output)
    assert said().exit_code == 0
    (spool / one).rmdir()
    assert re.search(wrong.format(re.escape(str(spool / one))), said().output)
    assert said().exit_code == 1
    (spool / one).touch()  # no folder, and nothing to write in
    assert re.search(wrong.format(re.escape(str(spool / one))), said().output)
    (spool / one).unlink()
    (spool / one).mkdir()
    (spool / "gateway").touch()
    assert re.search(wrong.format(re.escape(str(spool / "gateway"))), said().output)


def test_check_tells_whether_the_gateway_runs(gw: Gateway) -> None:
    def said() -> str:
        return CliRunner().invoke(main, ["check"]).output

    assert "does not run: nothing comes in or goes out. Start it: gateway run" in said()
    held = only_one(gw.settings.data)
    assert re.search(r"ok +gateway +runs\n", said())
    held.close()
