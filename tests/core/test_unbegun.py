"""After a crash what was surely not begun goes, and only the rest is in doubt."""

import threading
import time

from gateway import send
from gateway.engine import Engine
from gateway.engine.sweeper import Sweeper
from gateway.queue.threads import ThreadCarrier
from gateway.send import back
from gateway.store import claims, unbegun
from tests.core.field import NOW, Field
from tests.core.test_engine import until
from tests.core.test_sending import queue, state


def claimed(field: Field, rows: int, batch: str) -> list[int]:
    ids = [queue(field, text=f"Water at well {n}") for n in range(rows)]
    field.gw.store.write(lambda db: claims.claim(db, field.channel.id, batch, NOW, rows, 99.0))
    return ids


def states(field: Field, ids: list[int]) -> list[str]:
    return [state(field, id)[0] for id in ids]


def test_what_was_not_begun_is_queued_again_and_no_attempt_counted(field: Field) -> None:
    begun, *rest = ids = claimed(field, 4, "b1")
    back.noted(field.gw, "b1", rest)()
    back.take_up(field.gw)
    assert states(field, ids) == ["claimed", "queued", "queued", "queued"]
    assert field.one("SELECT attempts FROM outbox WHERE id = ?", rest[0]) == 0
    send.give_up_on(field.gw, [begun])
    assert states(field, [begun]) == ["unknown"]


def test_the_last_note_of_a_batch_counts(field: Field) -> None:
    ids = claimed(field, 4, "b1")
    for left in (ids, ids[2:], ids[3:]):
        wait = back.noted(field.gw, "b1", left)
    wait()
    assert unbegun.rows(field.gw.store.read) == ids[3:]
    back.noted(field.gw, "b1", [])()
    assert unbegun.rows(field.gw.store.read) == []
    assert field.one("SELECT count(*) FROM unbegun") == 0


def test_a_note_of_an_earlier_batch_takes_nothing_from_a_later_one(field: Field) -> None:
    ids = claimed(field, 2, "b1")
    back.noted(field.gw, "b1", ids)()
    back.put_back(field.gw, ids, -1.0, "throttled")
    field.gw.store.write(lambda db: claims.claim(db, field.channel.id, "b2", NOW, 9, 99.0))
    back.take_up(field.gw)
    assert states(field, ids) == ["claimed", "claimed"]


def test_a_sweep_forgets_what_is_over_and_nothing_else(field: Field) -> None:
    ids = claimed(field, 2, "b1")
    back.noted(field.gw, "b1", ids)()
    back.noted(field.gw, "gone", [1, 2, 3])()
    Sweeper(field.gw, ThreadCarrier(lambda batch: []), threading.Event()).round()
    assert [row[0] for row in field.gw.store.read.execute("SELECT batch FROM unbegun")] == ["b1"]
    assert states(field, ids) == ["claimed", "claimed"]


def test_a_start_takes_up_what_a_crash_left(field: Field) -> None:
    field.gw.clock = time.time
    begun, *rest = claimed(field, 3, "b1")
    back.noted(field.gw, "b1", rest)()
    engine = Engine(field.gw)
    engine.start()
    until(lambda: states(field, rest) == ["sent", "sent"])
    engine.stop()
    assert states(field, [begun, *rest]) == ["unknown", "sent", "sent"]
