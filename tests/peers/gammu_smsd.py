"""Debian's gammu-smsd with Gammu's dummy modem: it sends our files and we read what it receives."""

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.peers.fetching import debian, environment
from tests.peers.running import Program, Programs
from tests.providers.modems import Dummy, gammu

PERSON, SIM = "+447700900123", "+447700900999"
CONF = """
[gammu]
model = dummy
connection = none
device = {modem}
gammuloc = /dev/null

[smsd]
service = files
inboxpath = {spool}/inbox/
outboxpath = {spool}/outbox/
sentsmspath = {spool}/sent/
errorsmspath = {spool}/error/
inboxformat = unicode
transmitformat = auto
deliveryreport = no
logfile = {log}
checksecurity = 0
commtimeout = 1
receivefrequency = 1
loopsleep = 1
{more}
"""
STATE = "SELECT state, network_at FROM outbox WHERE id = ?"
KEPT = "SELECT text FROM inbound ORDER BY id"
CAME = {"SMSC": {"Location": 1}, "Number": PERSON, "Folder": 1, "State": "UnRead"}
CAME |= {"Type": "Deliver", "DateTime": datetime(2026, 8, 1, 9, 0)}
ROAD = "the road is closed, " * 12
WATER = "\u092a\u093e\u0928\u0940 \u0928\u0939\u0940\u0902 \u0939\u0948"


@dataclass
class Smsd:
    """A gammu-smsd, its folder and its modem."""

    programs: Programs
    spool: Path
    modem: Dummy
    program: Program | None = None

    def settings(self, **more: str) -> dict[str, str]:
        return {"folder": str(self.spool), "country": "GB", "timezone": "+00:00", **more}

    def start(self, more: str = "") -> None:
        unpacked, conf = (
            debian("gammu-smsd", "libgsmsd8", "libgammu8", "libodbc2"),
            self.spool / "smsdrc",
        )
        log = self.spool / "smsd.log"
        told = CONF.format(modem=self.modem.root, spool=self.spool, log=log, more=more)
        conf.write_text(told, encoding="utf-8")
        (path,) = unpacked.rglob("bin/gammu-smsd")
        words = [str(path), "--config", str(conf)]
        self.program = self.programs.start(words, environment(unpacked))

    def end(self) -> None:
        if self.program:
            self.program.end()

    def told(self) -> str:
        log = self.spool / "smsd.log"
        said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        return said[-3000:] + (self.program.log() if self.program else "")


@pytest.fixture(scope="module")
def smsd(programs: Programs) -> Smsd:
    spool = programs.folder / "gammu"
    for place in ("inbox", "outbox", "sent", "error"):
        (spool / place).mkdir(parents=True)
    made = Smsd(programs, spool, Dummy(programs.folder, "modem"))
    made.start()
    return made


@pytest.fixture(scope="module")
def gateway(make: Make, smsd: Smsd) -> GatewayProcess:
    gateway = make()
    gateway.add_channel("stick", "gammusmsd", smsd, SIM)
    gateway.command("channel", "set", "stick", "--rate", "100")
    gateway.token = gateway.add_token("field", "operator")
    gateway.start()
    return gateway


TEXTS = [
    "Water at 4 pm {school} \u20ac2",
    "\u0627\u0644\u0645\u0627\u0621 \u1230\u120b\u121d \U0001f6b0",
    "Water at 4 pm, at the school. " * 12,
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_we_hand_over_is_sent_and_the_network_has_it(
    gateway: GatewayProcess, smsd: Smsd, text: str
):
    order = {"to": PERSON, "text": text, "channel": "stick"}
    reply = gateway.api(gateway.token, "POST", "/messages", order)
    id = int(reply.json["messages"][0]["id"].removeprefix("out-"))
    until(
        lambda: gateway.rows(STATE, id)[0]["network_at"],
        "the network has it",
        30,
        lambda: gateway.log() + smsd.told(),
    )
    shown = gateway.api(gateway.token, "GET", f"/messages/out-{id}").json
    assert (shown["state"], shown["reached"], shown["confirms"]) == ("sent", "network", False)
    assert list((smsd.spool / "sent").iterdir()) == []
    assert list((smsd.spool / "outbox").iterdir()) == []


def arrive(smsd: Smsd, *texts: str) -> None:
    """Let messages come, in parts where they are long, while nobody reads half-written ones."""
    smsd.end()
    for text in texts:
        entry = {"ID": "ConcatenatedTextLong", "Buffer": text}
        whole = {"Class": -1, "Unicode": not text.isascii(), "Entries": [entry]}
        for part in gammu().EncodeSMS(whole):
            smsd.modem.arrives(**{**part, "text": part["Text"], "sender": PERSON, **CAME})


def test_what_comes_is_kept_and_leaves_its_folder(gateway: GatewayProcess, smsd: Smsd):
    arrive(smsd, ROAD, WATER)
    smsd.start()
    until(
        lambda: len(gateway.rows(KEPT)) == 2,
        "both are kept",
        30,
        lambda: gateway.log() + smsd.told(),
    )
    assert {row["text"] for row in gateway.rows(KEPT)} == {ROAD, WATER}
    until(lambda: not any((smsd.spool / "inbox").iterdir()), "its folder is empty")


def test_what_its_program_is_told_is_the_same_message(gateway: GatewayProcess, smsd: Smsd):
    before = len(gateway.rows(KEPT))
    script = smsd.spool / "heard.sh"
    words = f"GATEWAY_DATA={gateway.data} {sys.executable} -m gateway channel heard"
    script.write_text(f'#!/bin/sh\nexec env {words} {smsd.spool} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    arrive(smsd, "the bridge is gone")
    smsd.start(f"RunOnReceive = {script}")
    until(
        lambda: len(gateway.rows(KEPT)) > before,
        "it is kept",
        30,
        lambda: gateway.log() + smsd.told(),
    )
    until(lambda: not any((smsd.spool / "gateway" / "heard").iterdir()), "its call is read", 20)
    until(lambda: not any((smsd.spool / "inbox").iterdir()), "its file is read", 20)
    assert [row["text"] for row in gateway.rows(KEPT)[before:]] == ["the bridge is gone"]
