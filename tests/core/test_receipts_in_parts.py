"""A text of several parts is with a person when every part is, however the news comes in."""

import itertools
import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import receive, send
from gateway.domain.messages import Class, Outcome, Receipt, Result, State, Status
from gateway.domain.receipts import BAD, MEANS
from gateway.store import receipts
from tests.core.field import MAYA, Field
from tests.core.test_sending import claim, queue, result, state

ANSWER = "the send's own answer"
ONE_STORE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SAID = tuple(status for status in Status if status is not Status.READ)
COUNTER = itertools.count()

Story = list[tuple[int, Status]]  # what is told, of which part


def names(way: str, id: int, parts: int) -> list[str]:
    """What parts are called: a phone tells all under one name, a network names each."""
    mark = next(COUNTER)
    return [f"{way}{mark}" if way == "phone" else f"{way}{mark}-{n}" for n in range(parts)]


def told(way: str, id: int, called: list[str], part: int, status: Status) -> Receipt:
    if way == "network":
        return Receipt(called[part], status, retry="later")
    piece = called[part] if way == "echo" else f"call {part}"
    return Receipt(called[part], status, MAYA, own=str(id), piece=piece, retry="later")


def answer(field: Field, way: str, id: int, called: list[str], batch: str) -> None:
    pieces = () if way == "phone" else tuple(called)
    result = Result(id, Outcome.ACCEPTED, called[0], parts=len(called), pieces=pieces)
    send.settle(field.gw, [("simulator", batch, [result])])


def live(field: Field, way: str, parts: int, order: list[Any]) -> str:
    """Send a text of so many parts and hear what comes in this order; return where it ends."""
    id = queue(field, parts=parts)
    assert claim(field) == [id]
    batch, called = field.one("SELECT batch FROM outbox WHERE id = ?", id), names(way, id, parts)
    for is_answer, group in itertools.groupby(order, lambda one: one == ANSWER):
        if is_answer:
            for _ in group:
                answer(field, way, id, called, batch)
        else:
            heard = [told(way, id, called, *one) for one in group if not isinstance(one, str)]
            receive.take(field.gw, field.channel, heard)
    return state(field, id)[0]


def wanted(parts: int, story: Sequence[tuple[int, Status]]) -> str:
    confirmed = {part for part, status in story if status is Status.DELIVERED}
    if len(confirmed) == parts:
        return State.DELIVERED
    means = {MEANS[status] for _, status in story}
    return next((bad for bad in BAD if bad in means), State.SENT)


@pytest.mark.parametrize("way", ["network", "echo", "phone"])
@given(st.data(), st.integers(2, 3))
@ONE_STORE
def test_news_of_parts_in_any_order_gives_the_same_end(
    field: Field, way: str, data: st.DataObject, parts: int
) -> None:
    one = st.tuples(st.integers(0, parts - 1), st.sampled_from(SAID))
    story = data.draw(st.lists(one, max_size=6))
    again = [*story, *data.draw(st.lists(st.sampled_from(story)) if story else st.just([]))]
    order = data.draw(st.permutations([*again, ANSWER, ANSWER]))
    assert live(field, way, parts, order) == wanted(parts, story)


@pytest.mark.parametrize("way", ["network", "echo", "phone"])
def test_every_part_must_be_confirmed(field: Field, way: str) -> None:
    first, second = (0, Status.DELIVERED), (1, Status.DELIVERED)
    assert live(field, way, 2, [ANSWER, first, first]) == "sent"
    assert live(field, way, 2, [ANSWER, first, second]) == "delivered"
    assert live(field, way, 2, [first, second, ANSWER]) == "delivered"


@pytest.mark.parametrize("way", ["network", "echo", "phone"])
def test_a_part_that_failed_is_not_hidden_by_one_that_arrived(field: Field, way: str) -> None:
    arrived, failed = (0, Status.DELIVERED), (1, Status.FAILED)
    assert live(field, way, 2, [ANSWER, arrived, failed]) == "failed"
    assert live(field, way, 2, [ANSWER, failed, arrived]) == "failed"


def test_one_receipt_for_the_whole_is_enough_where_there_is_one(field: Field) -> None:
    id = queue(field, parts=3)
    claim(field)
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    taken = Result(id, Outcome.ACCEPTED, "SM1", parts=3)
    send.settle(field.gw, [("simulator", batch, [taken])])
    receive.take(field.gw, field.channel, [Receipt("SM1", Status.DELIVERED)])
    assert state(field, id) == ("delivered", None)


def test_a_phone_that_made_more_parts_than_we_counted_is_believed(field: Field) -> None:
    id = queue(field, parts=1)
    claim(field)
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    answer(field, "phone", id, ["p"], batch)
    hear = [
        Receipt("p", Status.DELIVERED, piece="a"),
        Receipt("p", Status.SENT, parts=2),
        Receipt("p", Status.DELIVERED, piece="b"),
    ]
    ends = []
    for receipt in hear:
        receive.take(field.gw, field.channel, [receipt])
        ends.append(state(field, id)[0])
    assert ends == ["delivered", "sent", "delivered"]


def try_without_word(field: Field, id: int) -> list[str]:
    """Claim an emergency and hear nothing of what came of it; return the names of its parts."""
    field.clock.now += 600
    assert claim(field) == [id]
    result(field, id, Outcome.UNKNOWN)
    return names("echo", id, 2)


def hear(field: Field, id: int, name: str, status: Status = Status.DELIVERED) -> str:
    receive.take(field.gw, field.channel, [Receipt(name, status, MAYA, own=str(id), piece=name)])
    return state(field, id)[0]


def test_one_part_of_each_of_two_tries_is_not_the_whole(field: Field) -> None:
    id = queue(field, Class.EMERGENCY, parts=2)
    first, second = try_without_word(field, id), try_without_word(field, id)
    assert state(field, id)[0] == "unknown"
    assert [hear(field, id, name) for name in (first[0], second[0])] == ["sent", "sent"]
    assert hear(field, id, second[1]) == "delivered"


def test_a_part_that_failed_in_both_tries_is_not_hidden_by_the_other_twice(field: Field) -> None:
    id = queue(field, Class.EMERGENCY, parts=2)
    first, second = try_without_word(field, id), try_without_word(field, id)
    hear(field, id, first[0])
    hear(field, id, first[1], Status.FAILED)
    assert hear(field, id, second[0]) == "failed"


def test_all_parts_of_the_only_try_spare_the_second(field: Field) -> None:
    id = queue(field, Class.EMERGENCY, parts=2)
    only = try_without_word(field, id)
    assert [hear(field, id, name) for name in only] == ["sent", "delivered"]


def test_what_staff_took_back_is_not_on_its_way_again_for_one_part(field: Field) -> None:
    id = queue(field, parts=2)
    claim(field)
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    answer(field, "network", id, ["n1", "n2"], batch)
    field.do("UPDATE outbox SET state = 'withdrawn' WHERE id = ?", id)
    receive.take(field.gw, field.channel, [Receipt("n1", Status.DELIVERED)])
    assert state(field, id)[0] == "withdrawn"


def test_receipts_that_come_together_cost_a_handful_of_statements(field: Field) -> None:
    ids = [queue(field) for _ in range(50)]
    field.do("UPDATE outbox SET state = 'sent', reference = 'r' || id")
    many = [Receipt(f"r{id}", Status.DELIVERED) for id in ids]
    asked: list[str] = []

    def count(db: sqlite3.Connection) -> list[int]:
        db.set_trace_callback(asked.append)
        moved, _ = receipts.apply_all(db, field.channel.id, many, field.clock.now)
        db.set_trace_callback(None)
        return moved

    assert field.gw.store.write(count) == ids
    assert len([sql for sql in asked if sql.lstrip().startswith("SELECT")]) == 1
    assert len(asked) == 1 + 2 * 3  # and two writes of 32, of 16 and of 2 rows


def test_when_a_network_accepted_it_is_kept_apart_from_when_it_was_handed_over(
    field: Field,
) -> None:
    id = queue(field)
    claim(field)
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    answer(field, "network", id, ["n1"], batch)
    handed = field.clock.now
    assert field.one("SELECT network_at FROM outbox WHERE id = ?", id) is None
    for seconds in (5, 5):
        field.clock.now += seconds
        receive.take(field.gw, field.channel, [Receipt("n1", Status.SENT)])
    times = field.rows("SELECT sent_at, network_at FROM outbox WHERE id = ?", id)[0]
    assert tuple(times) == (handed, handed + 5)


# Sent again


def fails(field: Field, id: int, reference: str, retry: str | None = "later") -> None:
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    taken = Result(id, Outcome.ACCEPTED, reference)
    send.settle(field.gw, [("simulator", batch, [taken])])
    receive.take(field.gw, field.channel, [Receipt(reference, Status.FAILED, retry=retry)])


def test_what_failed_is_sent_again_where_its_receipt_says_that_this_may_help(field: Field) -> None:
    id = queue(field)
    for number in range(3):
        assert claim(field) == [id]
        fails(field, id, f"SM{number}")
        field.clock.now += 8 * 3600
    assert state(field, id)[0] == "failed"
    assert field.one("SELECT resends FROM outbox") == 2


@pytest.mark.parametrize("retry", [None, "no", "reopen"])
def test_what_failed_for_good_is_not_sent_again(field: Field, retry: str | None) -> None:
    id = queue(field)
    claim(field)
    fails(field, id, "SM1", retry)
    assert state(field, id)[0] == "failed"


def test_nothing_is_sent_again_that_would_come_too_late(field: Field) -> None:
    id = queue(field, expires_at=field.clock.now + 600)
    claim(field)
    fails(field, id, "SM1")
    assert state(field, id)[0] == "failed"


def test_an_emergency_is_sent_again_sooner(field: Field) -> None:
    normal, emergency = queue(field), queue(field, Class.EMERGENCY)
    claim(field)
    for id in (normal, emergency):
        fails(field, id, f"SM{id}")
    due = {row["id"]: row["due_at"] for row in field.rows("SELECT id, due_at FROM outbox")}
    assert due[emergency] < due[normal]


def test_proof_that_the_first_try_arrived_after_all_spares_the_second(field: Field) -> None:
    id = queue(field)
    claim(field)
    fails(field, id, "SM1")
    assert state(field, id)[0] == "queued"
    receive.take(field.gw, field.channel, [Receipt("SM1", Status.DELIVERED, own=str(id))])
    field.clock.now += 8 * 3600
    assert state(field, id)[0] == "delivered"
    assert claim(field) == []


@pytest.mark.parametrize("status", [Status.FAILED, Status.EXPIRED, Status.SENT])
def test_more_news_of_a_try_that_is_over_changes_nothing(field: Field, status: Status) -> None:
    id = queue(field)
    claim(field)
    fails(field, id, "SM1")
    again = Receipt("SM1", status, retry="later", own=str(id))
    receive.take(field.gw, field.channel, [again, again])
    assert state(field, id)[0] == "queued"
    field.clock.now += 8 * 3600
    claim(field)
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    send.settle(field.gw, [("simulator", batch, [Result(id, Outcome.ACCEPTED, "SM2")])])
    receive.take(field.gw, field.channel, [again])
    assert state(field, id)[0] == "sent"
    assert field.one("SELECT resends FROM outbox") == 1


def test_a_failure_that_overtakes_the_answer_ends_the_same(field: Field) -> None:
    id = queue(field)
    claim(field)
    receive.take(field.gw, field.channel, [Receipt("SM1", Status.FAILED, retry="later")])
    fails(field, id, "SM1")
    assert state(field, id)[0] == "queued"
    assert field.one("SELECT resends FROM outbox") == 1


def test_a_text_of_which_a_part_arrived_is_not_sent_again(field: Field) -> None:
    id = queue(field, parts=2)
    claim(field)
    batch = field.one("SELECT batch FROM outbox WHERE id = ?", id)
    answer(field, "network", id, ["n1", "n2"], batch)
    heard = [Receipt("n1", Status.DELIVERED), Receipt("n2", Status.FAILED, retry="later")]
    receive.take(field.gw, field.channel, heard)
    assert state(field, id)[0] == "failed"
