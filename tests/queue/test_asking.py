"""A worker begins no ordinary message before the gateway struck it out of what is not begun."""

import time
from collections.abc import Iterator
from dataclasses import replace

from redis import Redis

from gateway.domain.messages import Batch, Class, Outcome, Result
from gateway.queue import asking
from gateway.queue.keys import Keys
from gateway.queue.on_redis import RedisCarrier
from gateway.worker import Worker
from tests.queue.stage import Paper, Recording, batch_of, collect, results, until, working

ACCEPTED = [Outcome.ACCEPTED] * 2


def test_what_is_asked_of_an_emptied_redis_is_asked_again(own_redis, monkeypatch):
    monkeypatch.setattr("gateway.queue.asking.AGAIN", 0.2)
    carrier, carry, batch = RedisCarrier(own_redis.url, Paper()), Recording(), batch_of(2)
    with working(own_redis.url, carry, "gateway"), Redis.from_url(own_redis.url) as redis:
        carrier.hand(batch)
        until(lambda: redis.xlen(Keys().reports))
        redis.flushall()
        assert [result.outcome for result in results(collect(carrier, batch))] == ACCEPTED
    assert carry.begun == [batch.id]


def test_a_worker_says_once_that_it_waits_for_the_gateway(own_redis, monkeypatch, caplog):
    monkeypatch.setattr("gateway.queue.asking.AGAIN", 0.2)
    carrier, batch = RedisCarrier(own_redis.url, Paper()), batch_of(2)
    with working(own_redis.url, Recording(), "gateway"), Redis.from_url(own_redis.url) as redis:
        carrier.hand(batch)
        until(lambda: redis.xlen(Keys().reports))
        asked = set[bytes]()
        while len(asked) < 3:
            asked.add(redis.xinfo_stream(Keys().reports)["last-generated-id"])
            time.sleep(0.01)
        collect(carrier, batch)
    assert [record.getMessage() for record in caplog.records] == [
        "the gateway gives no leave to send; is it running? Waiting for it"
    ]


def test_what_was_taken_back_before_it_was_asked_for_is_not_begun(own_redis):
    paper, carry, batch = Paper(), Recording(), batch_of(2)
    carrier = RedisCarrier(own_redis.url, paper)
    with working(own_redis.url, carry, "gateway"):
        carrier.hand(batch)
        paper.taken_back.add(batch.id)
        assert results(collect(carrier, batch)) == []
    assert carry.begun == []


def test_who_asks_once_more_whose_answer_was_lost_may_begin(own_redis, monkeypatch):
    monkeypatch.setattr("gateway.queue.asking.AGAIN", 0.2)
    paper, carry, batch = Paper(), Recording(), batch_of(2)
    first, second = RedisCarrier(own_redis.url, paper), RedisCarrier(own_redis.url, paper)
    with working(own_redis.url, carry, "gateway"), Redis.from_url(own_redis.url) as redis:
        first.reports(0.0)
        first.hand(batch)
        until(lambda: redis.xlen(Keys().reports))
        [[_, [[_, asked]]]] = redis.xreadgroup("engine", "engine", {Keys().reports: ">"})
        question = asking.read(b"", asked)
        paper.begin(batch.id, question.ids, question.answer)()  # and there the first one died
        assert [result.outcome for result in results(collect(second, batch))] == ACCEPTED
    assert carry.begun == [batch.id]


def test_a_gateway_that_closes_lets_nothing_begin(own_redis):
    paper, carry, batch = Paper(), Recording(), batch_of(2)
    carrier = RedisCarrier(own_redis.url, paper)
    with working(own_redis.url, carry, "gateway"), Redis.from_url(own_redis.url) as redis:
        carrier.hand(batch)
        until(lambda: redis.xlen(Keys().reports))
        carrier.close(1)
        assert carrier.reports(0.1) == []
        second = RedisCarrier(own_redis.url, paper)
        assert [result.outcome for result in results(collect(second, batch))] == ACCEPTED


def test_an_emergency_waits_for_nobody(own_redis):
    carrier, carry = RedisCarrier(own_redis.url, Paper()), Recording()
    batch = batch_of(2, class_=Class.EMERGENCY)
    with working(own_redis.url, carry, "gateway"):
        carrier.hand(batch)
        until(lambda: carry.begun)
        collect(carrier, batch)


def test_what_goes_beside_an_emergency_waits_for_leave_and_the_emergency_does_not(own_redis):
    carrier, carry = RedisCarrier(own_redis.url, Paper()), Recording()
    urgent, ordinary = batch_of(1, class_=Class.EMERGENCY), batch_of(2)
    both = replace(ordinary, messages=(*urgent.messages, *ordinary.messages))
    with working(own_redis.url, carry, "gateway"):
        carrier.hand(both)
        until(lambda: carry.sent)
        assert carry.sent == [urgent.messages[0].id]
        collect(carrier, both)
    assert carry.sent == [message.id for message in both.messages]


def test_a_worker_that_stops_leaves_what_it_may_not_begin(own_redis):
    paper, carry, batch = Paper(), Recording(), batch_of(2)
    carrier = RedisCarrier(own_redis.url, paper)
    with working(own_redis.url, carry, "gateway"), Redis.from_url(own_redis.url) as redis:
        carrier.hand(batch)
        until(lambda: redis.xlen(Keys().reports))
    assert results(collect(carrier, batch)) == []
    assert (carry.begun, paper.begun) == ([], {})


def test_who_stops_before_it_hears_says_that_it_began_nothing(own_redis):
    paper, carry, batch = Paper(), Recording(), batch_of(2)
    carrier = RedisCarrier(own_redis.url, paper)
    carrier.reports(0.0)
    with working(own_redis.url, carry, "gateway"), Redis.from_url(own_redis.url) as redis:
        carrier.hand(batch)
        until(lambda: redis.xlen(Keys().reports))
        [[_, [[_, asked]]]] = redis.xreadgroup("engine", "engine", {Keys().reports: ">"})
        question = asking.read(b"", asked)
        paper.begin(batch.id, question.ids, question.answer)()  # and the disk takes its time
    assert results(collect(carrier, batch)) == []
    assert (carry.begun, paper.begun) == ([], {batch.id: set()})


def test_no_emergency_waits_behind_what_waits_for_leave(own_redis):
    carrier, carry = RedisCarrier(own_redis.url, Paper()), Recording()
    both = [
        replace(each, messages=(*batch_of(1, class_=Class.EMERGENCY).messages, *each.messages))
        for each in (batch_of(2), batch_of(2))
    ]
    last = batch_of(1, class_=Class.EMERGENCY)
    with working(own_redis.url, carry, "gateway"):
        for batch in (*both, last):
            carrier.hand(batch)
        until(lambda: last.messages[0].id in carry.sent)  # nobody answers
        assert len(carry.sent) == 3


def test_a_provider_that_wants_no_more_after_the_emergencies_gets_no_more(own_redis):
    def carry(batch: Batch) -> Iterator[Result]:
        carried.extend(message.id for message in batch.messages)
        yield from (Result(message.id, Outcome.THROTTLED) for message in batch.messages)

    carrier, carried, ordinary = RedisCarrier(own_redis.url, Paper()), list[int](), batch_of(2)
    urgent = batch_of(1, class_=Class.EMERGENCY).messages
    both = replace(ordinary, messages=(*urgent, *ordinary.messages))
    carrier.hand(both)
    with working(own_redis.url, carry, "gateway"):
        assert len(results(collect(carrier, both))) == 1
    assert carried == [urgent[0].id]


def test_a_worker_that_comes_for_a_burst_does_not_wait_for_ever(own_redis, monkeypatch):
    monkeypatch.setattr("gateway.worker.ONE_BURST", 0.2)
    paper, carry, batch = Paper(), Recording(), batch_of(2)
    carrier = RedisCarrier(own_redis.url, paper)
    carrier.hand(batch)
    assert Worker(own_redis.url, ["one"], carry).run(burst=True)  # and no gateway is there
    assert results(collect(carrier, batch)) == []
    assert (carry.begun, paper.begun) == ([], {})
