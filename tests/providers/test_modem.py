"""A modem by the real Gammu: what goes on the air, what is heard, what a refusal becomes."""

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.domain.messages import Outcome, Outgoing, Receipt, Status
from gateway.domain.sms import Coding, UserData, national, read_user_data
from gateway.domain.sms.alphabet import septets_of
from gateway.providers import Account, HookError, SendError, Unreachable
from gateway.providers.modem import Modem, looking
from gateway.providers.modem.hearing import call
from gateway.providers.modem.machine import PIN_REFUSED
from gateway.providers.modem.texts import parts, validity
from tests.providers.modems import Dummy, gammu, terminal

TO = "+447700900123"
FOLDER = Path(__file__).parent.parent / "vectors" / "encoding"
PDUS = json.loads((FOLDER / "pdu_vectors.json").read_text("utf-8"))["vectors"]
COUNTRY = {"country": "GB"}


class Clock:
    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def pdus(*kinds: str):
    found = [one for one in PDUS if one["id"].startswith(kinds)]
    return [pytest.param(one, id=one["id"]) for one in found]


def read(said, **known: str):
    """Read what the library tells, as it goes through the gateway."""
    reader = Modem("+15550199", {"device": "/dev/null"})
    kind = "receipt" if said["Type"] == "Status_Report" else "message"
    (event,) = reader.read(call(kind, said, known))
    return event


# On the air


def submitted(part, validity: str = "Max") -> str:
    """Return a part as the library puts it into a PDU, after the message centre."""
    centre = {"Number": "", "Validity": validity}
    pdu: bytes = gammu().EncodePDU(part | {"SMSC": centre, "Folder": 2})
    return pdu[pdu[0] + 1 :].hex().upper()


def user_data(pdu: str) -> tuple[int, int, UserData]:
    """Return validity, alphabet and user data of an SMS-SUBMIT (3GPP TS 23.040, 9.2.2.2)."""
    octets = bytes.fromhex(pdu)
    at = 4 + (octets[2] + 1) // 2  # after the recipient
    coding, validity, length = octets[at + 1 : at + 4]
    return validity, coding, UserData(length, octets[at + 4 :], bool(octets[0] & 0x40))


EVERY = "".join(sorted(septets_of(Coding())))
TEXTS = {
    "every letter of the basic alphabet": EVERY,
    "letters of the extension at a seam": "x" * 152 + "€{" * 90,
    "Arabic": "ماء في المخيم " * 12,
    "signs beyond the first plane at a seam": "💧" * 80,
    "a letter that is not in the basic alphabet": "L\u2019eau arrive à 5 h",
    "an empty text": "",
}


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("name", TEXTS)
def test_what_is_on_the_air_is_what_was_written(name, bits):
    text = TEXTS[name]
    whole = parts(Outgoing(0x1234, TO, text), bits, report=True)
    said, seats = [], []
    for part in whole:
        _, coding, data = user_data(submitted(part))
        header, words = read_user_data(data, coding)
        said.append(words)
        seats.append(header.part)
    assert "".join(said) == text
    if len(whole) > 1:
        reference = 0x34 if bits == 8 else 0x1234
        assert [(p.reference, p.total, p.number) for p in seats] == [
            (reference, len(whole), number) for number in range(1, len(whole) + 1)
        ]


@pytest.mark.parametrize("report", [True, False])
def test_a_report_is_asked_for_where_the_channel_asks(report):
    (part,) = parts(Outgoing(1, TO, "x"), 8, report)
    assert bool(int(submitted(part)[:2], 16) & 0x20) == report


@pytest.mark.parametrize(
    "left, octet", [(None, 0xFF), (60, 0), (3600, 11), (86400, 167), (7 * 86400, 173)]
)
def test_the_network_tries_as_long_as_the_message_is_of_use(left, octet):
    (part,) = parts(Outgoing(1, TO, "x"), 8, True)
    assert user_data(submitted(part, validity(left, 0.0)))[0] == octet


@pytest.mark.parametrize("case", pdus("submit-gsm7", "submit-ucs2"))
def test_a_pdu_is_written_as_the_table_says(case):
    given, wanted = case["input"], case["pdu_hex"].removeprefix("00")
    (part,) = parts(Outgoing(1, given["to"], given["text"]), 8, True)
    assert submitted(part, "24H") == wanted


# Heard


@pytest.mark.parametrize("case", pdus("deliver"))
def test_a_pdu_is_read_as_the_table_says(case):
    said = gammu().DecodePDU(bytes.fromhex(case["pdu_hex"]), SMSC=True)
    expect = case["expect"]
    if case["id"] == "deliver-odd":  # nobody has a number this short: it is kept for a person
        with pytest.raises(HookError, match="bad_number: Number"):
            read(said)
        return
    event = read(said)
    assert (event.sender, event.text) == (expect["from"], expect["text"])
    assert event.at.timestamp() == _seconds(expect["timestamp"])
    if "concat" in expect:
        assert (event.part.reference, event.part.total, event.part.number) == tuple(
            expect["concat"][name] for name in ("ref", "total", "seq")
        )


def _seconds(stamp: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(stamp).timestamp()


@pytest.mark.parametrize("case", pdus("report"))
def test_a_report_is_read_as_the_table_says(case):
    said = gammu().DecodePDU(bytes.fromhex(case["pdu_hex"]), SMSC=True)
    expect, event = case["expect"], read(said)
    assert isinstance(event, Receipt)
    assert event.reference == str(expect["reference"])
    assert (event.to, event.status.value) == (expect["to"], expect["status"])
    assert event.at.timestamp() == _seconds(expect["done"])


@pytest.mark.parametrize("case", pdus("bad-truncated", "bad-udhl"))
def test_what_the_library_cannot_read_it_says(case):
    with pytest.raises(gammu().ERR_CORRUPTED):
        gammu().DecodePDU(bytes.fromhex(case["pdu_hex"]), SMSC=True)


@pytest.mark.parametrize("case", pdus("bad-udl"))
def test_a_pdu_that_is_cut_short_invents_no_words(case):
    said = gammu().DecodePDU(bytes.fromhex(case["pdu_hex"]), SMSC=True)
    assert read(said).text == ""


@pytest.mark.parametrize(
    "language, text", [(1, "Yarın ığdır€"), (6, "पानी चाहिए।"), (13, "پانی ٪")]
)
def test_every_national_table_comes_through_the_library(language, text):
    """The library knows none of them; what it tells is put back into septets first."""
    from gateway.domain.sms import Header, write_user_data

    coding = national(text, language)
    header = Header(locking=coding.locking, single=coding.single)
    data = write_user_data(text, coding.alphabet, header)
    head = "0004" if not data.headed else "0044"
    whom = "0C91447700091032"
    dcs = "00" if coding.alphabet == "gsm7" else "08"
    pdu = f"{head}{whom}00{dcs}62801001000021{data.length:02X}{data.octets.hex()}"
    said = gammu().DecodePDU(bytes.fromhex(pdu), SMSC=True)
    assert read(said).text == text


# Reports find their message


@pytest.fixture
def dummy(tmp_path: Path) -> Dummy:
    return Dummy(tmp_path)


def test_references_say_the_number_of_each_part(dummy: Dummy):
    modem = Modem("", dummy.settings)
    short, long = modem.send([Outgoing(7, TO, "EAU"), Outgoing(8, TO, "x" * 161)])
    assert [looking.numbers(str(one.reference)) for one in (short, long)] == [["255"], ["255"] * 2]
    assert (short.parts, long.parts) == (1, 2)
    assert short.reference != long.reference


WRAPPED = ["3.9-42.43", "2.8-41", "1.7-42"]  # newest first: 42 came again


@pytest.mark.parametrize(
    "number, own, piece", [(42, "3.9-42.43", "42"), (41, "2.8-41", None), (43, "3.9-42.43", "43")]
)
def test_a_number_that_came_again_is_the_newest_message_s(number, own, piece):
    clock = Clock()
    found = looking.Looking.__new__(looking.Looking)
    found.__init__(None, None, "", clock)  # type: ignore[misc]
    found.sent_to = lambda to: WRAPPED if to == TO else ()
    said = {
        "Type": "Status_Report",
        "Number": TO,
        "MessageReference": number,
        "DeliveryStatus": 0,
        "SMSCDateTime": None,
    }
    (one,) = found._told(said, lambda refused: None)
    (event,) = Modem("", {"device": "x"}).read(one.call)
    assert (event.reference, event.piece, event.status) == (own, piece, Status.DELIVERED)


# The modem itself, by AT


@pytest.fixture
def at() -> Iterator:
    modem = terminal()
    yield modem
    modem.close()


@pytest.mark.parametrize(
    "said, outcome, error, wait",
    [
        ("+CMS ERROR: 38", Outcome.TRANSIENT, "cms_38", None),
        ("+CMS ERROR: 28", Outcome.REJECTED, "cms_28", None),
    ],
)
def test_the_modem_s_own_code_decides(at, said, outcome, error, wait, caplog):
    caplog.set_level(logging.DEBUG)
    modem = Modem("", at.settings | {"report": "no"})
    (well,) = modem.send([Outgoing(7, TO, "Maji 5€", expires=time.time() + 3600)])
    assert (well.outcome, looking.numbers(str(well.reference))) == (Outcome.ACCEPTED, ["1"])
    at.refuses = said
    (result,) = modem.send([Outgoing(8, TO, "Maji 5€")])
    assert (result.outcome, result.error, result.wait) == (outcome, error, wait)
    assert TO[1:] not in caplog.text
    assert "Maji" not in caplog.text
    modem.close()


def test_what_comes_over_the_air_is_read_and_what_cannot_be_is_passed_over(at):
    from tests.peers.modem import message, report  # where there are pseudo-terminals

    modem = Modem("+15550199", at.settings)
    pdus = (message(TO, "Hi"), "0004ZZ", report(1, TO, 0), "07915274", message(TO, "ماء"))
    for pdu in pdus:
        at.gets(pdu)
    modem.recall(lambda to: ["6b.7-1"] if to == TO else [])
    told = []
    for found in modem.poll():
        try:
            told += [getattr(event, "text", event.reference) for event in modem.read(found.call)]
            found.done(None)
        except HookError as refused:
            told.append(str(refused))
            found.done(refused)
    unreadable = "missing_field: Number"
    assert told == ["Hi", unreadable, "6b.7-1", unreadable, "ماء"]
    assert at.places == {}
    assert modem.condition() == {
        "device": "well",
        "sim": "ready",
        "network": "registered",
        "operator": "Net",
        "signal": "good",
        "battery": "80 %",
        "memory": "0/10",
    }
    modem.close()


@pytest.mark.slow
def test_a_pin_is_entered_and_a_wrong_one_only_once(at):
    at.pin = "4711"
    modem = Modem("", at.settings | {"pin": "1234"})
    for code in (PIN_REFUSED, PIN_REFUSED):
        with pytest.raises(Account, match=code):
            modem.check()
        modem.machine._due = 0.0
    assert [line for line in at.asked if "CPIN=" in line] == ['AT+CPIN="1234"']
    assert "1234" not in modem.explain(PIN_REFUSED)
    mended = Modem("", at.settings | {"pin": "4711"})
    mended.check()
    assert at.pin == ""
    mended.close()


def test_a_modem_that_is_gone_is_opened_again_when_it_is_back(tmp_path: Path):
    gammu()
    root = tmp_path / "hub" / f"modem-{tmp_path.name}"
    root.parent.write_text("unplugged")
    modem = Modem("", {"device": str(root), "connection": "none", "model": "dummy"})
    waits = []
    for _ in range(3):
        with pytest.raises(SendError) as caught:
            modem.check()
        waits.append(caught.value.wait)
        modem.machine._due = 0.0  # the pause is over
    assert waits == [2.0, 5.0, 10.0]
    (result,) = modem.send([Outgoing(7, TO, "x")])
    assert result.outcome is Outcome.TRANSIENT
    modem.machine._due = 0.0
    root.parent.unlink()
    Dummy(root.parent, root.name)
    modem.check()
    assert modem.condition()["device"] == "well"


def test_while_one_thread_waits_for_the_modem_another_gives_up(dummy: Dummy):
    modem = Modem("", dummy.settings)
    machine = modem.machine
    with machine.using(), pytest.raises(Unreachable, match="modem_busy"), machine.using(0.01):
        pytest.fail("two at a time")


def test_only_one_process_has_the_modem(dummy: Dummy):
    first, second = Modem("", dummy.settings), Modem("", dummy.settings)
    first.check()
    with pytest.raises(SendError, match="ERR_DEVICELOCKED"):
        second.check()
    assert "running gateway" in second.explain("ERR_DEVICELOCKED")
    first.close()
    second.machine._due = 0.0
    second.check()


@pytest.mark.slow
def test_a_modem_that_is_pulled_out_is_opened_again_when_it_is_back(tmp_path: Path):
    plug = tmp_path / f"by-id-{tmp_path.name}"
    before = terminal()
    plug.symlink_to(before.device)
    modem = Modem("", before.settings | {"device": str(plug)})
    modem.check()
    before.close()
    plug.unlink()
    codes = []
    while not modem.machine.state:
        (result,) = modem.send([Outgoing(7, TO, "x")])
        codes.append(result.error)
        assert result.outcome in (Outcome.TRANSIENT, Outcome.UNKNOWN)
        assert len(codes) < 5
    after = terminal()
    plug.symlink_to(after.device)
    modem.machine._due = 0.0  # the pause is over
    (result,) = modem.send([Outgoing(7, TO, "x")])
    assert result.outcome is Outcome.ACCEPTED
    modem.close()
    after.close()
