"""gammu-smsd: files in and out, none lost in a crash, none answered twice."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.domain.messages import Class, Event, Outcome, Outgoing
from gateway.providers import Account, HookError
from gateway.providers.fetching import Found
from gateway.providers.gammusmsd import THEIRS, GammuSmsd, names

TO = "+211920000001"


class Desk:
    """The folders as smsd fills them, and a gateway that looks again when told to."""

    def __init__(self, root: Path) -> None:
        self.root, self.now = root, 1_785_567_600.0
        for place in THEIRS:
            (root / place).mkdir(parents=True)
        self.begin()

    def begin(self) -> None:
        settings = {"folder": str(self.root), "timezone": "+02:00", "country": "SS"}
        self.provider = GammuSmsd("+211920000999", settings, clock=lambda: self.now)

    def put(self, name: str, text: str = "MAJI") -> Path:
        path = self.root / name
        path.write_bytes(names.octets(text))
        return path

    def look(self) -> list[Found]:
        """Look twice, with time between: only then a file is known to be whole."""
        list(self.provider.poll())
        self.now += 2.0
        return list(self.provider.poll())

    def read(self, found: Found) -> tuple[list[Event], HookError | None]:
        try:
            return list(self.provider.read(found.call)), None
        except HookError as error:
            return [], error

    def files(self, place: str) -> list[str]:
        return sorted(path.name for path in (self.root / place).iterdir())

    def send(self, *messages: Outgoing) -> list[Outcome]:
        return [result.outcome for result in self.provider.send(messages)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def incoming(part: int = 0, sender: str = TO, kind: str = "txt") -> str:
    return f"inbox/IN20260801_090000_00_{sender}_{part:02}.{kind}"


def test_a_message_is_read_once_and_leaves_when_it_is_on_disk(desk: Desk) -> None:
    path = desk.put(incoming(), "MAJI kwangu")
    (found,) = desk.look()
    ((message,), _) = desk.read(found)
    assert (message.sender, message.text) == (TO, "MAJI kwangu")
    assert path.exists()
    found.done(None)
    assert not path.exists()
    assert desk.look() == []


def test_after_a_crash_it_is_told_again_under_the_same_reference(desk: Desk) -> None:
    desk.put(incoming())
    (first,) = desk.look()
    desk.begin()
    (again,) = desk.look()
    assert desk.read(first) == desk.read(again)


def test_the_files_of_one_text_are_one_message(desk: Desk) -> None:
    for part, text in reversed(list(enumerate(["Maji \U0001f4a7 ", "yamekwisha ", "hapa"]))):
        desk.put(incoming(part), text)
    desk.put(incoming(0, "8008"), "another")
    found = desk.look()
    texts = [desk.read(one)[0][0].text for one in found]
    assert sorted(texts) == ["Maji \U0001f4a7 yamekwisha hapa", "another"]
    for one in found:
        one.done(None)
    assert desk.files("inbox") == []


def test_another_text_under_a_name_that_is_free_again_is_another_message(desk: Desk) -> None:
    told = []
    for text in ("MAJI", "CHAKULA", "MAJI"):
        desk.put(incoming(), text)
        (found,) = desk.look()
        told.append(desk.read(found)[0][0].reference)
        found.done(None)
    assert told[0] == told[2] != told[1]


def test_a_file_that_still_grows_is_left_alone(desk: Desk) -> None:
    path = desk.put(incoming())
    list(desk.provider.poll())
    path.write_bytes(path.read_bytes() + b"\0!")
    desk.now += 2.0
    assert list(desk.provider.poll()) == []


def test_what_cannot_be_read_is_put_aside_with_a_reason(desk: Desk) -> None:
    desk.put(incoming(kind="bin"))
    desk.put("inbox/INnonsense.txt")
    for found in desk.look():
        events, refused = desk.read(found)
        assert events == []
        found.done(refused)
    assert desk.files("inbox") == []
    whys = [path.read_text() for path in (desk.root / "gateway" / "odd").glob("*.why")]
    assert sorted(whys) == ["bad_name\n", "bad_type: extension\n"]


def test_a_message_goes_out_whole_and_what_became_of_it_is_told(desk: Desk) -> None:
    (result,) = desk.provider.send([Outgoing(7, TO, "Maji 5€ \U0001f4a7")])
    (name,) = desk.files("outbox")
    assert names.went(name) == (TO, result.reference)
    assert names.text((desk.root / "outbox" / name).read_bytes()) == "Maji 5€ \U0001f4a7"
    assert desk.files("gateway/parts") == []
    for place, status in (("sent", "sent"), ("error", "failed")):
        desk.put(f"{place}/{name}")
        (found,) = desk.look()
        ((receipt,), _) = desk.read(found)
        assert (receipt.reference, receipt.status.value) == (result.reference, status)
        found.done(None)
        assert desk.files(place) == []


def test_files_of_other_programs_stay(desk: Desk) -> None:
    desk.put("sent/OUTC20260801_090000_00_8008_invoice.txt")
    desk.put("sent/notes.txt")
    desk.put("inbox/readme")
    assert desk.look() == []


def test_the_most_urgent_is_first_by_name_and_told_twice_is_there_once(desk: Desk) -> None:
    bulk = Outgoing(1, TO, "Habari", class_=Class.BULK)
    alert = Outgoing(2, TO, "Toka sasa", class_=Class.EMERGENCY)
    assert desk.send(bulk, alert, alert) == [Outcome.ACCEPTED] * 3
    found = desk.files("outbox")
    assert [names.went(name)[1].partition("-")[0] for name in found] == ["2", "1"]


def test_a_full_outbox_slows_all_but_an_emergency(desk: Desk) -> None:
    desk.send(*(Outgoing(n, TO, "x") for n in range(10)))
    assert desk.send(Outgoing(10, TO, "x")) == [Outcome.THROTTLED]
    assert desk.send(Outgoing(11, TO, "x", class_=Class.EMERGENCY)) == [Outcome.ACCEPTED]


def test_a_folder_that_is_gone_stops_the_channel_and_says_so(desk: Desk) -> None:
    (desk.root / "outbox").rename(desk.root / "elsewhere")
    assert desk.send(Outgoing(1, TO, "x")) == [Outcome.ACCOUNT]
    with pytest.raises(Account, match="folder_outbox"):
        desk.provider.check()


def heard(root: Path, *ids: str, **said: str) -> int:
    words = ["channel", "heard", str(root), *ids]
    return CliRunner().invoke(main, words, env=said).exit_code


CALL = {"SMS_MESSAGES": "2", "SMS_1_NUMBER": TO, "DECODED_PARTS": "1"}
CALL |= {"SMS_1_TEXT": "Maji ", "SMS_2_TEXT": "hapa", "DECODED_1_TEXT": "Maji hapa"}


def test_what_smsd_tells_its_program_is_read_and_nothing_else_of_it_is_kept(desk: Desk) -> None:
    assert heard(desk.root, "17", "18", **CALL, API_KEY="secret") == 0
    (found,) = desk.look()
    assert b"secret" not in found.call.body
    assert set(json.loads(found.call.body)["env"]) == set(CALL)
    ((message,), _) = desk.read(found)
    assert (message.sender, message.text, message.reference) == (TO, "Maji hapa", "17")
    found.done(None)
    assert desk.files("gateway/heard") == []


def test_a_program_that_is_called_for_no_folder_says_so(desk: Desk) -> None:
    assert heard(desk.root / "nowhere", "17", **CALL) == 1


def test_told_both_ways_it_has_one_reference(desk: Desk) -> None:
    desk.put(incoming())
    said = CALL | {"DECODED_1_TEXT": "MAJI"}
    heard(desk.root, "IN20260801_090000_00_+211920000001_00.txt", **said)
    references = {desk.read(one)[0][0].reference for one in desk.look()}
    assert len(references) == 1
