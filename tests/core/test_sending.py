"""From the outbox to a carrier and back: claims, the gate, results, receipts."""

import itertools

import pytest

from gateway import gate, receive, send
from gateway.domain.messages import Class, Outcome, Receipt, Result, Status
from gateway.queue import NOT_BEGUN
from gateway.store import claims, outbox
from tests.core.field import MAYA, NOW, Field

NUMBERS = itertools.count()


def queue(field: Field, class_: Class = Class.NORMAL, **more: object) -> int:
    """Queue a message to Maya; return its id."""
    field.text("hello there all") if not field.rows(
        "SELECT 1 FROM address WHERE value = ?", MAYA
    ) else None
    field.do("DELETE FROM outbox WHERE source = 'words'")
    address = field.one("SELECT id FROM address WHERE value = ?", MAYA)
    row = {
        "address": address, "recipient": MAYA, "channel": field.channel.id, "class_": class_,
        "text": f"hello {next(NUMBERS)}", "language": "en", "source": "api",
        "parts": 1, "alphabet": "gsm7",
        "due_at": field.clock.now, "now": field.clock.now,
    } | more  # fmt: skip
    return field.gw.store.write(lambda db: outbox.add(db, **row))


def claim(field: Field, rows: int = 100, parts: float = 1000.0) -> list[int]:
    """Claim and ask the gate; return the ids that go out, in order."""
    found = send.prepare(field.gw, field.channel, rows, parts)
    return [message.id for message in found.batch.messages] if found.batch else []


def state(field: Field, id: int) -> tuple[str, str | None]:
    row = field.rows("SELECT state, reason FROM outbox WHERE id = ?", id)[0]
    return row["state"], row["reason"]


def result(field: Field, id: int, outcome: Outcome, **more: object) -> None:
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    told = Result(id, outcome, **more)  # type: ignore[arg-type]
    send.settle(field.gw, [("simulator", batch, [told])])


def told(field: Field, reference: str, status: Status, error: str | None = None) -> None:
    receive.take(field.gw, field.channel, [Receipt(reference, status, error=error)])


def test_the_urgent_go_first_and_then_the_oldest(field: Field) -> None:
    bulk, normal = queue(field, Class.BULK), queue(field)
    older = queue(field, due_at=NOW - 5)
    emergency, high = queue(field, Class.EMERGENCY), queue(field, Class.HIGH)
    assert claim(field) == [emergency, high, older, normal, bulk]


def test_a_claim_takes_no_more_parts_than_the_channel_carries(field: Field) -> None:
    first, long, small = queue(field), queue(field, parts=3), queue(field)
    assert claim(field, parts=2.0) == [first]
    assert claim(field, parts=1.0) == [long]
    assert claim(field, rows=1) == [small]


def test_what_is_due_later_waits(field: Field) -> None:
    later = queue(field, due_at=NOW + 60)
    assert claim(field) == []
    assert outbox.next_due(field.gw.store.read, field.channel.id) == NOW + 60
    field.clock.now += 60
    assert claim(field) == [later]


def test_a_claimed_row_is_claimed_once(field: Field) -> None:
    queue(field)
    assert len(claim(field)) == 1
    assert claim(field) == []


def test_who_leaves_after_the_claim_is_not_written_to(field: Field) -> None:
    id = queue(field)
    claimed = field.gw.store.write(
        lambda db: claims.claim(db, field.channel.id, "b1", field.clock.now, 10, 10.0)
    )
    field.text("STOP")
    assert claimed.ids == [id]
    rows = claims.claimed(field.gw.store.read, claimed.ids)
    passed = gate.let_through(field.gw, field.channel.id, rows)
    assert passed == []
    assert state(field, id) == ("withdrawn", "left")


def test_the_confirmation_of_leaving_still_goes_out(field: Field) -> None:
    queue(field)
    field.text("STOP")
    claimed = claim(field)
    assert [field.one("SELECT source FROM outbox WHERE id = ?", id) for id in claimed] == [
        "stopped"
    ]


def test_what_is_over_is_dropped_and_counted(field: Field) -> None:
    id = queue(field, expires_at=NOW + 1)
    field.clock.now += 2
    assert claim(field) == []
    assert state(field, id) == ("expired", "expired")


def test_what_is_over_before_the_next_try_ends_when_it_is_over(field: Field) -> None:
    id = queue(field, expires_at=NOW + 5)
    claim(field)
    result(field, id, Outcome.TRANSIENT)
    field.clock.now += 5
    assert claim(field) == []
    assert state(field, id) == ("expired", "expired")


AFTER = {
    Outcome.ACCEPTED: ("sent", None),
    Outcome.REJECTED: ("failed", "21211"),
    Outcome.LEFT: ("failed", "21211"),
    Outcome.TRANSIENT: ("queued", "21211"),
    Outcome.THROTTLED: ("queued", "21211"),
    Outcome.ACCOUNT: ("queued", "21211"),
    Outcome.UNKNOWN: ("unknown", "21211"),
}


@pytest.mark.parametrize("outcome", AFTER)
def test_each_outcome_has_its_end(field: Field, outcome: Outcome) -> None:
    id = queue(field)
    claim(field)
    error = None if outcome is Outcome.ACCEPTED else "21211"
    for _ in range(2):  # a result that comes twice changes nothing
        result(field, id, outcome, reference="SM1", error=error)
        assert state(field, id) == AFTER[outcome]


def test_an_emergency_whose_fate_is_unknown_goes_once_more_and_others_wait(field: Field) -> None:
    normal, emergency = queue(field), queue(field, Class.EMERGENCY)
    claim(field)
    send.give_up_on(field.gw, [normal, emergency])
    assert state(field, normal)[0] == "unknown"
    assert state(field, emergency)[0] == "queued"
    field.clock.now += 600
    assert claim(field) == [emergency]
    send.give_up_on(field.gw, [emergency])
    assert state(field, emergency)[0] == "unknown"


def test_an_unknown_row_is_settled_by_a_late_receipt(field: Field) -> None:
    id = queue(field)
    claim(field)
    result(field, id, Outcome.ACCEPTED, reference="SM1")
    field.do("UPDATE outbox SET state = 'unknown' WHERE id = ?", id)
    told(field, "SM1", Status.DELIVERED)
    assert state(field, id)[0] == "delivered"


def test_the_network_telling_that_someone_left_is_a_departure(field: Field) -> None:
    first, second = queue(field), queue(field)
    claim(field, rows=1)
    result(field, first, Outcome.LEFT, error="21610")
    assert field.consent() == "out"
    assert state(field, second) == ("withdrawn", "left")


def test_a_channel_told_to_slow_down_is_held_and_loses_nothing(field: Field) -> None:
    id = queue(field)
    claim(field)
    result(field, id, Outcome.THROTTLED, error="20429", wait=30.0)
    row = field.rows("SELECT * FROM channel")[0]
    assert row["held_until"] >= field.clock.now + 30
    assert field.one("SELECT attempts FROM outbox WHERE id = ?", id) == 0


@pytest.mark.parametrize(
    "order",
    list(itertools.permutations(["accepted", "queued", "sent", "delivered"])),
    ids=lambda order: "-".join(order),
)
def test_receipts_in_any_order_give_the_same_end(field: Field, order: tuple[str, ...]) -> None:
    id = queue(field)
    claim(field)
    for step in order:
        for _ in range(2):
            if step == "accepted":
                result(field, id, Outcome.ACCEPTED, reference="SM1")
            else:
                told(field, "SM1", Status(step))
    assert state(field, id)[0] == "delivered"
    assert field.one("SELECT count(*) FROM receipt WHERE outbox = ?", id) == 3


def test_a_receipt_for_a_stranger_is_kept_a_while_and_then_dropped(field: Field) -> None:
    from gateway.store import receipts

    told(field, "nobody", Status.DELIVERED)
    assert field.one("SELECT count(*) FROM receipt") == 1
    assert not receipts.has_strangers(field.gw.store.read, field.clock.now)
    later = field.clock.now + 7200
    assert receipts.has_strangers(field.gw.store.read, later)
    field.gw.store.write(lambda db: receipts.forget_strangers(db, later))
    assert field.one("SELECT count(*) FROM receipt") == 0


@pytest.mark.parametrize(
    "echoed, to, after",
    [
        ("{id}", None, "delivered"),
        ("{id}", MAYA, "delivered"),
        ("{id}", "+15550177", "unknown"),
        ("999", MAYA, "unknown"),
    ],
    ids=["our id", "and the number", "another number", "another id"],
)
def test_a_receipt_settles_a_message_that_only_our_id_names(
    field: Field, echoed: str, to: str | None, after: str
) -> None:
    id = queue(field)
    claim(field)
    result(field, id, Outcome.UNKNOWN)
    own = echoed.format(id=id)
    receive.take(field.gw, field.channel, [Receipt("SM1", Status.DELIVERED, to, own=own)])
    assert state(field, id)[0] == after


def test_what_no_carrier_began_goes_at_once_and_counts_no_attempt(field: Field) -> None:
    id = queue(field)
    claim(field)
    result(field, id, Outcome.TRANSIENT, error=NOT_BEGUN)
    assert field.one("SELECT attempts FROM outbox WHERE id = ?", id) == 0
    assert claim(field) == [id]
