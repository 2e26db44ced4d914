"""J8: no signal, a power cut in sending, no clock battery; three days later all is as it should be.

The machine's clock is set back for the whole of Python, before the program begins: the program
itself knows nothing of it.
"""

import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.journeys.boxes import KannelBox
from tests.journeys.calls import call
from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until

PEOPLE = [f"+447700900{number:03}" for number in range(200)]
WARNED = "+447700900999"
LEAVES = PEOPLE[-1]
ASKS = "+447700900998"

DAYS = 72 * 3600.0
LONDON = ZoneInfo("Europe/London")
BANNER = "Nobody knows what time it is here."
ELSEWHEN = """
import os, time
real, ahead = time.time, float(os.environ["MACHINE_AHEAD"])
time.time = lambda: real() + ahead
"""


class Machine:
    """A gateway on a small computer, and the box with its modem."""

    def __init__(self, gateway: GatewayProcess, box: KannelBox, python: Path) -> None:
        self.gateway, self.box, self.python = gateway, box, python
        gateway.add_channel("modem", "kannel", box, "4040")
        gateway.command("channel", "set", "modem", "--rate", "50")
        self.token = gateway.add_token("field", "operator")
        gateway.start()

    def queue(self, to: list[str], class_: str, expires: float | None = None) -> None:
        order = {"to": to, "text": "Water at 4 pm", "class": class_, "channel": "modem"}
        if expires is not None:
            order["expires"] = datetime.fromtimestamp(expires, UTC).isoformat()
        reply = self.gateway.api(self.token, "POST", "/messages", order)
        assert reply.status == 202, reply

    def text(self, sender: str, words: str, at: float = 0.0) -> None:
        """Somebody texts; the network writes on it when it got it."""
        hook = self.gateway.hook("modem")
        assert self.box.bring(hook, sender, words, at=at).status == 200

    def power_cut(self) -> None:
        """The power goes and comes; the machine wakes up in 1970, its modem without a signal."""
        self.box.lost, self.box.silence = True, 0.0
        self.wakes(600.0)

    def wakes(self, at: float) -> None:
        """The power goes, and when it comes back the machine shows another time."""
        self.gateway.kill()
        self.python.mkdir(exist_ok=True)
        (self.python / "sitecustomize.py").write_text(ELSEWHEN, encoding="utf-8")
        paths = os.pathsep.join(filter(None, [str(self.python), os.environ.get("PYTHONPATH")]))
        elsewhen = {"PYTHONPATH": paths, "MACHINE_AHEAD": str(at - time.time())}
        self.gateway.settings = dict(self.gateway.settings) | elsewhen
        self.gateway.start()

    def state(self, to: str) -> str:
        sql = "SELECT state FROM outbox WHERE recipient = ? ORDER BY id LIMIT 1"
        return str(self.gateway.value(sql, to))

    def health(self) -> str:
        return call(f"{self.gateway.url}/healthz").text

    def warns(self) -> bool:
        return BANNER in call(f"{self.gateway.url}/sign-in").text


@pytest.fixture
def machine(make: Make, tmp_path: Path) -> Iterator[Machine]:
    box = KannelBox()
    with box:
        yield Machine(make(REGION="GB"), box, tmp_path / "python")


def test_three_days_offline_and_a_power_cut(machine: Machine) -> None:
    gateway, box = machine.gateway, machine.box
    queued = time.time()
    machine.queue(PEOPLE, "normal")
    until(lambda: len(box.orders) >= 30, "some went out", told=gateway.log)
    box.silence = 3.0  # so that some are on their way when the power goes
    until(lambda: gateway.value("SELECT count(*) FROM outbox WHERE state = 'claimed'"), "a claim")
    before = len(box.orders)
    until(lambda: len(box.orders) > before, "the box has one and has not said so")
    machine.power_cut()
    in_1970(machine, queued)
    three_days_later(machine)
    signal_returns(machine)


def in_1970(machine: Machine, queued: float) -> None:
    """Nothing is lost, nothing is over, words are answered, and everybody is warned."""
    gateway = machine.gateway
    assert machine.warns()
    assert "clock: not trusted (too_early)" in machine.health()
    assert "clock confirm" in gateway.try_command("check").stdout
    machine.queue([WARNED], "emergency", expires=queued + 6 * 3600)
    machine.text(LEAVES, "STOP")
    machine.text(ASKS, "HELP")
    states = Counter(row["state"] for row in gateway.rows("SELECT state FROM outbox"))
    assert not states.keys() & {"expired", "failed"}
    assert states["unknown"] >= 1
    times = gateway.rows("SELECT received_at FROM inbound ORDER BY id")
    assert all(row["received_at"] > queued for row in times)
    tried = "SELECT attempts FROM outbox WHERE recipient = ?"
    until(lambda: gateway.value(tried, WARNED), "the emergency is tried", told=gateway.log)
    assert machine.state(WARNED) in ("queued", "claimed")


def three_days_later(machine: Machine) -> None:
    """A text comes in by the modem: its network wrote down when."""
    gateway = machine.gateway
    machine.text(ASKS, "FLOOD", at=time.time() + DAYS)
    until(lambda: not machine.warns(), "the time is known", told=machine.health)
    assert machine.health() == "ok\n"
    until(lambda: machine.state(WARNED) == "expired", "the old warning stays", told=gateway.log)
    assert WARNED not in {order.to for order in machine.box.orders}


def signal_returns(machine: Machine) -> None:
    gateway, box = machine.gateway, machine.box
    box.lost = False
    open_ones = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'claimed')"
    until(lambda: not gateway.value(open_ones), "all went out", 60, gateway.log)
    copies = Counter(order.to for order in box.orders if order.text == "Water at 4 pm")
    assert set(copies.values()) == {1}
    left = gateway.rows("SELECT state FROM outbox WHERE recipient = ? ORDER BY id", LEAVES)
    assert left[0]["state"] == "withdrawn"
    assert LEAVES not in copies
    lost = {row["recipient"] for row in gateway.rows("SELECT recipient FROM outbox"
                                                     " WHERE state = 'unknown'")}  # fmt: skip
    assert set(PEOPLE) - {LEAVES} - set(copies) <= lost
    away = gateway.api(machine.token, "GET", "/away").json
    assert away["clock_trusted"] is True
    assert None in [period["channel"] for period in away["periods"]]
    assert (away["expired"], away["left"], away["waiting"]) == (1, 1, {})
    assert away["sent"] >= 100
    assert "nothing could be sent from" in gateway.try_command("check").stdout


def test_a_person_at_the_command_line_knows_what_time_it_is(machine: Machine) -> None:
    """The gateway that runs takes it over; without a time, 1970 is refused."""
    gateway = machine.gateway
    machine.power_cut()
    assert machine.warns()
    assert "is NOT trusted" in gateway.command("clock", "show")
    refused = gateway.try_command("clock", "confirm")
    assert (refused.returncode, "--time" in refused.stderr) == (1, True)
    slip = gateway.try_command("clock", "confirm", "--time", "2062-11-21T18:00+00:00")
    assert (slip.returncode, "Look at the year" in slip.stderr) == (1, True)
    link = re.findall(r"http\S+/setup/\S+", gateway.log())[-1]
    assert call(link).status == 200
    at = datetime.fromtimestamp(time.time() + DAYS, UTC).isoformat()
    assert "Somebody here said" in gateway.command("clock", "confirm", "--time", at)
    until(lambda: not machine.warns(), "it is taken over", told=machine.health)
    machine.text(ASKS, "HELP")
    received = gateway.value("SELECT max(received_at) FROM inbound")
    assert abs(received - time.time() - DAYS) < 60
    assert call(link).status == 200  # made a moment ago, whatever the time was then
    gateway.stop()
    gateway.start()
    assert not machine.warns()


def test_what_waited_for_a_signal_waits_for_the_morning_too(machine: Machine) -> None:
    """Three days later there is a signal at five; people are written to from seven on."""
    gateway, box = machine.gateway, machine.box
    box.lost = True
    machine.queue(PEOPLE[:20], "normal")
    tried = "SELECT count(*) FROM outbox WHERE attempts > 0 AND state = 'queued'"
    until(lambda: gateway.value(tried), "they are tried", told=gateway.log)
    in_three_days = datetime.fromtimestamp(time.time() + DAYS, LONDON)
    seven = in_three_days.replace(hour=7, minute=0, second=0, microsecond=0).timestamp()
    gateway.settings = dict(gateway.settings) | {"GATEWAY_QUIET_HOURS": "20:00-07:00"}
    machine.wakes(seven - 7200)
    box.lost = False
    machine.queue([WARNED], "emergency")
    until(lambda: machine.state(WARNED) == "sent", "the emergency goes", told=gateway.log)
    others = "SELECT count(*) FROM outbox WHERE recipient != ? AND state != 'unknown'"
    waits = f"{others} AND reason = 'quiet hours' AND due_at = ?"
    waiting = gateway.value(others, WARNED)
    until(lambda: gateway.value(waits, WARNED, seven) == waiting, "the others wait for seven")
    assert [order.to for order in box.orders] == [WARNED]

    machine.wakes(seven - 3)
    done = f"{others} AND state = 'sent' AND claimed_at >= ?"
    until(lambda: gateway.value(done, WARNED, seven) == waiting, "all the others", 30, gateway.log)
    copies = Counter(order.to for order in box.orders)
    assert (len(copies), set(copies.values())) == (waiting + 1, {1})
