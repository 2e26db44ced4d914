"""After a crash what was surely not begun goes, and only the rest is in doubt."""

import threading
import time

import pytest

from gateway import send
from gateway.domain.messages import Class, Outcome, Result
from gateway.engine import Engine
from gateway.engine.recall import recall
from gateway.engine.sweeper import Sweeper
from gateway.queue import NOT_BEGUN, Report, TakenBack
from gateway.queue.threads import ThreadCarrier
from gateway.send import back
from gateway.send.notes import StoredNotes
from gateway.store import channels, claims
from tests.core.field import NOW, Field
from tests.core.test_engine import until
from tests.core.test_sending import queue, state
from tests.queue.stage import Paper, Recording, collect

NOTES = "SELECT batch, ids FROM unbegun"


def claimed(field: Field, rows: int, batch: str) -> list[int]:
    ids = [queue(field, text=f"Water at well {n}") for n in range(rows)]
    field.gw.store.write(lambda db: claims.claim(db, field.channel.id, batch, NOW, rows, 99.0))
    return ids


def noted(field: Field, batch: str, ids: list[int]) -> StoredNotes:
    notes = StoredNotes(field.gw)
    notes.keep(batch, ids)
    field.gw.store.write(lambda db: None)  # what was handed over before is done then
    return notes


def kept(field: Field) -> list[str]:
    return [f"{row['batch']} {row['ids']}" for row in field.gw.store.read.execute(NOTES)]


def states(field: Field, ids: list[int]) -> list[str]:
    return [state(field, id)[0] for id in ids]


def test_what_was_not_begun_is_queued_again_and_no_attempt_counted(field: Field) -> None:
    begun, *rest = ids = claimed(field, 4, "b1")
    noted(field, "b1", rest)
    assert kept(field) == [f"b1 {rest}"]
    back.take_up_all(field.gw)
    assert states(field, ids) == ["claimed", "queued", "queued", "queued"]
    assert field.one("SELECT attempts FROM outbox WHERE id = ?", rest[0]) == 0
    send.give_up_on(field.gw, [begun])
    assert states(field, [begun]) == ["unknown"]


def test_what_is_begun_is_struck_out_portion_by_portion(field: Field) -> None:
    ids = claimed(field, 4, "b1")
    notes = noted(field, "b1", ids)
    for begun, left in ((ids[:2], [f"b1 {ids[2:]}"]), (ids[2:3], [f"b1 {ids[3:]}"]), (ids[3:], [])):
        notes.begin("b1", begun)()
        assert kept(field) == left


def test_what_was_taken_back_or_begun_before_is_not_begun(field: Field) -> None:
    ids = claimed(field, 4, "b1")
    notes = noted(field, "b1", ids)
    notes.begin("b1", ids[:1])()
    for batch, asked in (("b1", ids[:1]), ("b1", ids[:2]), ("b2", ids[1:]), ("b1", [])):
        with pytest.raises(TakenBack):
            notes.begin(batch, asked)()
    back.take_up_all(field.gw)
    with pytest.raises(TakenBack):
        notes.begin("b1", ids[1:])()
    assert states(field, ids) == ["claimed", "queued", "queued", "queued"]


def test_of_a_batch_that_is_lost_only_what_was_begun_is_unknown(field: Field) -> None:
    ids = claimed(field, 4, "b1")
    notes = noted(field, "b1", ids)
    notes.begin("b1", ids[:2])()
    send.give_up_on(field.gw, ids)
    assert states(field, ids) == ["unknown", "unknown", "queued", "queued"]
    assert kept(field) == []


def test_who_asks_once_more_is_told_the_same_even_after_a_start(field: Field) -> None:
    ids = claimed(field, 4, "b1")
    notes = noted(field, "b1", ids)
    notes.begin("b1", ids[:2], "asked once")()
    back.take_up_all(field.gw)
    notes.begin("b1", ids[:2], "asked once")()
    with pytest.raises(TakenBack):
        notes.begin("b1", ids[:2], "asked by another")()
    assert states(field, ids) == ["claimed", "claimed", "queued", "queued"]


def test_what_a_worker_leaves_when_it_is_done_is_queued_again_at_once(field: Field) -> None:
    ids = claimed(field, 4, "b1")
    noted(field, "b1", ids).begin("b1", ids[:2], "asked")()
    engine = Engine(field.gw)
    engine._reports._take([Report("1", "b1", "simulator", (), done=True)])
    assert states(field, ids) == ["claimed", "claimed", "queued", "queued"]


def test_a_claim_notes_what_waits_but_for_emergencies(field: Field) -> None:
    queue(field, Class.EMERGENCY)
    ordinary = [queue(field), queue(field)]
    batch = send.prepare(field.gw, field.channel, 9, 99.0, note=True).batch
    assert batch is not None
    assert (batch.noted, kept(field)) == (True, [f"{batch.id} {ordinary}"])


def test_a_claim_that_need_not_wait_notes_nothing(field: Field) -> None:
    queue(field)
    batch = send.prepare(field.gw, field.channel, 9, 99.0).batch
    assert batch is not None
    assert (batch.noted, kept(field)) == (False, [])


def test_what_of_a_begun_batch_is_not_begun_is_recalled_when_its_person_leaves(
    field: Field,
) -> None:
    ids = claimed(field, 4, "b1")
    notes = noted(field, "b1", ids)
    notes.begin("b1", ids[:2])()
    recall(field.gw, ThreadCarrier(lambda batch: [], Paper()))
    assert states(field, ids) == ["claimed"] * 4
    field.text("STOP")
    recall(field.gw, ThreadCarrier(lambda batch: [], Paper()))
    assert states(field, ids) == ["claimed", "claimed", "queued", "queued"]
    with pytest.raises(TakenBack):
        notes.begin("b1", ids[2:])()


def test_what_a_phone_has_hides_nothing_that_a_carrier_lost(field: Field) -> None:
    sealed = field.gw.sealer.seal({"secret": "x"})
    field.gw.store.write(lambda db: channels.add(db, "phone", "smssync", "4040", sealed, NOW))
    phone = field.gw.channels.get("phone")
    assert phone is not None
    for _ in range(1001):
        queue(field, channel=phone.id)
    field.do("UPDATE outbox SET state = 'claimed', claimed_at = ?, batch = 'phone'", NOW - 400)
    (lost,) = claimed(field, 1, "b1")
    sweeper = Sweeper(field.gw, ThreadCarrier(lambda batch: [], Paper()), threading.Event())
    field.clock.now += 400
    sweeper.round()
    assert states(field, [lost]) == ["unknown"]


def test_a_note_of_an_earlier_batch_takes_nothing_from_a_later_one(field: Field) -> None:
    ids = claimed(field, 2, "b1")
    noted(field, "b1", ids)
    back.put_back(field.gw, ids, -1.0, "throttled")
    field.gw.store.write(lambda db: claims.claim(db, field.channel.id, "b2", NOW, 9, 99.0))
    back.take_up_all(field.gw)
    assert states(field, ids) == ["claimed", "claimed"]


def test_a_sweep_forgets_what_is_over_and_nothing_else(field: Field) -> None:
    ids = claimed(field, 2, "b1")
    noted(field, "b1", ids)
    noted(field, "gone", [1, 2, 3])
    Sweeper(field.gw, ThreadCarrier(lambda batch: [], Paper()), threading.Event()).round()
    assert kept(field) == [f"b1 {ids}"]
    assert states(field, ids) == ["claimed", "claimed"]


def test_a_start_takes_up_what_a_crash_left(field: Field) -> None:
    field.gw.clock = time.time
    begun, *rest = claimed(field, 3, "b1")
    noted(field, "b1", rest)
    engine = Engine(field.gw)
    engine.start()
    until(lambda: states(field, rest) == ["sent", "sent"])
    engine.stop()
    assert states(field, [begun, *rest]) == ["unknown", "sent", "sent"]


def test_what_a_worker_has_begun_threads_do_not_give_back(field: Field) -> None:
    """A Redis that forgot that they have it offered the batch to a worker too."""
    ids, carry = [queue(field), queue(field)], Recording()
    batch = send.prepare(field.gw, field.channel, 9, 99.0, note=True).batch
    assert batch is not None
    notes = StoredNotes(field.gw)
    notes.begin(batch.id, ids, "asked by a worker")()
    threads = ThreadCarrier(carry, notes)
    threads.hand(batch)
    for report in collect(threads, batch):
        send.settle(field.gw, [(report.channel, report.batch, report.results)])
    assert (carry.begun, states(field, ids)) == ([], ["claimed", "claimed"])


def test_what_came_back_is_not_begun_though_its_note_is_not_dropped_yet(field: Field) -> None:
    """A Redis that went back in time offers its workers a batch once more."""
    ids = claimed(field, 2, "b1")
    notes = noted(field, "b1", ids)
    back.put_back(field.gw, ids, 0.0, "no worker", "b1")
    with pytest.raises(TakenBack):
        notes.begin("b1", ids, "asked")()
    assert states(field, ids) == ["queued", "queued"]


def test_what_nobody_heard_leave_for_is_noted_again(field: Field) -> None:
    ids = claimed(field, 4, "b1")
    notes = noted(field, "b1", ids)
    notes.begin("b1", ids[:2], "asked once")()
    notes.withdraw("b1", ids[:2], "asked by another")()
    assert kept(field) == [f"b1 {ids[2:]}"]
    notes.withdraw("b1", ids[:2], "asked once")()
    assert kept(field) == [f"b1 {ids}"]
    back.take_up_all(field.gw)
    assert states(field, ids) == ["queued"] * 4
    with pytest.raises(TakenBack):
        notes.begin("b1", ids[:2], "asked once")()


def test_notes_that_gathered_are_written_in_the_order_they_were_given(field: Field) -> None:
    first, second = claimed(field, 2, "b1"), claimed(field, 2, "b2")
    notes, busy = noted(field, "b1", first), threading.Event()
    field.gw.store.hand(lambda db, items: [busy.wait(10)], [None], lambda told: None)
    waits = [notes.begin("b1", first, "asked")]
    notes.keep("b2", second)
    waits.append(notes.begin("b2", second, "asked"))
    notes.withdraw("b1", first, "asked")
    waits.append(notes.begin("b1", first, "asked again"))
    busy.set()
    for wait in waits:
        wait()
    assert kept(field) == ["b1 []", "b2 []"]


@pytest.mark.parametrize(
    ("outcome", "error", "ends"),
    [
        (Outcome.ACCEPTED, None, "sent"),
        (Outcome.TRANSIENT, NOT_BEGUN, "queued"),
        (Outcome.TRANSIENT, "busy", "queued"),
        (Outcome.THROTTLED, None, "queued"),
        (Outcome.ACCOUNT, None, "queued"),
        (Outcome.REJECTED, "21211", "failed"),
        (Outcome.UNKNOWN, None, "unknown"),
    ],
)
def test_a_carrier_that_was_given_up_on_may_say_yet_what_came_of_it(
    field: Field, outcome: Outcome, error: str | None, ends: str
) -> None:
    ids = claimed(field, 1, "b1")
    send.give_up_on(field.gw, ids)
    assert states(field, ids) == ["unknown"]
    for _ in range(2):
        send.settle(field.gw, [("simulator", "b1", [Result(ids[0], outcome, error=error)])])
        assert states(field, ids) == [ends]
