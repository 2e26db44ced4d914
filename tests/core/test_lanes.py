"""Lanes by a clock that is moved by hand: who goes first, how fast, and what may be used."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator

import pytest

from gateway import send
from gateway.domain.budget import Limits
from gateway.domain.messages import Batch, Class, Outcome, Outgoing, Result
from gateway.engine.lane import Lane
from gateway.queue.on_redis import RedisCarrier
from gateway.queue.threads import ThreadCarrier
from gateway.send.notes import StoredNotes
from gateway.store import budgets, channels, claims
from tests.core.field import NOW, Field
from tests.queue.stage import Paper

Answer = Callable[[Outgoing], Result]
QUEUE = """
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
INSERT INTO outbox (recipient, channel, class, due_at, text, parts, alphabet, created_at)
SELECT '+15550100', ?, ?, ? + n * 0.000001, 'hello', ?, 'gsm7', ? FROM counted
"""


def accepted(message: Outgoing) -> Result:
    return Result(message.id, Outcome.ACCEPTED, reference=f"r{message.id}")


class Road:
    """A lane of the field's simulator, the carrier after it, and what was carried."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.answer: Answer = accepted
        self.carried: list[Outgoing] = []
        self.carrier = ThreadCarrier(self._carry, StoredNotes(field.gw))
        self.lane = Lane(field.gw, self.carrier, field.channel.id, threading.Event())
        self.set(rate=1000.0)

    def _carry(self, batch: Batch) -> Iterable[Result]:
        for message in batch.messages:
            self.carried.append(message)
            yield self.answer(message)

    def set(self, **values: float | None) -> None:
        for name, value in values.items():
            self.field.do(f"UPDATE channel SET {name} = ?", value)

    def queue(self, rows: int, class_: Class = Class.BULK, parts: int = 1) -> None:
        now = self.field.clock.now
        self.field.do(QUEUE, rows, self.field.channel.id, class_, now - 60, parts, now - 60)

    def turn(self) -> float | None:
        """Let the lane have one turn, and what it handed over come back."""
        pause = self.lane.turn(self.field.channel)
        while self.carrier.waiting("simulator"):
            self._settle()
        self._settle()
        return pause

    def _settle(self) -> None:
        reports = self.carrier.reports(0.01)
        send.settle(self.field.gw, [(r.channel, r.batch, r.results) for r in reports])
        self.carrier.acknowledge(reports)

    def goes(self, seconds: float) -> list[Class]:
        """Let time pass, no turn but when the lane asks for it; return the classes that went."""
        end, before = self.field.clock.now + seconds, len(self.carried)
        while self.field.clock.now <= end and (pause := self.turn()) is not None:
            self.field.clock.now += max(0.1, pause)
        self.field.clock.now = end
        return [Class(message.class_) for message in self.carried[before:]]

    @property
    def limits(self) -> Limits:
        return self.field.channel.limits(self.field.gw.store.read, self.field.clock.now)

    def states(self) -> dict[str, int]:
        rows = self.field.rows("SELECT state, count(*) AS n FROM outbox GROUP BY state")
        return {row["state"]: row["n"] for row in rows}


@pytest.fixture
def road(field: Field) -> Iterator[Road]:
    made = Road(field)
    yield made
    made.carrier.close(5.0)


def test_an_emergency_behind_very_many_goes_with_the_next_batch(road: Road) -> None:
    road.queue(200_000)
    road.queue(1000, Class.HIGH)
    road.turn()
    assert len(road.carried) == 1, "a pace begins with one part"
    road.queue(1, Class.EMERGENCY)
    road.field.clock.now += 1
    road.turn()
    assert Class(road.carried[1].class_) is Class.EMERGENCY
    assert len(road.carried) == 501


def test_the_shares_hold_at_one_part_in_five_seconds(road: Road) -> None:
    road.set(rate=0.2)
    for class_ in (Class.HIGH, Class.NORMAL, Class.BULK):
        road.queue(100, class_)
    went = road.goes(500)
    assert [went.count(class_) for class_ in Class] == pytest.approx([0, 70, 20, 10], abs=2)
    assert Class.BULK in went[:10]


def test_the_shares_hold_when_batches_are_large(road: Road) -> None:
    for class_ in (Class.HIGH, Class.NORMAL, Class.BULK):
        road.queue(5000, class_)
    went = road.goes(3)
    assert went.count(Class.HIGH) / len(went) == pytest.approx(0.7, abs=0.02)
    assert went.count(Class.BULK) / len(went) == pytest.approx(0.1, abs=0.02)


def test_an_hour_holds_no_more_than_its_parts_and_goes_on_after_it(road: Road) -> None:
    road.set(per_hour=40)
    road.queue(100)
    assert len(road.goes(1800)) == 36, "a tenth is kept for emergencies"
    road.queue(2, Class.EMERGENCY)
    assert road.goes(60) == [Class.EMERGENCY] * 2
    assert road.goes(1200) == []
    assert len(road.goes(1000)) == 36 - 2
    assert road.states()["queued"] == 100 - 36 - 34


def test_a_lane_that_waits_for_its_quota_says_for_how_long(road: Road) -> None:
    road.set(per_hour=40)
    road.queue(100)
    road.goes(60)
    pause = road.turn()
    assert pause is not None
    assert 3000 < pause <= 3600 + budgets.SLOT


def test_a_restart_does_not_forget_what_was_used(road: Road) -> None:
    road.set(per_day=50, reserve=0.0)
    road.queue(100)
    assert len(road.goes(60)) == 50
    road.lane = Lane(road.field.gw, road.carrier, road.field.channel.id, threading.Event())
    assert road.goes(60) == []
    assert road.limits.parts(urgent=True) == 0


def test_a_long_message_waits_for_room_and_is_not_cut_into_the_quota(road: Road) -> None:
    road.set(per_hour=20, reserve=0.0)
    road.queue(18)
    road.goes(10)
    road.queue(1, Class.NORMAL, parts=3)
    assert road.goes(60) == []
    assert road.goes(4000) == [Class.NORMAL]


def test_what_was_refused_is_not_counted(road: Road) -> None:
    road.set(per_hour=100, credit=100.0, credit_full=100.0)
    road.queue(10)
    road.answer = lambda message: Result(message.id, Outcome.TRANSIENT, error="no network")
    road.goes(2)
    assert road.states() == {"queued": 10}
    assert road.field.one("SELECT sum(parts) FROM spent") == 0
    assert road.field.one("SELECT credit FROM channel") == 100.0
    road.answer = accepted
    road.goes(600)
    assert road.field.one("SELECT sum(parts) FROM spent") == 10
    assert road.field.one("SELECT credit FROM channel") == 90.0


def test_what_nobody_knows_is_counted(road: Road) -> None:
    road.set(credit=100.0)
    road.queue(10)
    road.answer = lambda message: Result(message.id, Outcome.UNKNOWN)
    road.goes(2)
    assert road.states() == {"unknown": 10}
    assert road.field.one("SELECT credit FROM channel") == 90.0


def test_what_the_gate_ends_is_not_counted(road: Road) -> None:
    road.set(credit=100.0, per_day=100)
    road.queue(3)
    road.field.do("UPDATE outbox SET expires_at = ?", NOW - 1)
    road.goes(2)
    assert road.states() == {"expired": 3}
    assert road.field.one("SELECT credit FROM channel") == 100.0
    assert road.limits.of_quotas(urgent=True) == 100


@pytest.mark.parametrize("rate", [1000.0, 0.1])
def test_an_emergency_too_long_for_what_is_left_lets_those_behind_it_pass(
    road: Road, rate: float
) -> None:
    """Until as many parts have passed as it has itself; bulk does not pass it."""
    road.set(rate=rate, credit=1.0, credit_full=100.0)
    road.queue(1, Class.EMERGENCY, parts=2)
    road.queue(9, Class.EMERGENCY)
    road.queue(9)
    gone = []
    for left in (1.0, 1.0, 1.0, 12.0):
        road.set(credit=left)
        road.carried.clear()
        road.goes(30)
        gone.append([message.parts for message in road.carried])
    assert gone[:3] == [[1], [1], []]
    assert gone[3][:2] == [2, 1]
    assert {message.class_ for message in road.carried} == {Class.EMERGENCY}


def test_money_is_spent_by_the_part_and_the_reserve_is_for_emergencies(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    road.set(cost=0.1, credit=2.0, credit_full=2.0)
    road.queue(9, Class.HIGH, parts=3)
    with caplog.at_level(logging.WARNING):
        assert road.goes(60) == [Class.HIGH] * 6
        road.queue(3, Class.EMERGENCY)
        assert road.goes(60) == [Class.EMERGENCY] * 2
    said = [record.getMessage() for record in caplog.records]
    assert [words.split(":")[1].strip() for words in said] == [
        "the credit is used but for the reserve",
        "no credit is left",
    ]
    assert road.limits.credit_stands().word == "gone"
    assert road.states() == {"sent": 8, "queued": 4}
    assert road.field.one("SELECT credit FROM channel") == pytest.approx(0.0)
    road.field.gw.store.write(lambda db: budgets.told(db, road.field.channel.id, 5.0, NOW))
    assert road.goes(60) == [Class.EMERGENCY] + [Class.HIGH] * 3


def test_no_credit_at_the_provider_holds_the_lane_until_it_is_filled_up(road: Road) -> None:
    road.set(credit=50.0, credit_full=50.0)
    road.queue(5)
    road.answer = lambda message: Result(message.id, Outcome.ACCOUNT, error="no_credit", wait=9e4)
    road.goes(5)
    carried = len(road.carried)
    road.answer = accepted
    assert road.goes(3600) == []
    assert road.states() == {"queued": 5}
    now, id = road.field.clock.now, road.field.channel.id
    road.field.gw.store.write(lambda db: budgets.told(db, id, 40.0, now))
    assert road.field.channel.row["held_for"] == "account", "it was no filling"
    road.field.gw.store.write(lambda db: budgets.told(db, id, 140.0, now))
    assert road.field.channel.row["held_until"] is None
    assert len(road.goes(60)) == 5, "what the hold put off goes at once"
    assert len(road.carried) == carried + 5


def test_a_channel_that_is_down_for_its_account_is_tried_again_when_it_is_filled_up(
    road: Road,
) -> None:
    road.queue(5)
    road.answer = lambda message: Result(message.id, Outcome.ACCOUNT, error="no_credit")
    road.goes(900)
    road.set(held_until=None, held_for=None)
    assert road.field.channel.row["down_reason"] == "account"
    now, id = road.field.clock.now, road.field.channel.id
    road.field.gw.store.write(lambda db: budgets.told(db, id, 100.0, now))
    assert road.field.channel.row["down_reason"] is None


def test_a_lane_that_is_told_to_slow_down_does_and_loses_nothing(road: Road) -> None:
    """A provider that carries 20 parts a second, where the channel believes in 100."""
    road.set(rate=100.0)
    road.queue(600)
    took: list[float] = []
    refusals = 0

    def limited(message: Outgoing) -> Result:
        nonlocal refusals
        now = road.field.clock.now
        if len([at for at in took if at > now - 1.0]) >= 20:
            refusals += 1
            return Result(message.id, Outcome.THROTTLED, error="429", wait=1.0)
        took.append(now)
        return accepted(message)

    road.answer = limited
    road.goes(20)
    early, refusals = refusals, 0
    road.goes(20)
    assert refusals < early, "it learnt"
    road.goes(60)
    assert road.states() == {"sent": 600}
    assert len(took) == 600
    assert road.field.one("SELECT max(attempts) FROM outbox") == 1, "no attempt was counted"


def test_a_hold_is_waited_out_as_long_as_they_say(road: Road) -> None:
    road.queue(5)
    road.answer = lambda message: Result(message.id, Outcome.THROTTLED, wait=300.0)
    road.turn()
    pause = road.turn()
    assert pause == pytest.approx(300.0, abs=1)


def test_of_several_holds_the_longest_is_waited_out(road: Road) -> None:
    road.queue(6)
    road.field.clock.now += 1
    waits = iter([1.0, 300.0, 2.0, None, 5.0, 1.0])
    road.answer = lambda message: Result(message.id, Outcome.THROTTLED, wait=next(waits))
    road.turn()
    assert road.turn() == pytest.approx(300.0, abs=1)


def test_after_a_long_hold_it_goes_on_at_half_the_rate(road: Road) -> None:
    road.set(rate=10.0)
    road.queue(1)
    road.answer = lambda message: Result(message.id, Outcome.THROTTLED, wait=300.0)
    road.turn()
    road.answer = accepted
    road.queue(200)
    road.goes(300)
    assert len(road.goes(10)) == pytest.approx(10 * 10 * 0.55, abs=10)


def test_the_own_quota_of_a_phone_holds_until_its_channel_is_made_faster(road: Road) -> None:
    field = road.field
    sealed = field.gw.sealer.seal(
        {"base_url": "http://192.168.1.2:8080", "username": "sms", "password": "x",
         "signing_key": "k"}
    )  # fmt: skip
    add = channels.add
    id = field.gw.store.write(lambda db: add(db, "phone", "android", "", sealed, NOW))
    assert [(q.parts, q.seconds) for q in field.gw.channels.by_id(id).quotas] == [(30, 1800.0)]
    for rate, parts in ((0.1, [30]), (0.2, [30]), (0.5, [])):
        field.do("UPDATE channel SET rate = ? WHERE id = ?", rate, id)
        assert [q.parts for q in field.gw.channels.by_id(id).quotas] == parts
    field.do("UPDATE channel SET rate = NULL WHERE id = ?", id)
    field.gw.store.write(lambda db: channels.limit(db, id, {"per_day": 200}))
    assert [q.parts for q in field.gw.channels.by_id(id).quotas] == [200, 30]
    field.gw.store.write(lambda db: channels.limit(db, id, {"per_hour": 500}))
    assert [q.parts for q in field.gw.channels.by_id(id).quotas] == [500, 200]


def test_a_channel_without_limits_counts_nothing(road: Road) -> None:
    road.queue(50)
    road.goes(2)
    assert road.states() == {"sent": 50}
    assert road.field.one("SELECT count(*) FROM spent") == 0


def test_a_lane_without_room_writes_nothing(road: Road) -> None:
    road.set(credit=0.0)
    road.queue(10)
    road.turn()
    before = road.field.one("PRAGMA data_version")
    assert road.turn() is None
    assert road.field.one("PRAGMA data_version") == before


def test_old_slots_are_forgotten(road: Road) -> None:
    road.set(per_day=100)
    road.queue(10)
    road.goes(2)
    read, clock = road.field.gw.store.read, road.field.clock
    assert not budgets.has_old(read, clock.now)
    clock.now += 3 * 86400
    assert budgets.has_old(read, clock.now)
    road.field.gw.store.write(lambda db: budgets.drop_old(db, clock.now))
    assert road.field.one("SELECT count(*) FROM spent") == 0


def test_what_a_clock_that_was_ahead_counted_is_counted_as_of_now(road: Road) -> None:
    road.set(per_hour=40)
    road.queue(30)
    road.goes(2)
    road.field.clock.now -= 86400
    assert road.limits.of_quotas(urgent=True) == 40
    now, store = road.field.clock.now, road.field.gw.store
    assert budgets.is_ahead(store.read, now)
    store.write(lambda db: budgets.bring_back(db, now))
    assert not budgets.is_ahead(store.read, now)
    assert road.limits.of_quotas(urgent=True) == 10


def test_a_claim_takes_the_oldest_of_each_class_within_its_share(road: Road) -> None:
    for class_ in reversed(Class):
        road.queue(2 if class_ is Class.EMERGENCY else 50, class_)
    choice = road.field.gw.store.write(
        lambda db: claims.claim(db, road.field.channel.id, "b", NOW, 22, 1000.0)
    )
    asked = "SELECT class, due_at FROM outbox WHERE id IN (SELECT value FROM json_each(?)) ORDER BY"
    rows = road.field.rows(f"{asked} class, due_at", str(choice.ids))
    assert [row["class"] for row in rows] == [0] * 2 + [1] * 14 + [2] * 4 + [3] * 2
    oldest = (
        "SELECT max(due_at) FROM outbox WHERE class = ? AND id IN (SELECT value FROM json_each(?))"
    )
    for kind in (1, 2, 3):
        last = road.field.one(oldest, kind, str(choice.ids))
        left = road.field.one(
            "SELECT min(due_at) FROM outbox WHERE class = ? AND state = 'queued'", kind
        )
        assert last < left


def test_a_carrier_that_is_away_for_long_is_told_of_once(
    road: Road, caplog: pytest.LogCaptureFixture
) -> None:
    road.queue(1)
    road.carrier.close(1.0)
    with caplog.at_level(logging.WARNING):
        assert road.goes(60) == []
    assert road.states() == {"queued": 1}
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "the carrier is away"
    ]


def test_nothing_is_written_for_a_redis_that_is_away(road: Road, own_redis) -> None:
    gw, channel = road.field.gw, road.field.channel
    carrier = RedisCarrier(own_redis.url, Paper())
    lane = Lane(gw, carrier, channel.id, threading.Event())
    own_redis.stop()
    carrier.reports(0.0)
    road.queue(3)
    before = gw.store.writer.units_done
    assert [lane.turn(channel) for _ in range(3)] == [5.0] * 3
    assert (gw.store.writer.units_done, road.states()) == (before, {"queued": 3})
    own_redis.start()
    carrier.reports(0.0)
    road.field.clock.now += 5
    assert lane.turn(channel) == 0.0
    assert road.states() == {"claimed": 3}
