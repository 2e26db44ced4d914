"""An alert: written by one, approved by another, expanded once per person, stopped at once."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import broadcast, send
from gateway.broadcast import running
from gateway.context import Gateway, open_gateway
from gateway.domain.alerts import Audience, Draft, Refused
from gateway.domain.messages import Class, Outcome, Result
from gateway.settings import Settings
from gateway.setup import load_demo
from gateway.store import alerts, consent, contacts, create, outbox, refused
from gateway.store.alerts import audiences

NOW = 1_795_000_000.0
HOUR = 3600.0
SITA, RAM = "user:sita", "user:ram"
COUNTS = (alerts.audience_counts, alerts.audience_channels)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gw(tmp_path: Path, clock: Clock) -> Iterator[Gateway]:
    """A gateway with 60 people in four places, of whom five are in the exercise group."""
    values = {"GATEWAY_DATA": str(tmp_path), "GATEWAY_SECRET": "for a test only"}
    settings = Settings.load(values)
    create(settings.store)
    made = open_gateway(settings)
    made.clock = clock
    load_demo(made)
    yield made
    made.store.close()


def draft(**changes: object) -> Draft:
    given: dict[str, object] = {
        "texts": {
            "en": "Red Cross: flood in Riverside today. Go to high ground now.",
            "ne": "बाढी",
        },
        "audience": Audience(),
        "class_": Class.EMERGENCY,
        "expires_at": NOW + 6 * HOUR,
    }
    return Draft(**(given | changes))  # type: ignore[arg-type]


def approved(gw: Gateway, **changes: object) -> int:
    """Write, submit and approve an alert."""
    alert = broadcast.create(gw, SITA, draft(**changes))
    broadcast.submit(gw, SITA, alert)
    broadcast.approve(gw, RAM, alert, broadcast.preview(gw, alert).people)
    return alert


def run(gw: Gateway) -> None:
    while broadcast.advance(gw):
        pass


def state(gw: Gateway, alert: int) -> str:
    return str(alerts.want(gw.store.read, alert)["state"])


def counts(gw: Gateway, alert: int) -> dict[str, int]:
    found, _ = outbox.alert_counts(gw.store.read, alert)
    return {word: n for word, n in found.items() if n}


def hand_over(gw: Gateway, rows: int) -> None:
    """Let the channel take the best rows."""
    channel = gw.channels.default()
    assert channel is not None
    claim = send.prepare(gw, channel, rows, 1e9)
    if claim.batch:
        taken = [Result(m.id, Outcome.ACCEPTED, f"r{m.id}") for m in claim.batch.messages]
        send.settle(gw, [(channel.name, claim.batch.id, taken)])


def test_everybody_gets_one_row_in_a_language_they_read(gw: Gateway) -> None:
    alert = approved(gw)
    run(gw)
    run(gw)
    assert counts(gw, alert) == {"queued": 60}
    sql = "SELECT language, count(*) FROM outbox WHERE alert = ? GROUP BY 1"
    assert dict(tuple(r) for r in gw.store.read.execute(sql, (alert,))) == {"en": 48, "ne": 12}


def languages(gw: Gateway, alert: int) -> dict[str, int]:
    """Count the rows of an alert by the language of their text."""
    sql = "SELECT language, count(*) FROM outbox WHERE alert = ? GROUP BY 1"
    return {row[0]: row[1] for row in gw.store.read.execute(sql, (alert,))}


def test_who_reads_none_of_the_languages_gets_that_of_the_area(gw: Gateway) -> None:
    def work(db: sqlite3.Connection) -> None:
        db.execute("UPDATE area SET languages = '[]'")
        db.execute("UPDATE area SET languages = '[\"xx\", \"sw-KE\"]' WHERE pcode = 'ZZ01'")
        db.execute("UPDATE contact SET language = 'fr'")
        db.execute("UPDATE contact SET language = 'ne' WHERE id % 2")
        db.execute("UPDATE contact SET language = NULL WHERE id % 5 = 0")

    gw.store.write(work)
    texts = {"en": "Flood.", "ne": "बाढी", "sw": "Mafuriko."}
    alert = approved(gw, texts=texts)
    seen = broadcast.preview(gw, alert).by_language
    run(gw)
    sql = """SELECT iif(contact.language = 'ne', 'ne', iif(pcode LIKE 'ZZ01%', 'sw', 'en')),
                    count(*) FROM contact LEFT JOIN area ON area.id = contact.area GROUP BY 1"""
    assert {line.language for line in seen} == {"ne", "fr", "en"}
    assert languages(gw, alert) == {row[0]: row[1] for row in gw.store.read.execute(sql)}
    assert len(languages(gw, alert)) == 3


def test_everybody_is_counted_in_portions_to_the_same_sum(
    gw: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (Audience(), False)
    whole = [count(gw.store.read, *asked) for count in COUNTS]
    monkeypatch.setattr(audiences, "PORTION", 7)
    in_portions = [count(gw.store.read, *asked) for count in COUNTS]
    assert [set(rows) for rows in in_portions] == [set(rows) for rows in whole]
    assert sum(n for *_what, n in whole[0]) == alerts.audience_size(gw.store.read, *asked) > 7


def test_who_changes_their_language_while_it_is_queued_gets_the_new_one(gw, monkeypatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 20)
    monkeypatch.setattr(running, "MOST", 20)
    approved(gw)
    write, chunks = gw.store.write, []

    def slow(work, background=False, **more):
        chunks.extend([1] if background else [])
        if len(chunks) == 2:
            write(lambda db: db.execute("UPDATE contact SET language = 'ne'"))
        return write(work, background, **more)

    monkeypatch.setattr(gw.store, "write", slow)
    run(gw)
    sql = "SELECT count(*) FROM outbox WHERE language = 'ne' AND address > 20"
    assert len(chunks) >= 3
    assert gw.store.read.execute(sql).fetchone()[0] == 40


def test_an_alert_ends_once_nothing_of_it_waits(gw: Gateway, monkeypatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 5)
    alert = approved(gw)
    run(gw)
    hand_over(gw, 40)
    run(gw)
    assert alerts.want(gw.store.read, alert)["open_from"] == 40
    again = "UPDATE outbox SET state = 'queued' WHERE alert = ? AND address = 3"
    gw.store.write(lambda db: db.execute(again, (alert,)))
    for left in (20, 1):
        hand_over(gw, left)
        run(gw)
    assert (state(gw, alert), counts(gw, alert)) == ("done", {"sent": 60})


def test_one_that_is_sent_again_keeps_its_alert_open(gw: Gateway, monkeypatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 5)
    alert = approved(gw)
    run(gw)
    hand_over(gw, 50)
    run(gw)
    again = "UPDATE outbox SET state = 'queued', due_at = ? WHERE alert = ? AND address = 3"
    gw.store.write(lambda db: db.execute(again, (NOW + HOUR, alert)))
    hand_over(gw, 10)
    run(gw)
    row = alerts.want(gw.store.read, alert)
    assert (row["state"], row["open_from"]) == ("running", 2)


def test_a_language_finds_its_people_however_it_was_written(gw: Gateway) -> None:
    audience = Audience(languages=("NEP", "sw_KE"))
    alert = broadcast.create(gw, SITA, draft(texts={"nep": "x", "EN": "y"}, audience=audience))
    falls = {line.language: line.falls_back_to for line in broadcast.preview(gw, alert).by_language}
    assert falls == {"ne": None}


def test_nobody_approves_what_they_had_a_hand_in(gw: Gateway) -> None:
    alert = broadcast.create(gw, SITA, draft())
    broadcast.edit(gw, "user:ada", alert, draft(texts={"en": "Other words"}))
    broadcast.submit(gw, "user:bim", alert)
    for by in (SITA, "user:ada", "user:bim"):
        with pytest.raises(Refused, match="Ask someone else"):
            broadcast.approve(gw, by, alert, 60)
    broadcast.approve(gw, RAM, alert, 60)
    assert state(gw, alert) == "approved"


@pytest.mark.parametrize(
    "people, seen, later, said",
    [
        (59, None, 0, "60 people"),
        (60, "another hash", 0, "changed meanwhile"),
        (60, None, 31 * 60, "in time"),
        (60, None, 7 * HOUR, "is over"),
    ],
)
def test_an_approval_is_refused(gw, clock, people, seen, later, said) -> None:
    alert = broadcast.create(gw, SITA, draft())
    broadcast.submit(gw, SITA, alert)
    clock.now += later
    with pytest.raises(Refused, match=said):
        broadcast.approve(gw, RAM, alert, people, seen)
    assert state(gw, alert) == "submitted"


def test_one_letter_changed_voids_the_approval(gw: Gateway) -> None:
    alert = broadcast.create(gw, SITA, draft())
    broadcast.submit(gw, SITA, alert)
    seen = alerts.want(gw.store.read, alert)["hash"]
    broadcast.edit(gw, SITA, alert, draft(texts={"en": "Red Cross: Flood in Riverside today."}))
    assert state(gw, alert) == "draft"
    broadcast.submit(gw, SITA, alert)
    with pytest.raises(Refused, match="changed meanwhile"):
        broadcast.approve(gw, RAM, alert, 60, seen)


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"texts": {}}, "texts"),
        ({"texts": {"en": "  "}}, "texts.en"),
        ({"texts": {"en": "a\x07b"}}, "texts.en"),
        ({"texts": {"en": "x" * 640}}, "texts.en"),
        ({"texts": {"Nepali please": "x"}}, "texts.Nepali please"),
        ({"texts": {"xx": "x"}}, "texts.xx"),
        ({"texts": {"ne": "x", "nep": "y"}}, "texts.nep"),
        ({"audience": Audience(languages=("!",))}, "audience.languages"),
        ({"audience": Audience(languages=("qqq",))}, "audience.languages"),
        ({"expires_at": NOW}, "expires"),
        ({"audience": Audience(areas=("XX",))}, "audience.areas"),
        ({"audience": Audience(groups=("Nobody",))}, "audience.groups"),
    ],
)
def test_what_could_never_be_sent_is_not_kept(gw, changes, field) -> None:
    with pytest.raises(Refused) as refused:
        broadcast.create(gw, SITA, draft(**changes))
    assert refused.value.field == field
    assert alerts.page(gw.store.read) == []


def test_an_approval_nobody_used_lapses(gw: Gateway, clock: Clock) -> None:
    alert = broadcast.create(gw, SITA, draft())
    broadcast.submit(gw, SITA, alert)
    clock.now += 31 * 60
    run(gw)
    assert state(gw, alert) == "draft"


def test_stop_takes_back_what_waits_and_resume_needs_a_second_person(gw: Gateway) -> None:
    alert = approved(gw)
    run(gw)
    hand_over(gw, 20)
    broadcast.stop(gw, SITA, alert)
    assert counts(gw, alert) == {"sent": 20, "withdrawn": 40}
    assert [(one["reason"], one["rows"]) for one in refused.totals(gw.store.read)] == [
        ("alert stopped", 40)
    ]
    broadcast.resume(gw, SITA, alert)
    with pytest.raises(Refused, match="Ask someone else"):
        broadcast.approve(gw, SITA, alert, 60)
    broadcast.approve(gw, RAM, alert, 60)
    run(gw)
    assert counts(gw, alert) == {"sent": 20, "queued": 40}


@pytest.mark.parametrize("end", ["reject", "lapse"])
def test_what_is_partly_sent_can_be_resumed_but_not_reworded(gw, clock, end) -> None:
    alert = approved(gw)
    run(gw)
    broadcast.stop(gw, SITA, alert)
    broadcast.resume(gw, SITA, alert)
    with pytest.raises(Refused, match="Write a correction"):
        broadcast.edit(gw, SITA, alert, draft())
    if end == "reject":
        broadcast.reject(gw, RAM, alert, "The river fell")
    else:
        clock.now += 31 * 60
        run(gw)
    assert state(gw, alert) == "stopped"
    assert len(alerts.texts(gw.store.read, alert)) == 2


def test_who_left_is_neither_counted_nor_written_to(gw: Gateway) -> None:
    def leave(db: sqlite3.Connection) -> None:
        person = contacts.by_address(db, 7)
        key = gw.numbers.of(person.value)
        consent.record(db, number_key=key, address=7, state="out", how="message", now=NOW)

    alert = approved(gw)
    gw.store.write(leave)
    run(gw)
    assert counts(gw, alert) == {"queued": 59}
    assert broadcast.preview(gw, alert).people == 59


@pytest.mark.parametrize("kind, words", [("correction", "mistake"), ("allclear", "danger is over")])
def test_who_got_the_alert_gets_what_follows_and_nobody_else(gw, kind, words) -> None:
    first = approved(gw)
    run(gw)
    hand_over(gw, 20)
    later = broadcast.follow_up(gw, SITA, first, kind)
    assert state(gw, first) == "stopped"
    row = alerts.want(gw.store.read, later)
    assert (row["state"], row["supersedes"]) == ("draft", first)
    texts = {t["language"]: t["text"] for t in alerts.texts(gw.store.read, later)}
    assert set(texts) == {"en", "ne"}
    assert words in texts["en"]
    broadcast.submit(gw, SITA, later)
    broadcast.approve(gw, RAM, later, 20)
    run(gw)
    got = "SELECT address FROM outbox WHERE alert = ? AND state = ? ORDER BY 1"
    reached = [r[0] for r in gw.store.read.execute(got, (first, "sent"))]
    told = [r[0] for r in gw.store.read.execute(got, (later, "queued"))]
    assert told == reached
    assert len(told) == 20


def test_what_is_on_its_way_when_a_correction_runs_is_corrected_too(gw: Gateway) -> None:
    first = approved(gw)
    run(gw)
    hand_over(gw, 5)
    channel = gw.channels.default()
    assert channel is not None
    send.prepare(gw, channel, 3, 1e9)
    later = broadcast.follow_up(gw, SITA, first, "correction")
    assert broadcast.preview(gw, later).people == 8


def test_nothing_follows_what_went_to_nobody(gw: Gateway) -> None:
    alert = broadcast.create(gw, SITA, draft())
    with pytest.raises(Refused, match="nobody"):
        broadcast.follow_up(gw, SITA, alert, "correction")


def test_an_exercise_is_marked_and_goes_to_its_group_only(gw: Gateway) -> None:
    alert = approved(gw, exercise=True)
    run(gw)
    assert counts(gw, alert) == {"queued": 5}
    for text in alerts.texts(gw.store.read, alert):
        mark = gw.languages.say([text["language"]], "exercise.mark").text
        assert text["text"].startswith(mark)
    end = broadcast.follow_up(gw, SITA, alert, "allclear")
    assert alerts.want(gw.store.read, end)["exercise"]


def test_the_same_words_are_not_sent_twice_by_impatience(gw: Gateway, clock: Clock) -> None:
    approved(gw)
    again = broadcast.create(gw, SITA, draft(expires_at=NOW + 9 * HOUR))
    assert "again" in broadcast.preview(gw, again).warnings
    with pytest.raises(Refused, match="same words"):
        broadcast.submit(gw, SITA, again)
    other = broadcast.create(gw, SITA, draft(audience=Audience(areas=("ZZ02",))))
    broadcast.submit(gw, SITA, other)


def test_the_preview_tells_fallbacks_and_what_is_unusual(gw: Gateway) -> None:
    alert = broadcast.create(gw, SITA, draft(texts={"en": "x" * 400, "ne": "बाढी"}))
    seen = broadcast.preview(gw, alert)
    falls = {line.language: line.falls_back_to for line in seen.by_language}
    assert falls == {"en": None, "fr": "en", "sw": "en", "ne": None, "ar": "en"}
    assert seen.parts == 48 * 3 + 12
    assert seen.finish == NOW + seen.parts / 50
    assert seen.warnings == ("parts:en",)


def test_without_a_channel_an_alert_waits_quietly(gw: Gateway) -> None:
    alert = approved(gw)
    gw.store.write(lambda db: db.execute("UPDATE channel SET enabled = 0"))
    assert broadcast.advance(gw) is True  # it begins to run
    assert broadcast.advance(gw) is False  # and then there is nothing to do
    gw.store.write(lambda db: db.execute("UPDATE channel SET enabled = 1"))
    run(gw)
    assert counts(gw, alert) == {"queued": 60}


def test_the_preview_counts_with_quotas_and_their_reserve(gw: Gateway) -> None:
    gw.store.write(lambda db: db.execute("UPDATE channel SET per_hour = 40"))
    alert = broadcast.create(gw, SITA, draft(class_=Class.BULK, expires_at=NOW + 90 * HOUR))
    assert broadcast.preview(gw, alert).finish == NOW + HOUR, "36 now, 24 in the next hour"
    alert = broadcast.create(gw, SITA, draft(texts={"en": "x" * 400}, class_=Class.EMERGENCY))
    seen = broadcast.preview(gw, alert)
    assert seen.finish == NOW + 4 * HOUR, "180 parts, 40 an hour"
    assert "late" not in seen.warnings


def test_channels_that_share_an_alert_send_side_by_side(gw: Gateway) -> None:
    def second(db: sqlite3.Connection) -> None:
        db.execute(
            "INSERT INTO channel (name, provider, settings, rate, created_at)"
            " SELECT 'slow', provider, settings, 0.5, 0 FROM channel"
        )
        db.execute("UPDATE address SET channel = 2 WHERE id <= 20")

    gw.store.write(second)
    alert = broadcast.create(gw, SITA, draft())
    assert broadcast.preview(gw, alert).finish == NOW + 20 / 0.5
    chosen = broadcast.create(gw, SITA, draft(channel=1))
    assert broadcast.preview(gw, chosen).finish == NOW + 60 / 50


def test_the_preview_says_when_the_credit_is_short(gw: Gateway) -> None:
    sql = "UPDATE channel SET credit = 62, credit_full = 62"
    gw.store.write(lambda db: db.execute(sql))
    emergency = broadcast.create(gw, SITA, draft())
    assert "credit" not in broadcast.preview(gw, emergency).warnings
    bulk = broadcast.create(gw, SITA, draft(class_=Class.BULK))
    assert "credit" in broadcast.preview(gw, bulk).warnings
