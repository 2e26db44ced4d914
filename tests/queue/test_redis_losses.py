"""What is lost when a worker, the engine or Redis goes: time, and never a message twice."""

import logging

import pytest
from redis import Redis
from rq.job import Job

from gateway.domain.messages import Class, Outcome
from gateway.queue import CarrierDown
from gateway.queue.keys import TAKEN_BACK, Keys
from gateway.queue.on_redis import RedisCarrier
from tests.queue.stage import (
    Paper,
    Recording,
    accept,
    batch_of,
    collect,
    results,
    served,
    until,
    working,
)


def test_reports_not_acknowledged_survive_the_engine(own_redis):
    batch, paper = batch_of(3), Paper()
    first = RedisCarrier(own_redis.url, paper)
    with working(own_redis.url, accept, "gateway"):
        first.hand(batch)
        until(lambda: any(report.done for report in first.reports(0.5)))
    first.close(1)
    second = RedisCarrier(own_redis.url, paper)
    assert len(results(collect(second, batch))) == 3
    assert RedisCarrier(own_redis.url, paper).reports(0.2) == []


def test_a_queued_batch_survives_the_engine(own_redis):
    batch, paper = batch_of(2), Paper()
    RedisCarrier(own_redis.url, paper).hand(batch)
    second = RedisCarrier(own_redis.url, paper)
    assert second.holds(batch.id) is True
    with working(own_redis.url, accept, "gateway"):
        assert len(results(collect(second, batch))) == 2


def test_a_batch_of_a_worker_that_was_killed_is_not_sent_again(own_redis, process):
    carrier, batch, later = RedisCarrier(own_redis.url, Paper()), batch_of(50), batch_of(1)
    carrier.hand(batch)
    worker = process.start(0.05)
    served(carrier, lambda: len(process.sent) > 5)
    worker.kill()
    worker.wait()
    sent = process.sent
    with Redis.from_url(own_redis.url) as redis:
        assert carrier.lost(batch.id, batch.channel) is False  # its last sign is good for a while
        redis.zadd(Keys().under_way(batch.channel), {batch.id: redis.time()[0] - 1})
    assert carrier.lost(batch.id, batch.channel) is True
    carrier.hand(later)
    process.start(0.05)
    reports = collect(carrier, later)
    assert process.sent == [*sent, later.messages[0].id]
    assert not any(report.done for report in reports if report.batch == batch.id)
    assert carrier.holds(batch.id) is False
    assert carrier.take_back(batch.id) is False


def test_what_was_fetched_over_a_line_that_broke_is_not_begun_and_taken_back(own_redis):
    carrier, carry, batch, later = (
        RedisCarrier(own_redis.url, Paper()),
        Recording(),
        batch_of(),
        batch_of(),
    )
    queue = "rq:queue:gateway:one"
    carrier.hand(batch)
    with Redis.from_url(own_redis.url) as redis:
        assert redis.lpop(queue) == batch.id.encode()
        assert carrier.holds(batch.id) is True
        assert carrier.take_back(batch.id) is True
        redis.rpush(queue, batch.id)  # it reached a worker after all
    assert carrier.holds(batch.id) is False
    with working(own_redis.url, carry, "gateway"):
        carrier.hand(later)
        collect(carrier, later)
    assert carry.begun == [later.id]


def test_what_was_taken_back_and_the_word_of_it_lost_is_taken_back_again(own_redis):
    carrier, batch = RedisCarrier(own_redis.url, Paper()), batch_of()
    carrier.hand(batch)
    with Redis.from_url(own_redis.url) as redis:
        redis.set(Keys().begun(batch.id), TAKEN_BACK)
    assert carrier.take_back(batch.id) is True
    assert carrier.take_back(batch.id) is False


@pytest.mark.parametrize(
    ("class_", "told"), [(Class.NORMAL, []), (Class.EMERGENCY, [Outcome.UNKNOWN] * 3)]
)
def test_a_batch_delivered_a_second_time_is_not_sent_again(own_redis, class_, told):
    carrier, carry = RedisCarrier(own_redis.url, Paper()), Recording()
    batch = batch_of(3, class_=class_)
    carrier.hand(batch)
    with Redis.from_url(own_redis.url) as redis:
        queue, job = Keys().queue("one", class_ is Class.EMERGENCY), Job.key_for(batch.id)
        before = redis.dump(job)
        with working(own_redis.url, carry, "gateway"):
            collect(carrier, batch)
            redis.restore(job, 0, before)
            redis.rpush(f"rq:queue:{queue}", batch.id)
            again = results(collect(carrier, batch))
    assert [result.outcome for result in again] == told
    assert carry.begun == [batch.id]


def test_wiping_redis_loses_only_time(own_redis, process):
    paper = Paper()
    carrier, begun, queued = RedisCarrier(own_redis.url, paper), batch_of(20), batch_of(1)
    carrier.hand(begun)
    process.start(0.05)
    served(carrier, lambda: len(process.sent) > 5)
    carrier.hand(queued)
    with Redis.from_url(own_redis.url) as redis:
        redis.flushall()
    assert (carrier.holds(begun.id), carrier.take_back(begun.id)) == (False, False)
    assert carrier.holds(queued.id) is False
    assert paper.begun.keys() == {begun.id}
    collect(carrier, begun)
    later = batch_of(1)
    carrier.hand(later)
    collect(carrier, later)
    assert process.sent == [message.id for batch in (begun, later) for message in batch.messages]


def test_what_an_emptied_redis_held_is_lost_unless_a_worker_shows_it(own_redis, monkeypatch):
    """At once here: a worker shows what it has every ten seconds, and is waited for."""
    monkeypatch.setattr("gateway.queue.missing.LONG", 0.0)
    carrier, carry = RedisCarrier(own_redis.url, Paper()), Recording()
    begun, queued = carry.hold(batch_of(3)), batch_of()
    with working(own_redis.url, carry, "gateway"):
        carrier.hand(begun)
        served(carrier, lambda: carry.begun)
        carrier.hand(queued)
        assert not carrier.lost(begun.id, "one")
        assert not carrier.lost(queued.id, "one")
        with Redis.from_url(own_redis.url) as redis:
            redis.flushall()
            assert carrier.lost(queued.id, "one")
            assert carrier.lost(begun.id, "one")
            redis.zadd(Keys().under_way("one"), {begun.id: redis.time()[0] + 30})
        assert not carrier.lost(begun.id, "one")
        carry.gate.set()
        assert len(results(collect(carrier, begun))) == 3


def test_what_was_taken_back_while_nobody_heard_of_it_is_lost(own_redis, monkeypatch):
    """The line broke as it was handed over, and again as it was taken back: both arrived late."""
    monkeypatch.setattr("gateway.queue.missing.LONG", 0.0)
    carrier, batch = RedisCarrier(own_redis.url, Paper()), batch_of(2)
    carrier.hand(batch)
    with Redis.from_url(own_redis.url) as redis:
        redis.set(Keys().begun(batch.id), TAKEN_BACK)
    assert not carrier.lost(batch.id, "one")
    with working(own_redis.url, accept, "gateway"):
        until(lambda: carrier.holds(batch.id) is False)
    assert carrier.lost(batch.id, "one")


def test_what_went_another_way_lies_in_redis_no_longer(own_redis):
    carrier, batches = RedisCarrier(own_redis.url, Paper()), [batch_of(), batch_of(), batch_of()]
    for batch in batches:
        carrier.hand(batch)
    carrier.drop("one", lambda: [batches[1].id])
    assert [carrier.holds(batch.id) for batch in batches] == [False, True, False]
    assert carrier.before("one") == 1


def test_without_redis_a_batch_is_refused_and_nothing_else_raises(own_redis):
    carrier, batch = RedisCarrier(own_redis.url, Paper()), batch_of(2)
    carrier.hand(batch_of())
    own_redis.stop()
    with pytest.raises(CarrierDown):
        carrier.hand(batch)
    assert carrier.reports(0.1) == []
    assert carrier.waiting("one") == 0
    assert carrier.holds(batch.id) is None
    assert carrier.take_back(batch.id) is False
    own_redis.start()
    carrier.hand(batch)
    with working(own_redis.url, accept, "gateway"):
        assert len(results(collect(carrier, batch))) == 2


def test_a_full_redis_refuses_and_takes_nothing(own_redis):
    carrier, batch = RedisCarrier(own_redis.url, Paper()), batch_of(2)
    with Redis.from_url(own_redis.url) as redis:
        redis.config_set("maxmemory", "1")
        with pytest.raises(CarrierDown):
            carrier.hand(batch)
        redis.config_set("maxmemory", "0")
    assert carrier.holds(batch.id) is False


def test_a_worker_outlives_redis_and_says_so_once(own_redis, caplog):
    caplog.set_level(logging.WARNING)
    carrier, carry = RedisCarrier(own_redis.url, Paper()), Recording()
    batch = carry.hold(batch_of(3))
    with working(own_redis.url, carry, "gateway"):
        carrier.hand(batch)
        served(carrier, lambda: carry.begun)
        own_redis.stop()
        carry.gate.set()
        until(lambda: "does not answer" in caplog.text)
        own_redis.start()
        assert len(results(collect(carrier, batch, seconds=15))) == 3
    said = [record.message for record in caplog.records if "not answer" in record.message]
    assert len(said) <= 2  # once by the worker, once by the carrier
