"""What lies waiting in a folder comes in, is answered, and leaves only after the commit."""

import logging
import threading
import time
from pathlib import Path

import pytest

from gateway.context import Channel
from gateway.engine import Engine
from gateway.engine import poller as polling
from gateway.engine.poller import Poller, take
from gateway.engine.rounds import BROKEN
from gateway.providers.fetching import Found
from tests.core.field import Field
from tests.core.test_engine import until

HEAD = "From: 15550100\nFrom_TOA: 91 international\nSent: 26-08-01 09:00:00\nAlphabet: UTF-8\n\n"
FULL = "CREATE TRIGGER full BEFORE INSERT ON inbound BEGIN SELECT RAISE(ABORT, 'full'); END"


@pytest.fixture
def spool(field: Field, tmp_path: Path) -> Path:
    root = tmp_path / "spool"
    for name in ("outgoing", "checked", "incoming", "sent", "failed"):
        (root / name).mkdir(parents=True)
    settings = field.gw.sealer.seal({"folder": str(root)})
    field.do(
        "INSERT INTO channel (name, provider, settings, rate, created_at)"
        " VALUES ('modems', 'spool', ?, 100, 0)",
        settings,
    )
    return root


def channel(field: Field) -> Channel:
    found = field.gw.channels.get("modems")
    assert found is not None
    return found


def poller(field: Field) -> Poller:
    return Poller(field.gw, channel(field).id, threading.Event())


def test_a_file_is_answered_by_a_file_and_its_receipt_finds_it(field: Field, spool: Path) -> None:
    field.gw.clock = time.time
    engine = Engine(field.gw)
    engine.start()
    (spool / "incoming" / "GSM1.aB3xYz").write_text(HEAD + "FLOOD", "utf-8")
    until(lambda: any((spool / "outgoing").iterdir()))
    until(lambda: not any((spool / "incoming").iterdir()))
    (out,) = (spool / "outgoing").iterdir()
    content = out.read_text("utf-8")
    assert content.startswith("To: 15550100\nAlphabet: UTF\nReport: yes\n")
    assert field.one("SELECT text FROM outbox") == content.partition("\n\n")[2]
    until(lambda: field.one("SELECT state FROM outbox") == "sent")

    report = "SMS STATUS REPORT\nMessage_id: 117\nStatus: 0,Ok,received\n"
    (spool / "sent" / out.name).write_text(content.replace("\n\n", "\nMessage_id: 117\n\n", 1))
    out.unlink()
    (spool / "incoming" / "GSM1.report").write_text(HEAD + report, "utf-8")
    until(lambda: field.one("SELECT state FROM outbox") == "delivered")
    until(lambda: not [path for path in spool.rglob("*") if path.is_file()])
    assert field.one("SELECT count(*) FROM inbound") == 1
    assert engine.alive() == []
    engine.stop()


def test_a_crash_before_the_file_leaves_answers_once(field: Field, spool: Path) -> None:
    path = spool / "incoming" / "GSM1.aB3xYz"
    path.write_text(HEAD + "FLOOD", "utf-8")
    call = channel(field).provider

    def cut(found: Found) -> Found:
        return Found(found.call, lambda refused: None)  # the power fails after the commit

    list(call.poll())  # type: ignore[attr-defined]
    time.sleep(1.05)
    for found in call.poll():  # type: ignore[attr-defined]
        take(field.gw, channel(field), cut(found))
    assert path.exists()
    answers = field.one("SELECT count(*) FROM outbox")
    for found in call.poll():  # type: ignore[attr-defined]
        take(field.gw, channel(field), found)
    assert field.one("SELECT count(*) FROM outbox") == answers == 1
    assert not path.exists()


def test_nothing_leaves_while_it_cannot_be_written_down(field: Field, spool: Path, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("GSM1.a", "GSM1.b"):
        (spool / "incoming" / name).write_text(HEAD + f"FLOOD {name}", "utf-8")
    polls = poller(field)
    polls.round()
    time.sleep(1.05)
    field.do(FULL)
    assert polls.round() == BROKEN
    assert len(list((spool / "incoming").iterdir())) == 2
    assert caplog.text.count("could not take one") == 2  # one does not hold up the other
    assert "15550100" not in caplog.text
    field.do("DROP TRIGGER full")
    assert polls.round() == polling.EVERY
    assert field.one("SELECT count(*) FROM inbound") == 2
    assert list((spool / "incoming").iterdir()) == []


def test_what_cannot_be_read_is_kept_for_a_person_and_put_aside(field: Field, spool: Path) -> None:
    (spool / "incoming" / "GSM1.odd").write_text("garbage without headers")
    polls = poller(field)
    polls.round()
    time.sleep(1.05)
    polls.round()
    kept = field.rows("SELECT * FROM kept_call")
    assert [(row["channel"], row["reason"]) for row in kept] == [("modems", "bad_file")]
    assert (spool / "gateway" / "odd" / "GSM1.odd").exists()


def test_a_folder_that_is_away_is_told_once_and_found_again(
    field: Field, spool: Path, tmp_path: Path, caplog
) -> None:
    away = spool.rename(tmp_path / "unplugged")
    spool.write_text("no folder")
    polls = poller(field)
    assert [polls.round(), polls.round()] == [polling.AWAY, polling.AWAY]
    assert caplog.text.count("cannot be polled: folder") == 1
    spool.unlink()
    away.rename(spool)
    assert polls.round() == polling.EVERY


def test_a_channel_that_is_off_is_not_polled(field: Field, spool: Path) -> None:
    path = spool / "incoming" / "GSM1.x"
    path.write_text(HEAD + "FLOOD", "utf-8")
    field.do("UPDATE channel SET enabled = 0 WHERE name = 'modems'")
    polls = poller(field)
    assert polls.round() == polling.AWAY
    time.sleep(1.05)
    assert polls.round() == polling.AWAY
    assert path.exists()


def test_a_look_that_finds_nothing_writes_nothing(field: Field, spool: Path) -> None:
    polls = poller(field)
    polls.round()
    before = field.one("PRAGMA data_version"), field.one("SELECT total_changes()")
    polls.round()
    assert (field.one("PRAGMA data_version"), field.one("SELECT total_changes()")) == before
