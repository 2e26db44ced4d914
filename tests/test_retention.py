"""Deleting by age: each kind of thing goes when it is due, and is gone from the file."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from gateway import background
from gateway.background import retention
from gateway.context import Gateway, open_gateway
from gateway.domain.phone import normalise
from gateway.engine.jobs import Jobs
from gateway.settings import BadSetting, Settings
from gateway.store import audit, channels, consent, contacts, create, jobs
from gateway.store import feedback as items

NOW = 1_795_000_000.0
DAY = 86400.0
SITA = "user:sita"
SECRET = "the well is behind the mosque"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(folder: Path, clock: Clock, **kept: str) -> Gateway:
    values = {"GATEWAY_DATA": str(folder), "GATEWAY_SECRET": "for a test", **kept}
    settings = Settings.load(values)
    create(settings.store)
    made = open_gateway(settings)
    made.clock = clock
    return made


@pytest.fixture
def gw(tmp_path: Path, clock: Clock) -> Iterator[Gateway]:
    made = opened(tmp_path, clock)
    sealed = made.sealer.seal({})
    made.store.write(lambda db: channels.add(db, "sim", "simulator", "4040", sealed, NOW))
    yield made
    made.store.close()


def clean(gw: Gateway) -> dict[str, int]:
    """Delete what is old now; return what the job tells."""
    job = retention.begin(gw, "system")
    background.run(gw, job)
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    assert (row["state"], row["done"]) == ("done", row["total"])
    told: dict[str, int] = json.loads(row["result"])
    return told


def do(gw: Gateway, sql: str, *values: object) -> int:
    return gw.store.write(lambda db: db.execute(sql, values).lastrowid or 0)


def one(gw: Gateway, sql: str, *values: object) -> sqlite3.Row:
    row: sqlite3.Row = gw.store.read.execute(sql, values).fetchone()
    return row


def person(gw: Gateway, number: int, state: str = "none") -> int:
    value = normalise(f"+447700900{number:03}").value
    key = gw.numbers.of(value)

    def work(db: sqlite3.Connection) -> int:
        found = contacts.add(db, "phone", value, key, gw.clock())
        if state != "none":
            consent.record(
                db, number_key=key, address=found.address, state=state, how="message", now=NOW
            )
        return found.address

    return gw.store.write(work)


def told(gw: Gateway, address: int | None, text: str = SECRET, raw: bytes | None = None) -> int:
    """Let a message come in; return its id."""
    sql = """INSERT INTO inbound (channel, reference, address, sender, recipient, text, raw,
                                  received_at, decision, answer)
             VALUES (1, hex(randomblob(8)), ?, '+447700900001', '4040', ?, ?, ?, 'feedback', ?)"""
    return do(gw, sql, address, text, raw, gw.clock(), json.dumps([text]))


def answered(gw: Gateway, address: int, text: str = SECRET, **more: object) -> int:
    """Let a message go out; return its id."""
    row = {"state": "delivered", "feedback": None, "inbound": None} | more
    sql = """INSERT INTO outbox (address, recipient, channel, class, state, due_at, text, parts,
                                 alphabet, feedback, inbound, created_at)
             VALUES (?, '+447700900001', 1, 2, ?, 0, ?, 1, 'gsm7', ?, ?, ?)"""
    return do(gw, sql, address, row["state"], text, row["feedback"], row["inbound"], gw.clock())


def item(gw: Gateway, address: int, status: str = "new", type: str = "request") -> int:
    """Let a message become an item that somebody answered and noted something about."""
    inbound = told(gw, address)

    def work(db: sqlite3.Connection) -> int:
        reference = items.fresh_reference(db, gw.random_bits)
        id = items.add(
            db, reference=reference, channel=1, text=SECRET, type=type, now=gw.clock(),
            inbound=inbound, address=address, language="en",
        )  # fmt: skip
        items.event(db, id, "note", SITA, gw.clock(), text=SECRET)
        db.execute("UPDATE feedback SET status = ? WHERE id = ?", (status, id))
        return id

    id = gw.store.write(work)
    answered(gw, address, feedback=id, inbound=inbound)
    return id


def test_words_of_messages_go_after_their_time_and_their_codes_stay(
    gw: Gateway, clock: Clock
) -> None:
    address = person(gw, 1, "in")
    old, sent = told(gw, address), answered(gw, address)
    clock.now += 50 * DAY
    young = told(gw, address)
    assert clean(gw) == {}
    clock.now += 40 * DAY + 60
    assert clean(gw) == {"words_in": 1, "words_out": 1}
    row = one(gw, "SELECT * FROM inbound WHERE id = ?", old)
    assert (row["text"], row["answer"], row["decision"]) == ("", None, "feedback")
    assert row["sender"] == "+447700900001"
    assert one(gw, "SELECT text, parts FROM outbox WHERE id = ?", sent)["text"] == ""
    assert one(gw, "SELECT text FROM inbound WHERE id = ?", young)["text"] == SECRET
    assert clean(gw) == {}


def test_what_still_waits_keeps_its_words_until_it_has_gone(gw: Gateway, clock: Clock) -> None:
    address = person(gw, 1, "in")
    waits = answered(gw, address, state="queued")
    after = answered(gw, address)
    clock.now += 91 * DAY
    assert clean(gw) == {"words_out": 1}
    assert one(gw, "SELECT text FROM outbox WHERE id = ?", after)["text"] == ""
    do(gw, "UPDATE outbox SET state = 'expired' WHERE id = ?", waits)
    assert clean(gw) == {"words_out": 1}
    assert one(gw, "SELECT text FROM outbox WHERE id = ?", waits)["text"] == ""


def test_an_open_item_keeps_its_words_and_a_closed_one_its_codes(gw: Gateway, clock: Clock) -> None:
    address = person(gw, 1, "in")
    still, closed = item(gw, address, "in_progress"), item(gw, address, "closed")
    clock.now += 89 * DAY
    assert clean(gw) == {}
    clock.now += 2 * DAY
    assert clean(gw) == {"items": 1}
    kept = one(gw, "SELECT * FROM feedback WHERE id = ?", still)
    gone = one(gw, "SELECT * FROM feedback WHERE id = ?", closed)
    assert (kept["text"], gone["text"]) == (SECRET, "")
    assert (gone["type"], gone["status"], gone["address"]) == ("request", "closed", address)
    texts = "SELECT text FROM inbound WHERE id = ?"
    assert one(gw, texts, kept["inbound"])["text"] == SECRET
    assert one(gw, texts, gone["inbound"])["text"] == ""
    notes = "SELECT count(*) FROM feedback_event WHERE feedback = ? AND text IS NOT NULL"
    assert (one(gw, notes, still)[0], one(gw, notes, closed)[0]) == (1, 0)
    answers = "SELECT text FROM outbox WHERE feedback = ?"
    assert one(gw, answers, still)["text"] == SECRET
    assert one(gw, answers, closed)["text"] == ""


def test_an_item_taken_up_again_is_emptied_again(gw: Gateway, clock: Clock) -> None:
    id = item(gw, person(gw, 1, "in"), "closed")
    clock.now += 91 * DAY
    assert clean(gw)["items"] == 1
    clock.now += 60
    gw.store.write(lambda db: items.attach(db, id, None, SECRET, now=clock.now))
    do(gw, "UPDATE feedback SET status = 'closed' WHERE id = ?", id)
    assert clean(gw) == {}
    clock.now += 91 * DAY
    assert clean(gw)["items"] == 1
    notes = "SELECT count(*) FROM feedback_event WHERE text IS NOT NULL"
    assert one(gw, notes)[0] == 0


def test_of_a_sensitive_item_only_a_count_is_left(gw: Gateway, clock: Clock) -> None:
    address = person(gw, 1, "in")
    id = item(gw, address, "referred", "sensitive")
    open_one = item(gw, address, "triaged", "sensitive")
    clock.now += 31 * DAY
    found = clean(gw)
    assert found["sensitive"] == 1
    row = one(gw, "SELECT * FROM feedback WHERE id = ?", id)
    assert (row["type"], row["sensitive"], row["text"]) == ("sensitive", 1, "")
    assert [row[name] for name in ("address", "inbound", "session", "area", "language")] == [
        None
    ] * 5
    assert one(gw, "SELECT count(*) FROM feedback_event WHERE feedback = ?", id)[0] == 0
    assert tuple(one(gw, "SELECT address, sender, text FROM inbound ORDER BY id")) == (
        None, "", "",
    )  # fmt: skip
    assert one(gw, "SELECT recipient FROM outbox WHERE feedback = ?", id)["recipient"] == ""
    assert one(gw, "SELECT text FROM feedback WHERE id = ?", open_one)["text"] == SECRET


def test_calls_lose_what_the_provider_sent_and_keep_the_message(gw: Gateway, clock: Clock) -> None:
    id = told(gw, person(gw, 1, "in"), raw=b"from=...")
    clock.now += 8 * DAY
    assert clean(gw) == {"calls": 1}
    row = one(gw, "SELECT text, raw FROM inbound WHERE id = ?", id)
    assert (row["text"], row["raw"]) == (SECRET, None)


def test_who_never_joined_is_erased_after_a_year_and_a_leaver_stays_out(
    gw: Gateway, clock: Clock
) -> None:
    stranger, left, joined = person(gw, 1), person(gw, 2, "out"), person(gw, 3, "in")
    for address in (stranger, left, joined):
        told(gw, address)
        answered(gw, address)
    do(gw, "INSERT INTO session (address, channel, kind, reference, started_at, updated_at)"
       " VALUES (?, 1, 'sms', 'a', 0, 0)", stranger)  # fmt: skip
    clock.now += 366 * DAY
    assert clean(gw)["people"] == 2
    db = gw.store.read
    assert contacts.by_value(db, "+447700900001") is None
    assert contacts.by_value(db, "+447700900002") is None
    assert contacts.by_value(db, "+447700900003") is not None
    assert db.execute("SELECT count(*) FROM inbound WHERE sender = ''").fetchone()[0] == 2
    assert db.execute("SELECT count(*) FROM outbox WHERE recipient = ''").fetchone()[0] == 2
    back = contacts.by_address(db, person(gw, 2))
    assert back.consent == "out"


def test_who_was_heard_or_written_to_or_waits_is_not_erased(gw: Gateway, clock: Clock) -> None:
    heard, written, waits, asks = (person(gw, n) for n in range(1, 5))
    answered(gw, waits, state="queued")
    item(gw, asks)
    clock.now += 300 * DAY
    told(gw, heard)
    answered(gw, written)
    clock.now += 100 * DAY
    assert "people" not in clean(gw)
    clock.now += 300 * DAY
    assert clean(gw)["people"] == 2


def test_who_wrote_very_much_is_erased_too(gw: Gateway, clock: Clock) -> None:
    address = person(gw, 1)
    for _ in range(3):
        told(gw, address)
    do(
        gw,
        f"""WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
        INSERT INTO inbound (channel, reference, address, sender, recipient, text, received_at,
                             decision)
        SELECT 1, 'r' || i, {address}, '+447700900001', '4040', 'x', {NOW}, '' FROM n""",
    )
    clock.now += 366 * DAY
    assert clean(gw)["people"] == 1
    assert one(gw, "SELECT count(*) FROM inbound WHERE sender <> ''")[0] == 0


RECORDS = {
    "receipts": "INSERT INTO receipt (channel, reference, status, received_at)"
    " VALUES (1, hex(randomblob(8)), 'delivered', ?)",
    "sessions": "INSERT INTO session (address, channel, kind, reference, started_at, updated_at,"
    " ended_at) VALUES (1, 1, 'ussd', hex(randomblob(8)), 0, 0, ?)",
    "jobs": "INSERT INTO job (kind, state, by, created_at, updated_at)"
    " VALUES ('import_areas', 'done', 'cli', 0, ?)",
    "kept_calls": "INSERT INTO kept_call (channel, kind, reason, body, at)"
    " VALUES ('sim', 'message', 'odd', x'00', ?)",
}


@pytest.mark.parametrize("kind", RECORDS)
def test_old_records_go_and_young_ones_stay(gw: Gateway, clock: Clock, kind: str) -> None:
    person(gw, 1, "in")
    for age in (200.0, 91.0, 1.0):
        do(gw, RECORDS[kind], NOW - age * DAY)
    assert clean(gw) == {kind: 2}
    assert clean(gw) == {}


def test_the_front_of_the_audit_goes_and_what_is_left_is_a_whole_chain(
    gw: Gateway, clock: Clock
) -> None:
    for n in range(250):
        gw.store.write(
            partial(audit.write, at=NOW + n, by=SITA, act="channel.set", subject="channel:sim")
        )
    clock.now += 731 * DAY
    gw.store.write(lambda db: audit.write(db, clock.now, SITA, "channel.set", "channel:sim"))
    assert clean(gw) == {"audit": 250}
    assert audit.first_broken(gw.store.read) is None
    assert audit.start(gw.store.read)[0] == 250
    assert [row["act"] for row in audit.page(gw.store.read)] == ["retention", "channel.set"]
    do(gw, "DELETE FROM audit WHERE id = 251")
    assert audit.first_broken(gw.store.read) == 251


def test_words_dated_by_a_clock_not_yet_set_go_with_what_came_after_them(
    gw: Gateway, clock: Clock
) -> None:
    address = person(gw, 1, "in")
    clock.now = 3600.0
    doubtful = told(gw, address)
    clock.now = NOW
    assert clean(gw) == {}
    told(gw, address)
    assert clean(gw) == {}
    clock.now = NOW + 91 * DAY
    assert clean(gw)["words_in"] == 2
    assert one(gw, "SELECT text FROM inbound WHERE id = ?", doubtful)["text"] == ""


def test_nothing_is_deleted_while_the_clock_is_not_trusted(
    gw: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(gw, person(gw, 1, "in"))
    clock.now += 400 * DAY
    job = retention.begin(gw, "system")
    monkeypatch.setattr(Gateway, "clock_trusted", lambda gw: False)
    background.run(gw, job)
    retention.begin_if_due(gw, 0.0)
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    assert row["state"] == "waiting"
    assert one(gw, "SELECT text FROM inbound")["text"] == SECRET
    monkeypatch.undo()
    background.run(gw, job)
    assert one(gw, "SELECT text FROM inbound")["text"] == ""


def test_nothing_is_deleted_where_zero_days_are_set(tmp_path: Path, clock: Clock) -> None:
    kinds = ("WORDS", "PEOPLE", "SENSITIVE", "CALLS", "RECORDS", "AUDIT", "EXPORTS")
    gw = opened(tmp_path, clock, **{f"GATEWAY_KEEP_{kind}_DAYS": "0" for kind in kinds})
    sealed = gw.sealer.seal({})
    gw.store.write(lambda db: channels.add(db, "sim", "simulator", "4040", sealed, NOW))
    item(gw, person(gw, 1), "closed")
    for kind in RECORDS:
        do(gw, RECORDS[kind], NOW)
    gw.store.write(lambda db: audit.write(db, NOW, SITA, "channel.set", "channel:sim"))
    clock.now += 9999 * DAY
    assert clean(gw) == {}
    gw.store.close()


@pytest.mark.parametrize(
    "name, value", [("GATEWAY_KEEP_WORDS_DAYS", "-1"), ("GATEWAY_KEEP_HOUR", "24")]
)
def test_a_wrong_age_is_refused_in_a_sentence(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.load({"GATEWAY_DATA": str(tmp_path), name: value})


def test_deleted_words_are_in_no_byte_of_the_file(gw: Gateway, clock: Clock) -> None:
    for n in range(1, 40):
        item(gw, person(gw, n), "closed")
    clock.now += 400 * DAY
    files = sorted(gw.settings.data.glob("gateway.db*"))
    assert SECRET.encode() in b"".join(file.read_bytes() for file in files)
    clean(gw)
    clean(gw)
    left = b"".join(file.read_bytes() for file in sorted(gw.settings.data.glob("gateway.db*")))
    assert SECRET.encode() not in left
    assert b"+447700900" not in left


def test_the_job_of_the_day_comes_once_and_tells_what_it_did(gw: Gateway, clock: Clock) -> None:
    told(gw, person(gw, 1, "in"))
    clock.now += 100 * DAY
    thread = Jobs(gw, Event())
    thread.round()
    assert jobs.page(gw.store.read) == []
    clock.now += 700.0
    thread.round()
    thread.round()
    (row,) = jobs.page(gw.store.read)
    assert (row["kind"], row["state"], row["by"]) == ("retention", "done", "system")
    (entry,) = audit.page(gw.store.read, act="retention")
    assert json.loads(entry["detail"]) == {"words_in": 1}
    clock.now += DAY
    thread.round()
    assert len(jobs.page(gw.store.read)) == 2


KILLED = """
import sys
from gateway import background
from gateway.context import open_gateway
from gateway.settings import Settings

gw = open_gateway(Settings.load())
gw.clock = lambda: float(sys.argv[2])
background.run(gw, int(sys.argv[1]), lambda done, total: print(done, flush=True))
"""


def test_a_process_that_is_killed_deletes_nothing_twice_and_the_next_goes_on(
    gw: Gateway, clock: Clock, finish: Callable[[int], sqlite3.Row]
) -> None:
    address = person(gw, 1, "in")
    for _ in range(3000):
        told(gw, address, "x" * 40)
    clock.now += 100 * DAY
    job = retention.begin(gw, "system")
    command = [sys.executable, "-c", KILLED, str(job), str(clock.now)]
    environ = {**os.environ, **gw.settings.values}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(40):
            process.stdout.readline()
        process.kill()
    half = one(gw, "SELECT count(*) FROM inbound WHERE text = ''")[0]
    assert 0 < half < 3000
    row = finish(job)
    assert json.loads(row["result"])["words_in"] == 3000
    assert one(gw, "SELECT count(*) FROM inbound WHERE text <> ''")[0] == 0


@pytest.fixture
def finish(gw: Gateway) -> Callable[[int], sqlite3.Row]:
    def run(job: int) -> sqlite3.Row:
        background.run(gw, job)
        row = jobs.by_id(gw.store.read, job)
        assert row is not None
        assert row["state"] == "done"
        return row

    return run
