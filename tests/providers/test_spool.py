"""A spool folder: what is written, what is read, and what becomes of every file."""

import os
from pathlib import Path

import pytest

from gateway.domain.messages import Class, Outcome, Outgoing, Receipt, Status
from gateway.providers import Account, HookError
from gateway.providers.spool import AGAIN, BACKLOG, Spool
from gateway.providers.spool.looking import GRACE
from gateway.providers.spool.waiting import PATIENCE

NOW = 1_795_000_000.0
TO = "+15550100"
HEAD = "From: 15550100\nFrom_TOA: 91 international\nSent: 26-08-01 09:00:00\nAlphabet: UTF-8\n\n"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Desk:
    """A spool and its provider; plays smsd, and the gateway that has it all on disk."""

    def __init__(self, root: Path, **settings: str) -> None:
        self.root, self.clock = root, Clock()
        for name in ("outgoing", "checked", "incoming", "sent", "failed", "report"):
            (root / name).mkdir(exist_ok=True)
        given = {"folder": str(root), "timezone": "+02:00", **settings}
        self.spool = Spool("+15550199", given, self.clock)

    def put(self, place: str, name: str, content: str | bytes) -> Path:
        path = self.root / place / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def send(self, text: str = "EAU", id: int = 7, **more):
        (result,) = self.spool.send([Outgoing(id, TO, text, **more)])
        return result

    def go(self, own: str, headers: str, place: str = "sent") -> None:
        """Move a message on as smsd does, with what it adds to the headers."""
        path = self.root / "outgoing" / f"gw_{own}"
        content = path.read_text("utf-8")
        path.unlink()
        self.put(place, path.name, content.replace("\n\n", f"\n{headers}\n\n", 1))

    def look(self):
        """Look twice, a second apart, without taking anything."""
        list(self.spool.poll())
        self.clock.now += 1
        return list(self.spool.poll())

    def take(self):
        """Look and take all; return the events and why files were refused."""
        events: list = []
        for found in self.look():
            refused = None
            try:
                events += self.spool.read(found.call)
            except HookError as error:
                refused = error
                events.append(str(error))
            found.done(refused)
        return events

    def files(self) -> set[str]:
        found = (path for path in self.root.rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix() for path in found}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def report(number: int, code: int, sender: str = "15550100") -> str:
    told = f"Message_id: {number}\nDischarge_timestamp: 26-08-01 09:00:07\nStatus: {code},Ok,x\n"
    return HEAD.replace("15550100", sender) + "SMS STATUS REPORT\n" + told


def test_a_message_is_read_once_and_leaves_when_it_is_on_disk(desk: Desk) -> None:
    path = desk.put("incoming", "GSM1.aB3xYz", HEAD + "EAU Zinder")
    (found,) = desk.look()
    (message,) = desk.spool.read(found.call)
    assert (message.sender, message.text, message.reference) == (TO, "EAU Zinder", "GSM1.aB3xYz")
    assert path.exists()  # nothing is on disk yet: a crash now must find it again
    found.done(None)
    assert desk.files() == set()


def test_after_a_crash_it_is_told_again_under_the_same_reference(desk: Desk, tmp_path) -> None:
    desk.put("incoming", "GSM1.aB3xYz", HEAD + "EAU")
    first = [desk.spool.read(found.call) for found in desk.look()]
    again = Desk(tmp_path).take()
    assert [event.reference for events in first for event in events] == ["GSM1.aB3xYz"]
    assert [event.reference for event in again] == ["GSM1.aB3xYz"]


@pytest.mark.parametrize("jump", [0.0, -3600.0])
def test_a_file_that_still_grows_is_left_alone(desk: Desk, jump: float) -> None:
    path = desk.put("incoming", "GSM1.x", HEAD)
    assert list(desk.spool.poll()) == []
    desk.clock.now += 1 + jump
    with path.open("a") as file:
        file.write("EAU")
    assert list(desk.spool.poll()) == []
    desk.clock.now += 1
    (found,) = desk.spool.poll()
    (message,) = desk.spool.read(found.call)
    assert message.text == "EAU"


def test_files_in_use_hidden_or_of_others_are_left_alone(desk: Desk) -> None:
    desk.put("incoming", "GSM1.x", HEAD + "EAU")
    desk.put("incoming", "GSM1.x.LOCK", "1234")
    desk.put("incoming", ".hidden", HEAD + "EAU")
    desk.put("sent", "of-another-program", "To: 15550100\n\nx")
    (desk.root / "incoming" / "a-folder").mkdir()
    before = desk.files()
    assert desk.take() == []
    assert desk.files() == before


@pytest.mark.parametrize(
    "content, reason",
    [
        ("garbage without headers", "bad_file"),
        ("", "bad_file"),
        ("Sent: 26-08-01 09:00:00\n\nx", "missing_field: From"),
        ("From: 15550100\nAlphabet: binary\n\nx", "bad_type: Alphabet"),
        ("From: 15550100\nAlphabet: UCS2\n\nxyz", "bad_encoding: Alphabet"),
        ("From: 15550100\nError: decoding\n\nx", "bad_pdu: Error"),
        ("x" * 200_000, "bad_length: body"),
    ],
)
def test_an_odd_file_is_put_aside_with_a_reason(desk: Desk, content: str, reason: str) -> None:
    desk.put("incoming", "GSM1.odd", content)
    assert desk.take() == [reason]
    assert (desk.root / "gateway/odd/GSM1.odd").read_text() == content
    assert (desk.root / "gateway/odd/GSM1.odd.why").read_text() == f"{reason}\n"
    desk.put("incoming", "GSM1.odd", content)
    desk.take()
    assert (desk.root / "gateway/odd/GSM1.odd-2").exists()
    assert not (desk.root / "incoming/GSM1.odd").exists()


def test_odd_files_do_not_hold_up_the_others(desk: Desk) -> None:
    desk.put("incoming", "GSM1.a", "odd")
    desk.put("incoming", "GSM1.b", HEAD + "EAU")
    refused, message = desk.take()
    assert (refused, message.text) == ("bad_file", "EAU")
    assert desk.files() == {"gateway/odd/GSM1.a", "gateway/odd/GSM1.a.why"}


@pytest.mark.parametrize("zone, at", [("+02:00", "2026-08-01T07:00:00+00:00"), ("", "None")])
def test_times_without_a_zone_are_left_out(tmp_path: Path, zone: str, at: str) -> None:
    desk = Desk(tmp_path, timezone=zone)
    desk.put("incoming", "GSM1.x", HEAD + "EAU")
    (message,) = desk.take()
    assert (message.at.isoformat() if message.at else "None") == at


def test_a_message_goes_out_is_sent_and_delivered(desk: Desk) -> None:
    result = desk.send()
    assert (result.outcome, result.reference.split("-")[0]) == (Outcome.ACCEPTED, "7")
    desk.go(result.reference, "Modem: GSM1\nSent: 26-08-01 09:00:01\nMessage_id: 117")
    desk.put("report", "GSM1.rep", report(117, 0))
    events = desk.take()
    assert [(event.reference, event.status) for event in events] == [
        (result.reference, Status.SENT),
    ]
    assert events[0].to == TO
    (delivered,) = desk.take()
    assert delivered.to == TO
    assert (delivered.reference, delivered.status) == (result.reference, Status.DELIVERED)
    assert desk.files() == set()


def test_what_waits_for_a_report_outlives_a_restart_and_holds_no_text(desk: Desk) -> None:
    own = desk.send("EAU Zinder").reference
    desk.go(own, "Message_id: 117")
    desk.take()
    assert desk.files() == {f"gateway/waiting/{own}"}
    assert "Zinder" not in (desk.root / "gateway/waiting" / own).read_text()
    later = Desk(desk.root)
    later.put("incoming", "GSM1.rep", report(117, 0))  # smsd without a report folder
    assert [event.reference for event in later.take()] == [own]


@pytest.mark.parametrize(
    "code, status, over",
    [(0, "delivered", True), (48, "sent", False), (65, "failed", True), (70, "expired", True)],
)
def test_only_a_last_word_ends_the_waiting(desk: Desk, code: int, status: str, over: bool) -> None:
    own = desk.send().reference
    desk.go(own, "Message_id: 117")
    desk.take()
    desk.put("report", "GSM1.rep", report(117, code))
    (event,) = desk.take()
    assert (event.reference, event.status, event.error) == (own, status, str(code))
    assert (desk.files() == set()) == over


def test_a_long_text_is_delivered_when_all_its_parts_are(desk: Desk) -> None:
    own = desk.send().reference
    desk.go(own, "Message_id: 117 118 .")
    desk.take()
    said = []
    for number in (118, 117):
        desk.put("report", f"GSM1.{number}", report(number, 0))
        said += [event.status for event in desk.take()]
    assert said == [Status.SENT, Status.DELIVERED]


def test_a_report_goes_to_the_newest_message_of_that_number_and_person(desk: Desk) -> None:
    owns = [desk.send(id=id).reference for id in (7, 8)]
    for own in owns:
        desk.go(own, "Message_id: 117")
        desk.take()
    desk.put("report", "GSM1.other", report(117, 0, sender="15550101"))
    desk.put("report", "GSM1.ours", report(117, 0))
    assert [event.reference for event in desk.take()] == [owns[1]]


def test_a_report_ahead_of_its_sending_waits_and_a_strange_one_is_put_aside(desk: Desk) -> None:
    own = desk.send().reference
    desk.put("report", "GSM1.rep", report(117, 0))
    desk.put("report", "GSM1.strange", report(99, 0))
    assert desk.take() == []
    desk.go(own, "Message_id: 117")
    assert [event.status for event in desk.take() + desk.take()] == ["sent", "delivered"]
    desk.clock.now += GRACE
    assert desk.take() == []
    assert desk.take() == []
    why = (desk.root / "gateway/odd/GSM1.strange.why").read_text()
    assert why == "unknown_message: Message_id\n"


def test_reports_that_never_come_are_not_waited_for_for_ever(desk: Desk) -> None:
    desk.go(desk.send().reference, "Message_id: 117")
    desk.take()
    desk.clock.now += PATIENCE + 1
    desk.take()
    assert desk.files() == set()


def test_a_refusal_is_told_by_its_code_and_the_file_leaves(desk: Desk) -> None:
    own = desk.send().reference
    desk.go(own, "Fail_reason: The modem said ERROR: +CMS ERROR: 38", "failed")
    (event,) = desk.take()
    assert isinstance(event, Receipt)
    assert (event.reference, event.status, event.error) == (own, Status.FAILED, "cms_38")
    assert desk.files() == set()


def test_a_message_told_twice_is_there_once(desk: Desk) -> None:
    first = desk.send()
    assert desk.send() == first
    assert desk.files() == {f"outgoing/gw_{first.reference}"}
    desk.go(first.reference, "Message_id: 117")
    assert desk.send() == first
    desk.take()
    assert desk.send() == first
    assert desk.files() == {f"gateway/waiting/{first.reference}"}


def test_another_text_under_a_number_used_before_goes_out(desk: Desk) -> None:
    assert desk.send("EAU").reference != desk.send("BREAD").reference
    assert len(desk.files()) == 2


@pytest.mark.parametrize(
    "more, headers",
    [
        ({}, {"To: 15550100", "Alphabet: UTF", "Report: yes"}),
        ({"class_": Class.EMERGENCY}, {"Priority: High"}),
        ({"expires": NOW + 3600}, {"Validity: 60 min"}),
    ],
)
def test_the_headers_say_how_it_is_sent(desk: Desk, more: dict, headers: set[str]) -> None:
    own = desk.send(**more).reference
    head, _, text = (desk.root / "outgoing" / f"gw_{own}").read_text().partition("\n\n")
    assert headers <= set(head.splitlines())
    assert text == "EAU"


@pytest.mark.parametrize(
    "text, alphabet, header, body",
    [
        ("5€", "gsm7", b"ISO", b"5\xa4"),
        ("Ω", "gsm7", b"UCS", b"\x03\xa9"),
        ("ماء", "ucs2", b"UCS", bytes.fromhex("064506270621")),
    ],
)
def test_an_older_smsd_gets_iso_or_ucs2(tmp_path, text, alphabet, header, body) -> None:
    desk = Desk(tmp_path, alphabet="ucs2", report="no")
    own = desk.send(text, alphabet=alphabet).reference
    content = (tmp_path / "outgoing" / f"gw_{own}").read_bytes()
    assert content == b"To: 15550100\nAlphabet: " + header + b"\n\n" + body


def test_a_full_spool_slows_all_but_an_emergency(desk: Desk) -> None:
    for id in range(BACKLOG):
        assert desk.send(id=id).outcome is Outcome.ACCEPTED
    held = desk.send(id=50)
    assert (held.outcome, held.wait) == (Outcome.THROTTLED, AGAIN)
    assert desk.send(id=51, class_=Class.EMERGENCY).outcome is Outcome.ACCEPTED


def test_a_folder_that_is_gone_stops_the_channel_and_says_so(desk: Desk, tmp_path) -> None:
    (tmp_path / "outgoing").rmdir()
    assert desk.send().outcome is Outcome.ACCOUNT
    with pytest.raises(Account, match="folder_outgoing"):
        desk.spool.check()
    (tmp_path / "outgoing").mkdir()
    desk.spool.check()
    assert desk.send().outcome is Outcome.ACCEPTED


def test_what_cannot_be_taken_away_is_not_told_twice(desk: Desk, monkeypatch) -> None:
    path = desk.put("incoming", "GSM1.x", HEAD + "EAU")
    (found,) = desk.look()
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", _refuse)
        with pytest.raises(PermissionError):
            found.done(None)
        assert list(desk.spool.poll()) == []
    assert path.exists()
    assert list(desk.spool.poll()) == []
    assert not path.exists()


def _refuse(*_: object, **__: object) -> None:
    raise PermissionError
