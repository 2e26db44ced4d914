"""The engine on real threads: lanes, restarts, what other processes write."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from gateway import broadcast
from gateway.domain.alerts import Audience, Draft
from gateway.domain.messages import Class
from gateway.engine import Engine
from gateway.engine.rounds import Rounds
from gateway.store import StoreError
from gateway.store.lock import is_running, only_one
from tests.core.field import NOW, Field
from tests.core.test_sending import queue, state


@pytest.fixture
def engine(field: Field) -> Iterator[Engine]:
    field.gw.clock = time.time
    made = Engine(field.gw)
    made.start()
    yield made
    made.stop()


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is so; fail if it is not in time."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_an_answer_goes_out_by_itself(field: Field, engine: Engine) -> None:
    field.text("FLOOD")
    until(lambda: field.one("SELECT state FROM outbox") == "sent")
    assert field.one("SELECT reference FROM outbox").startswith("sim-")


def test_what_another_process_writes_is_noticed(field: Field, engine: Engine) -> None:
    field.text("FLOOD")
    until(lambda: field.one("SELECT state FROM outbox") == "sent")
    with closing(sqlite3.connect(field.settings.store)) as other:
        other.execute(
            "INSERT INTO outbox (recipient, channel, class, due_at, text, parts, alphabet,"
            " created_at) SELECT '+15550100', id, 2, 0, 'from the command line', 1, 'gsm7', 0"
            " FROM channel"
        )
        other.commit()
    until(lambda: field.one("SELECT count(*) FROM outbox WHERE state = 'sent'") == 2)


def test_who_approves_an_alert_rouses_the_engine(
    field: Field, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr("gateway.engine.LOOK", 3600.0)
    monkeypatch.setattr("gateway.engine.sweeper.ROUND", 3600.0)
    request.getfixturevalue("engine")
    draft = Draft({"en": "hello"}, Audience(), Class.EMERGENCY, time.time() + 86400)
    alert = broadcast.create(field.gw, "ada", draft)
    broadcast.submit(field.gw, "ada", alert)
    people = broadcast.preview(field.gw, alert).people
    broadcast.approve(field.gw, "bo", alert, people)
    until(lambda: field.one("SELECT count(*) FROM outbox WHERE alert = ?", alert) == people)


def test_a_channel_added_while_it_runs_gets_a_lane(field: Field, engine: Engine) -> None:
    field.do(
        "INSERT INTO channel (name, provider, settings, created_at)"
        " SELECT 'second', 'simulator', settings, 0 FROM channel"
    )
    field.do(
        "INSERT INTO outbox (recipient, channel, class, due_at, text, parts, alphabet, created_at)"
        " SELECT '+15550100', id, 2, 0, 'hello', 1, 'gsm7', 0 FROM channel WHERE name = 'second'"
    )
    until(lambda: field.one("SELECT state FROM outbox") == "sent")


def test_a_channel_that_is_off_keeps_its_queue(field: Field, engine: Engine) -> None:
    field.do("UPDATE channel SET enabled = 0")
    field.text("FLOOD")
    engine.wake()
    time.sleep(0.2)
    assert field.one("SELECT state FROM outbox") == "queued"
    field.do("UPDATE channel SET enabled = 1")
    until(lambda: field.one("SELECT state FROM outbox") == "sent")


def test_a_restart_gives_each_claimed_row_to_its_class(field: Field) -> None:
    normal, emergency = queue(field), queue(field, 0)  # type: ignore[arg-type]
    field.do("UPDATE outbox SET state = 'claimed', attempts = 1, batch = 'b', claimed_at = ?", NOW)
    field.gw.clock = time.time
    engine = Engine(field.gw)
    engine.start()
    until(lambda: state(field, emergency)[0] == "sent")
    assert state(field, normal)[0] == "unknown"
    engine.stop()


def test_stopping_leaves_nothing_half_done(field: Field, engine: Engine) -> None:
    for number in range(40):
        field.text("FLOOD", sender=f"+1555010{number:02}"[:12])
    engine.stop()
    assert field.one("SELECT count(*) FROM outbox WHERE state = 'claimed'") == 0
    assert engine.alive() != []


def test_a_live_engine_names_no_dead_thread(engine: Engine) -> None:
    assert engine.alive() == []


def test_nothing_is_written_while_nothing_happens(field: Field, engine: Engine) -> None:
    field.text("FLOOD")
    until(lambda: field.one("SELECT state FROM outbox") == "sent")
    time.sleep(0.3)
    before = field.one("PRAGMA data_version")
    engine.wake()
    time.sleep(1.2)
    assert field.one("PRAGMA data_version") == before


def test_only_one_gateway_runs_on_a_folder(field: Field) -> None:
    assert not is_running(field.settings.data)
    with closing(only_one(field.settings.data)):
        assert is_running(field.settings.data)
    assert not is_running(field.settings.data)


def test_a_second_gateway_on_the_same_folder_is_refused(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.lock.PATIENCE", 0.1)
    with closing(only_one(field.settings.data)), pytest.raises(StoreError, match="Stop it first"):
        only_one(field.settings.data)


class _Busy(Rounds):
    """Is told to stop in the middle of a round, and woken before it looks."""

    def round(self) -> None:
        self.stopping.set()
        self.wake()
        self._awake.clear()


def test_a_stop_in_the_middle_of_a_round_is_heard() -> None:
    thread = _Busy("busy", threading.Event())
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
