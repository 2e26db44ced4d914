"""Redis gone: threads step in where they reach, and nothing goes twice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gateway.domain.messages import Batch, Result
from gateway.queue import Carrier, CarrierDown, presence
from gateway.queue.either import EitherCarrier
from gateway.queue.on_redis import RedisCarrier
from gateway.queue.threads import ThreadCarrier
from tests.queue.stage import Paper, Recording, accept, batch_of, collect, results, until, working


@contextmanager
def either(
    url: str, carry: Recording, reach: Callable[[str], bool] = lambda name: True
) -> Iterator[Carrier]:
    paper = Paper()
    carrier = EitherCarrier(RedisCarrier(url, paper), ThreadCarrier(carry, paper), reach)
    yield carrier
    carrier.close(5)


def test_while_redis_answers_its_workers_carry(own_redis):
    here, there, batch = Recording(), Recording(), batch_of(2)
    with either(own_redis.url, here) as carrier, working(own_redis.url, there, "gateway"):
        carrier.hand(batch)
        assert len(results(collect(carrier, batch))) == 2
    assert (here.begun, there.begun) == ([], [batch.id])


def test_while_redis_is_away_threads_carry_and_then_its_workers_again(own_redis):
    here, away, back = Recording(), batch_of(3), batch_of(1)
    with either(own_redis.url, here) as carrier:
        own_redis.stop()
        carrier.hand(away)
        assert len(results(collect(carrier, away))) == 3
        own_redis.start()
        with working(own_redis.url, accept, "gateway"):
            carrier.hand(back)
            assert len(results(collect(carrier, back))) == 1
    assert here.begun == [away.id]


def test_what_threads_take_over_from_redis_is_struck_out_before_it_goes(own_redis):
    paper, begun, batch = Paper(), list[int](), batch_of(2)

    def carry(batch: Batch) -> Iterator[Result]:
        begun.append(len(paper.begun[batch.id]))
        return accept(batch)

    redis, threads = RedisCarrier(own_redis.url, paper), ThreadCarrier(carry, paper)
    carrier = EitherCarrier(redis, threads, lambda name: True)
    assert carrier.notes("one")
    own_redis.stop()
    carrier.hand(batch)
    collect(carrier, batch)
    carrier.close(5)
    assert begun == [2]


def test_that_threads_step_in_is_told_once_each_time_redis_goes(own_redis, caplog):
    with either(own_redis.url, Recording()) as carrier:
        for _ in range(2):
            own_redis.stop()
            for batch in (batch_of(1), batch_of(1), batch_of(1)):
                carrier.hand(batch)
                collect(carrier, batch)
            own_redis.start()
            carrier.hand(batch_of(1, channel="one"))
    said = [record.getMessage() for record in caplog.records]
    assert sum("goes from here" in words for words in said) == 2


def test_a_channel_beyond_reach_waits_for_redis(own_redis):
    here = Recording()
    with either(own_redis.url, here, lambda name: name != "one") as carrier:
        own_redis.stop()
        with pytest.raises(CarrierDown):
            carrier.hand(batch_of(1, channel="one"))
        other = batch_of(1, channel="two")
        carrier.hand(other)
        collect(carrier, other)
    assert here.begun == [other.id]


def test_what_is_at_home_here_never_goes_to_redis(own_redis):
    here = Recording()
    modem, other = batch_of(2, channel="modem"), batch_of(1, channel="one")
    redis, threads = RedisCarrier(own_redis.url, Paper()), ThreadCarrier(here, Paper())
    carrier = EitherCarrier(redis, threads, lambda name: False, lambda name: name == "modem")
    carrier.hand(modem)
    carrier.hand(other)
    assert len(results(collect(carrier, modem))) == 2
    assert (redis.waiting("modem"), redis.waiting("one")) == (0, 1)
    own_redis.stop()
    again = batch_of(1, channel="modem")
    carrier.hand(again)
    assert len(results(collect(carrier, again))) == 1
    assert here.begun == [modem.id, again.id]
    carrier.close(5)


def test_what_threads_hold_is_asked_of_them(own_redis):
    here = Recording()
    first, second = here.hold(batch_of()), batch_of()
    with either(own_redis.url, here) as carrier:
        own_redis.stop()
        carrier.hand(first)
        until(lambda: here.begun)
        carrier.hand(second)
        assert carrier.waiting("one") == 2
        assert (carrier.holds(first.id), carrier.holds(second.id)) == (False, True)
        assert carrier.take_back(second.id) is True
        assert carrier.lost(first.id, "one") is False
        here.gate.set()
        collect(carrier, first)
    assert here.begun == [first.id]


def test_closed_is_closed(own_redis):
    with either(own_redis.url, Recording()) as carrier:
        carrier.close(1)
        with pytest.raises(CarrierDown):
            carrier.hand(batch_of())


def no_worker(carrier: Carrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "PATIENCE", 0.0)
    assert carrier.unserved(["one"]) == frozenset({"one"})


def test_where_no_worker_is_left_threads_carry_what_they_reach(own_redis, monkeypatch):
    here, mine, theirs = Recording(), batch_of(2), batch_of(1, "two")
    with either(own_redis.url, here, reach=lambda name: name == "one") as carrier:
        no_worker(carrier, monkeypatch)
        carrier.hand(mine)
        carrier.hand(theirs)
        assert len(results(collect(carrier, mine))) == 2
        assert (here.begun, carrier.holds(theirs.id)) == ([mine.id], True)


def test_what_was_claimed_for_threads_goes_by_threads_though_a_worker_comes(own_redis, monkeypatch):
    here = Recording()
    with either(own_redis.url, here) as carrier:
        no_worker(carrier, monkeypatch)
        batch = replace(batch_of(2), noted=carrier.notes("one"))
        with working(own_redis.url, accept, "gateway"):
            until(lambda: carrier.unserved(["one"]) == frozenset())
            carrier.hand(batch)
            collect(carrier, batch)
    assert here.begun == [batch.id]


def test_only_what_lies_with_workers_is_recalled(own_redis, monkeypatch):
    here, there, first, second = Recording(), batch_of(1), batch_of(1), batch_of(1)
    here.hold(first)
    with either(own_redis.url, here) as carrier:
        carrier.hand(there)
        no_worker(carrier, monkeypatch)
        carrier.hand(first)
        carrier.hand(second)
        assert [carrier.recall(one.id) for one in (there, first, second)] == [True, False, False]
        here.gate.set()
        assert len(results(collect(carrier, first, second))) == 2
        with working(own_redis.url, accept, "gateway"):
            until(lambda: carrier.unserved(["one"]) == frozenset())
        assert here.begun == [first.id, second.id]
