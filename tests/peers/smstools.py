"""Debian's SMS Server Tools: the real smsd writes the files; its modem is a pseudo-terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.conftest import Make
from tests.journeys.process import GatewayProcess
from tests.journeys.waiting import until
from tests.peers import modem
from tests.peers.fetching import debian, environment
from tests.peers.modem import Modem
from tests.peers.running import Program, Programs

PERSON, NUMBER = "+447700900123", "+447700900999"
KEPT = "SELECT text FROM inbound ORDER BY id"
TEXTS = ["the road is closed @ km 4", "\u092a\u093e\u0928\u0940 \u091b\u0948\u0928"]
FOLDERS = ("outgoing", "checked", "incoming", "sent", "failed", "report")
CONF = """
devices = GSM1
{folders}
logfile = 1
loglevel = 6
infofile = {place}/smsd.working
pidfile = {place}/smsd.pid
stats = {place}
delaytime = 1
errorsleeptime = 1
blocktime = 1
receive_before_send = no
incoming_utf8 = yes
store_received_pdu = 0

[GSM1]
device = {device}
incoming = yes
report = yes
messageids = 3
check_network = 0
detect_unexpected_input = no
memory_start = 1
"""


@dataclass
class Smsd:
    """A running smsd: its spool, its modem, its process."""

    spool: Path
    modem: Modem
    program: Program

    def settings(self, **more: str) -> dict[str, str]:
        own = {"folder": str(self.spool), "country": "GB", "timezone": "+00:00", "report": "yes"}
        return own | more


@pytest.fixture(scope="module")
def smsd(programs: Programs) -> Iterator[Smsd]:
    unpacked = debian("smstools")
    spool, modem = programs.folder / "sms", Modem()
    for name in FOLDERS:
        (spool / name).mkdir(parents=True)
    folders = "\n".join(f"{name} = {spool / name}" for name in FOLDERS)
    conf = programs.folder / "smsd.conf"
    conf.write_text(
        CONF.format(folders=folders, place=programs.folder, device=modem.device), encoding="ascii"
    )
    words = [str(unpacked / "usr/sbin/smsd"), f"-c{conf}", "-t"]
    smsd = Smsd(spool, modem, programs.start(words, environment(unpacked)))
    yield smsd
    smsd.program.end()
    modem.close()


@pytest.fixture(scope="module")
def gateway(make: Make, smsd: Smsd) -> GatewayProcess:
    gateway = make()
    gateway.add_channel("modems", "spool", smsd, NUMBER)
    gateway.command("channel", "set", "modems", "--rate", "20")
    gateway.token = gateway.add_token("field", "operator")
    gateway.start()
    return gateway


def send(gateway: GatewayProcess, text: str) -> int:
    order = {"to": PERSON, "text": text, "channel": "modems"}
    reply = gateway.api(gateway.token, "POST", "/messages", order)
    assert reply.status == 202, reply
    return int(reply.json["messages"][0]["id"].removeprefix("out-"))


def taken(smsd: Smsd, many: int) -> list[str]:
    """Wait until the modem has taken so many PDUs more; return them."""
    before = len(smsd.modem.sent)
    until(lambda: len(smsd.modem.sent) >= before + many, "they are sent", 30, smsd.program.log)
    return smsd.modem.sent[before:]


def state(gateway: GatewayProcess, id: int) -> tuple[str, str | None]:
    (row,) = gateway.rows("SELECT state, reason FROM outbox WHERE id = ?", id)
    return row["state"], row["reason"]


def test_the_channel_finds_its_folders(gateway: GatewayProcess, smsd: Smsd):
    gateway.command("channel", "test", "modems")


def test_a_text_is_sent_and_its_report_comes_back(gateway: GatewayProcess, smsd: Smsd):
    id = send(gateway, "Water at 4 pm")
    (pdu,) = taken(smsd, 1)
    assert modem.digits(PERSON) in pdu
    assert pdu.endswith(modem.packed("Water at 4 pm"))
    until(lambda: state(gateway, id)[0] == "sent", "sent", 20, smsd.program.log)
    smsd.modem.gets(modem.report(len(smsd.modem.sent), PERSON, 0))
    until(lambda: state(gateway, id)[0] == "delivered", "delivered", 20, smsd.program.log)


def test_a_long_text_is_delivered_when_all_its_parts_are(gateway: GatewayProcess, smsd: Smsd):
    id = send(gateway, "Water at 4 pm, at the school. " * 9)
    assert len(taken(smsd, 2)) == 2
    last = len(smsd.modem.sent)
    until(lambda: not list((smsd.spool / "checked").iterdir()), "smsd is done", 20)
    smsd.modem.gets(modem.report(last - 1, PERSON, 0))
    until(lambda: not smsd.modem.places, "the first report is read", 20, smsd.program.log)
    assert state(gateway, id)[0] == "sent"
    smsd.modem.gets(modem.report(last, PERSON, 0))
    until(lambda: state(gateway, id)[0] == "delivered", "delivered", 30, smsd.program.log)


@pytest.mark.parametrize("text", TEXTS)
def test_what_people_write_is_kept_and_answered(gateway: GatewayProcess, smsd: Smsd, text: str):
    before = len(smsd.modem.sent)
    smsd.modem.gets(modem.message(PERSON, text))
    until(lambda: {"text": text} in gateway.rows(KEPT), "it is kept", 30, smsd.program.log)
    until(lambda: len(smsd.modem.sent) > before, "it is answered", 30, smsd.program.log)
    assert list((smsd.spool / "incoming").iterdir()) == []


def test_what_comes_while_the_gateway_is_down_waits_in_the_folder(
    gateway: GatewayProcess, smsd: Smsd
):
    gateway.kill()
    smsd.modem.gets(modem.message(PERSON, "is there water today?"))
    until(lambda: any((smsd.spool / "incoming").iterdir()), "a file", 30, smsd.program.log)
    gateway.start()
    wanted = {"text": "is there water today?"}
    until(lambda: wanted in gateway.rows(KEPT), "it is kept", 30, smsd.program.log)


def test_what_the_network_refuses_fails_with_its_code(gateway: GatewayProcess, smsd: Smsd):
    until(lambda: not list((smsd.spool / "outgoing").iterdir()), "nothing waits", 20)
    smsd.modem.refuses = "+CMS ERROR: 38"
    id = send(gateway, "Water at 5 pm")
    until(lambda: state(gateway, id)[0] == "failed", "failed", 60, smsd.program.log)
    assert state(gateway, id)[1] == "cms_38"
