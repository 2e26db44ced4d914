"""Alerts on the pages: written, checked, approved by somebody else, watched, stopped, corrected."""

import re
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from gateway import broadcast, send
from gateway.context import Gateway
from gateway.settings import Settings
from gateway.setup import load_demo
from gateway.store import alerts, consent, contacts, figures, tallies
from tests.web.conftest import NOW, Clock
from tests.web.people import NAMES, PASSWORD, Browser

Sit = Callable[[str], Browser]
HOUR = 3600.0
FLOOD = "Red Cross: FLOOD. The river will flood Riverside today by 17:30. Go to high ground now."
WHOLE = {"text-en": FLOOD, "class": "emergency", "area": "ZZ01"}


@pytest.fixture
def gw(gw: Gateway) -> Gateway:
    """The gateway with 60 people in Riverside and Hillside."""
    load_demo(gw)
    return gw


def write(seat: Browser, fields: dict[str, str] = WHOLE, path: str = "/alerts/new") -> int:
    answer = seat.post(path, fields, page=path)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rpartition("/")[2])


def press(seat: Browser, id: int, act: str, **fields: str):
    return seat.post(f"/alerts/{id}/{act}", fields, page=f"/alerts/{id}")


def approving(seat: Browser, id: int, **changes: str) -> dict[str, str]:
    """The approval form as this person sees it, filled in."""
    page = seat.get(f"/alerts/{id}").text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    people = re.search(r"<dt>People</dt><dd>(\d+)</dd>", page)
    assert seen
    assert people
    return {"seen": seen[1], "people": people[1], "password": PASSWORD} | changes


def state(gw: Gateway, id: int) -> str:
    return str(alerts.want(gw.store.read, id)["state"])


def test_one_writes_another_approves_and_both_watch(sit: Sit, gw: Gateway) -> None:
    sita, ram = sit("operator"), sit("approver")
    id = write(sita)
    assert "submit" in sita.get(f"/alerts/{id}").text
    assert press(sita, id, "submit").status_code == 303
    assert "somebody else must approve it" in sita.get(f"/alerts/{id}").text
    assert 'name="people"' not in sita.get(f"/alerts/{id}").text
    assert press(ram, id, "approve", **approving(ram, id)).status_code == 303
    while broadcast.advance(gw):
        pass
    page = sita.get(f"/alerts/{id}").text
    assert 'http-equiv="refresh"' in page
    assert "0 of 40 people done" in page
    assert press(sita, id, "stop").status_code == 303
    page = sita.get(f"/alerts/{id}").text
    assert "Withdrawn" in page
    assert "people done" not in page
    assert "http-equiv" not in page


@pytest.mark.parametrize(
    "changes, status, said",
    [
        ({"password": "not mine at all"}, 403, "not your password"),
        ({"people": "39"}, 409, "goes to 40 people"),
        ({"people": "forty"}, 409, "in figures"),
        ({"seen": "0" * 64}, 409, "changed meanwhile"),
        ({"seen": ""}, 409, "changed meanwhile"),
    ],
)
def test_an_approval_that_is_not_whole_sends_nothing(
    sit: Sit, gw: Gateway, changes: dict[str, str], status: int, said: str
) -> None:
    id = write(sit("operator"))
    press(sit("operator"), id, "submit")
    ram = sit("approver")
    answer = press(ram, id, "approve", **approving(ram, id, **changes))
    assert answer.status_code == status
    assert said in answer.text
    assert state(gw, id) == "submitted"


def test_who_was_taken_out_of_the_exercise_meanwhile_is_told_apart(sit: Sit, gw: Gateway) -> None:
    sita, ram = sit("operator"), sit("approver")
    words = {"text-en": "Walk to the school.", "class": "normal"}
    id = write(sita, words, "/alerts/exercise")
    press(sita, id, "submit")
    press(ram, id, "approve", **approving(ram, id))
    while broadcast.advance(gw):
        pass
    sql = "SELECT groups, contact FROM member JOIN groups ON groups.id = groups WHERE exercise"
    group, contact = gw.store.read.execute(f"{sql} LIMIT 1").fetchone()
    gone = {"contact": str(contact)}
    assert sita.post(f"/groups/{group}/remove", gone, page=f"/groups/{group}").status_code == 303
    channel = gw.channels.default()
    assert channel is not None
    send.prepare(gw, channel, 10, 1e9)
    assert "Of an exercise, to people not in it <b>1</b>" in sita.get(f"/alerts/{id}").text


def test_an_alert_that_waits_for_the_morning_says_so(sit: Sit, gw: Gateway, clock: Clock) -> None:
    gw.settings = Settings({**gw.settings.values, "GATEWAY_QUIET_HOURS": "20:00-07:00"})
    clock.now = NOW + 10 * HOUR  # 21:06 where they are
    sita, ram = sit("operator"), sit("approver")
    id = write(sita, WHOLE | {"class": "high"})
    press(sita, id, "submit")
    press(ram, id, "approve", **approving(ram, id))
    while broadcast.advance(gw):
        pass
    channel = gw.channels.default()
    assert channel is not None
    send.prepare(gw, channel, 100, 1e9)
    assert "Wait for the morning <b>40</b>" in sita.get(f"/alerts/{id}").text


def test_an_administrator_cannot_approve_their_own(sit: Sit, gw: Gateway) -> None:
    ada = sit("administrator")
    id = write(ada)
    press(ada, id, "submit")
    seen = alerts.want(gw.store.read, id)["hash"]
    answer = press(ada, id, "approve", seen=seen, people="40", password=PASSWORD)
    assert answer.status_code == 409
    assert "Ask someone else" in answer.text
    assert state(gw, id) == "submitted"


def test_an_edit_after_reading_voids_what_was_read(sit: Sit, gw: Gateway) -> None:
    sita, ram = sit("operator"), sit("approver")
    id = write(sita)
    press(sita, id, "submit")
    form = approving(ram, id)
    path = f"/alerts/{id}/edit"
    assert sita.post(path, WHOLE | {"text-en": FLOOD + "!"}, page=path).status_code == 303
    press(sita, id, "submit")
    answer = press(ram, id, "approve", **form)
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert "Changed: what was approved" in answer.text


def test_check_tells_cost_and_missing_parts_and_keeps_nothing(sit: Sit, gw: Gateway) -> None:
    fields = {"text-en": "It\u2019s bad", "text-ne": "नमस्ते", "class": "high", "check": "1"}
    page = sit("operator").post("/alerts/new", fields, page="/alerts/new").text
    assert alerts.page(gw.store.read) == []
    assert "1 SMS" in page
    assert "70 letters each" in page
    assert "62 more letters" in page
    assert "With these signs instead" in page
    lacks = "who is speaking, what the danger is, where, what to do, until when"
    assert lacks in " ".join(page.split())
    assert "60 people would get it now." in page
    page = sit("operator").post("/alerts/new", WHOLE | {"check": "1"}, page="/alerts/new").text
    assert "does not seem to say" not in page
    assert "40 people would get it now." in page


@pytest.mark.parametrize("class_, hours", [("emergency", 6), ("high", 24), ("normal", 24)])
def test_an_alert_without_an_end_gets_the_usual_one(
    sit: Sit, gw: Gateway, class_: str, hours: int
) -> None:
    id = write(sit("operator"), WHOLE | {"class": class_})
    assert alerts.want(gw.store.read, id)["expires_at"] == NOW + hours * HOUR


def test_the_end_is_told_in_local_time_with_its_weekday(sit: Sit, gw: Gateway) -> None:
    id = write(sit("operator"), WHOLE | {"expires": "2026-12-01T08:00"})
    end = datetime(2026, 12, 1, 2, 15, tzinfo=UTC).timestamp()
    assert alerts.want(gw.store.read, id)["expires_at"] == end
    page = sit("operator").get(f"/alerts/{id}").text
    assert re.search(r'"2026-12-01T08:00\+05:45">Tuesday\b[^<]*\b8 am<', page)


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"text-en": ""}, "at least one language"),
        ({"text-en": "x" * 700}, "The text needs 5 parts"),
        ({"text-en": "a\x07b"}, "No phone network can carry"),
        ({"class": "urgent"}, "Choose how urgent"),
        ({"expires": "tomorrow"}, "Write the day and the hour"),
        ({"expires": "2001-01-01T00:00"}, "set a later end"),
        ({"area": "NOWHERE"}, "No area has the P-code NOWHERE"),
        ({"places": "Atlantis"}, "no area called Atlantis"),
        ({"group": "Nobody"}, "no group called Nobody"),
    ],
)
def test_what_cannot_be_kept_is_told_beside_what_was_typed(
    sit: Sit, gw: Gateway, changes: dict[str, str], said: str
) -> None:
    fields = WHOLE | {"text-ne": "बाढी आउँदैछ"} | changes
    if "text-en" in changes:
        fields["text-ne"] = ""
    answer = sit("operator").post("/alerts/new", fields, page="/alerts/new")
    assert answer.status_code == 409
    assert said in answer.text
    assert alerts.page(gw.store.read) == []
    assert fields["text-ne"] in answer.text


def test_an_area_can_be_written_by_name(sit: Sit, gw: Gateway) -> None:
    id = write(sit("operator"), {"text-en": FLOOD, "class": "high", "places": "upper bank\nZZ02"})
    assert '"areas": ["ZZ0101", "ZZ02"]' in alerts.want(gw.store.read, id)["audience"]
    page = sit("operator").get(f"/alerts/{id}/edit").text
    assert 'value="ZZ0101" checked' in page
    assert 'value="ZZ01" checked' not in page


def test_a_preview_shows_who_falls_back_to_what(sit: Sit, gw: Gateway) -> None:
    page = sit("operator").get(f"/alerts/{write(sit('operator'))}").text
    assert page.count("gets English") == 4
    assert "Approved now, the last person would have it by:" in page


def test_exercise_and_alert_have_other_pages_words_and_colours(sit: Sit, gw: Gateway) -> None:
    sita, ram = sit("operator"), sit("approver")
    live, drill = sita.get("/alerts/new").text, sita.get("/alerts/exercise").text
    assert "For real danger" in live
    assert 'class="danger"' in live
    assert "Only a rehearsal" in drill
    assert 'class="danger"' not in drill
    id = write(sita, {"text-en": "Riverside drill.", "class": "normal"}, "/alerts/exercise")
    press(sita, id, "submit")
    page = ram.get(f"/alerts/{id}").text
    assert "EXERCISE. No danger. Do nothing. Riverside drill." in page
    assert "Begin the exercise" in page
    assert "REAL" not in page
    press(ram, id, "approve", **approving(ram, id))
    assert "The exercise begins." in ram.get(f"/alerts/{id}").text
    real = write(sita)
    press(sita, real, "submit")
    page = ram.get(f"/alerts/{real}").text
    assert "Approve this REAL alert" in page
    assert "xercise" not in page.split("<main")[1].split("<footer")[0]


@pytest.mark.parametrize("kind, words", [("correction", "mistake"), ("allclear", "danger is over")])
def test_who_got_it_is_told_what_follows(sit: Sit, gw: Gateway, kind: str, words: str) -> None:
    sita, ram = sit("operator"), sit("approver")
    id = write(sita)
    assert press(sita, id, kind).status_code == 409
    press(sita, id, "submit")
    press(ram, id, "approve", **approving(ram, id))
    while broadcast.advance(gw):
        pass
    gw.store.write(lambda db: db.execute("UPDATE outbox SET state = 'sent' WHERE id <= 9"))
    answer = press(sita, id, kind)
    later = int(answer.headers["Location"].rpartition("/")[2])
    page = sita.get(f"/alerts/{later}").text
    assert words in page
    assert f"Everyone who got alert {id}" in page
    assert "does not seem to say" not in page
    assert "<dt>People</dt><dd>9</dd>" in page
    path = f"/alerts/{later}/edit"
    fields = {"text-en": "Red Cross: all is well.", "class": "high"}
    assert sita.post(path, fields, page=path).status_code == 303
    assert "<dt>People</dt><dd>9</dd>" in sita.get(f"/alerts/{later}").text


def test_those_who_left_because_of_it_are_counted(sit: Sit, gw: Gateway, clock: Clock) -> None:
    sita, ram = sit("operator"), sit("approver")
    id = write(sita)
    press(sita, id, "submit")
    press(ram, id, "approve", **approving(ram, id))
    while broadcast.advance(gw):
        pass
    press(sita, id, "stop")

    def leave(db: sqlite3.Connection) -> None:
        for address, hours in ((1, 1), (2, 23), (4, 25)):
            key, at = gw.numbers.of(contacts.by_address(db, address).value), NOW + hours * HOUR
            consent.record(db, number_key=key, address=address, state="out", how="message", now=at)

    gw.store.write(leave)
    assert "2 people left within a day of it." in sita.get(f"/alerts/{id}").text


@pytest.fixture
def hurried(gw: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """A gateway for whose pages everything takes too long to count."""
    monkeypatch.setattr(tallies, "STEP", 10)
    gw.tallies.patience = 0
    return gw


def counted() -> None:
    """Wait until nothing is counted any more."""
    for thread in threading.enumerate():
        if thread.name == "count":
            thread.join(10.0)


def test_many_people_are_counted_beside_the_page_before_anybody_can_approve(
    sit: Sit, hurried: Gateway
) -> None:
    ram, id = sit("approver"), write(sit("operator"))
    broadcast.submit(hurried, "user:sita", id)
    page = ram.get(f"/alerts/{id}").text
    assert "they are being counted" in page
    assert 'http-equiv="refresh"' in page
    assert 'name="people"' not in page
    counted()
    page = ram.get(f"/alerts/{id}").text
    assert "Counted: <time" in page
    assert "http-equiv" not in page
    left = "UPDATE address SET consent = 'out' WHERE id = (SELECT min(id) FROM address)"
    hurried.store.write(lambda db: db.execute(left))
    answer = press(ram, id, "approve", **approving(ram, id, people="40"))
    assert "goes to 39 people" in answer.text, "what is bound is counted at that moment"
    assert press(ram, id, "approve", **approving(ram, id, people="39")).status_code == 303


def test_how_far_an_alert_to_many_is_has_its_age(sit: Sit, hurried: Gateway) -> None:
    sita, ram = sit("operator"), sit("approver")
    id = write(sita)
    press(sita, id, "submit")
    ram.get(f"/alerts/{id}")
    counted()
    press(ram, id, "approve", **approving(ram, id))
    while broadcast.advance(hurried):
        pass
    assert "they are being counted" in sita.get(f"/alerts/{id}").text
    counted()
    page = sita.get(f"/alerts/{id}").text
    assert "0 of 40 people done" in page
    assert "Counted: <time" in page


def test_messages_of_people_who_were_forgotten_are_counted_still(
    sit: Sit, gw: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "PORTION", 7)
    sita, ram = sit("operator"), sit("approver")
    id = write(sita)
    press(sita, id, "submit")
    press(ram, id, "approve", **approving(ram, id))
    while broadcast.advance(gw):
        pass
    forgotten = "UPDATE outbox SET address = NULL, recipient = '' WHERE id IN (2, 3)"
    gw.store.write(lambda db: db.execute(forgotten))
    assert "0 of 40 people done" in sita.get(f"/alerts/{id}").text
    assert sum(row["n"] for row in figures.alert(gw.store.read, id)) == 40


def test_a_rejection_says_why(sit: Sit, gw: Gateway) -> None:
    id = write(sit("operator"))
    press(sit("operator"), id, "submit")
    assert press(sit("approver"), id, "reject", reason=" ").status_code == 409
    assert press(sit("approver"), id, "reject", reason="Wrong river").status_code == 303
    assert "Wrong river" in sit("operator").get(f"/alerts/{id}").text


@pytest.mark.parametrize("role", NAMES)
def test_each_role_may_do_its_part_only(sit: Sit, gw: Gateway, role: str) -> None:
    id = write(sit("operator"))
    seat, writes = sit(role), role in ("operator", "administrator")
    approves = role in ("approver", "administrator")
    assert seat.get("/alerts").status_code == 200
    assert (seat.get(f"/alerts/{id}").status_code == 200) == (role != "field_staff")
    assert (seat.get("/alerts/new").status_code == 200) == writes
    for act in ("submit", "resume", "correction", "edit"):
        answer = seat.post(f"/alerts/{id}/{act}", {}, page="/")
        assert (answer.status_code != 403) == writes, act
    for act in ("approve", "reject"):
        fields = {"password": PASSWORD}
        answer = seat.post(f"/alerts/{id}/{act}", fields, page="/")
        assert (answer.status_code != 403) == approves, act


def test_live_alerts_come_first_and_the_rest_page_by_page(sit: Sit, gw: Gateway) -> None:
    sita = sit("operator")
    waiting = write(sita)
    press(sita, waiting, "submit")
    for n in range(27):
        write(sita, WHOLE | {"text-en": f"{FLOOD} {n}"})
    page = sita.get("/alerts").text
    assert page.index(f'"/alerts/{waiting}"') < page.index(f'"/alerts/{waiting + 27}"')
    assert page.count("/alerts/") >= 26
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert sita.get(older[1]).text.count("<tr><td>") == 2


def test_an_alert_that_is_over_says_so(sit: Sit, gw: Gateway, clock: Clock) -> None:
    id = write(sit("operator"))
    clock.now += 7 * HOUR
    answer = press(sit("operator"), id, "submit")
    assert answer.status_code == 409
    assert "This alert is over" in answer.text
