"""What both carriers promise."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from threading import Event

import pytest

from gateway.domain.messages import Batch, Class, Outcome, Result
from gateway.queue import Carrier, CarrierDown
from tests.queue import stage
from tests.queue.stage import Recording, accept, batch_of, collect, results, served, until

Opening = Callable[..., AbstractContextManager[Carrier]]


@pytest.fixture(params=["threads", "redis"])
def opening(request: pytest.FixtureRequest) -> Opening:
    if request.param == "threads":
        return stage.threads
    return partial(stage.redis, url=request.getfixturevalue("redis_server").url)


def breaks_at_once(batch: Batch) -> Iterator[Result]:
    raise OSError(batch.messages[0].to)


def breaks_halfway(batch: Batch) -> Iterator[Result]:
    yield from list(accept(batch))[:2]
    raise OSError(batch.messages[0].text)


def forgets_the_last(batch: Batch) -> Iterator[Result]:
    yield from list(accept(batch))[:-1]


def says_all_twice(batch: Batch) -> Iterator[Result]:
    yield from accept(batch)
    yield from accept(batch)


def speaks_of_others(batch: Batch) -> Iterator[Result]:
    yield Result(-1, Outcome.ACCEPTED)
    yield from accept(batch)


@pytest.mark.parametrize(
    "carry, unknown",
    [
        (accept, 0),
        (breaks_at_once, 4),
        (breaks_halfway, 2),
        (forgets_the_last, 1),
        (says_all_twice, 0),
        (speaks_of_others, 0),
        (lambda batch: [], 4),
    ],
)
def test_every_message_gets_exactly_one_result(opening, carry, unknown):
    batch = batch_of(4)
    with opening(carry) as carrier:
        carrier.hand(batch)
        found = results(collect(carrier, batch))
    assert sorted(result.id for result in found) == [message.id for message in batch.messages]
    assert sum(result.outcome is Outcome.UNKNOWN for result in found) == unknown


def test_a_report_says_which_batch_and_channel_and_what_the_provider_answered(opening):
    batch = batch_of(1, channel="two")
    with opening(accept) as carrier:
        carrier.hand(batch)
        [result] = results(reports := collect(carrier, batch))
    assert {(report.batch, report.channel) for report in reports} == {(batch.id, "two")}
    assert (result.outcome, result.reference) == (Outcome.ACCEPTED, f"sim-{result.id}")


def test_batches_of_a_channel_go_in_order(opening):
    carry = Recording()
    batches = [batch_of(2) for _ in range(20)]
    with opening(carry) as carrier:
        for batch in batches:
            carrier.hand(batch)
        collect(carrier, *batches)
    assert carry.begun == [batch.id for batch in batches]


def test_an_emergency_overtakes_even_a_batch_on_its_way(opening):
    carry = Recording()
    slow, queued = carry.hold(batch_of()), batch_of()
    emergency = batch_of(class_=Class.EMERGENCY)
    with opening(carry) as carrier:
        carrier.hand(slow)
        served(carrier, lambda: carry.begun)
        carrier.hand(queued)
        carrier.hand(emergency)
        collect(carrier, emergency)
        carry.gate.set()
        collect(carrier, slow, queued)
    assert carry.begun == [slow.id, emergency.id, queued.id]


def test_a_slow_channel_does_not_hold_up_another(opening):
    carry = Recording()
    slow, other = carry.hold(batch_of(channel="one")), batch_of(channel="two")
    with opening(carry) as carrier:
        carrier.hand(slow)
        served(carrier, lambda: carry.begun)
        carrier.hand(other)
        collect(carrier, other)
        carry.gate.set()
        collect(carrier, slow)


def test_results_come_back_before_their_batch_is_done(opening):
    gate = Event()

    def carry(batch: Batch) -> Iterator[Result]:
        first, last = accept(batch)
        yield first
        gate.wait(20)
        yield last

    batch = batch_of(2)
    with opening(carry) as carrier:
        carrier.hand(batch)
        early = carrier.reports(5)
        assert [(len(report.results), report.done) for report in early] == [(1, False)]
        gate.set()
        collect(carrier, batch)


def test_a_report_comes_again_until_it_is_acknowledged(opening):
    batch = batch_of(3)
    with opening(accept, again=0.1) as carrier:
        carrier.hand(batch)
        until(lambda: any(report.done for report in carrier.reports(0.5)))
        again = {report.token: report for report in carrier.reports(0.2) + carrier.reports(0.2)}
        assert len(results(again.values())) == 3
        carrier.acknowledge(list(again.values()))
        assert carrier.reports(0.3) == []


def test_a_queued_batch_is_held_until_it_is_begun(opening):
    carry = Recording()
    slow, queued = carry.hold(batch_of()), batch_of()
    with opening(carry) as carrier:
        assert carrier.holds("never-seen") is False
        carrier.hand(slow)
        served(carrier, lambda: carry.begun)
        carrier.hand(queued)
        assert (carrier.holds(slow.id), carrier.holds(queued.id)) == (False, True)
        carry.gate.set()
        collect(carrier, slow, queued)
        assert carrier.holds(queued.id) is False


def test_only_a_batch_not_begun_can_be_taken_back_and_it_is_never_sent(opening):
    carry = Recording()
    slow, queued, last = carry.hold(batch_of()), batch_of(), batch_of()
    with opening(carry) as carrier:
        carrier.hand(slow)
        served(carrier, lambda: carry.begun)
        carrier.hand(queued)
        carrier.hand(last)
        assert carrier.take_back(queued.id) is True
        assert carrier.take_back(queued.id) is False
        assert carrier.take_back(slow.id) is False
        carry.gate.set()
        reports = collect(carrier, slow, last)
    assert queued.id not in carry.begun
    assert queued.id not in {report.batch for report in reports}


def test_batches_wait_until_they_are_done(opening):
    carry = Recording()
    slow, queued = carry.hold(batch_of()), batch_of()
    with opening(carry) as carrier:
        assert carrier.waiting("one") == 0
        carrier.hand(slow)
        served(carrier, lambda: carry.begun)
        carrier.hand(queued)
        until(lambda: carrier.waiting("one") == 2)
        assert carrier.waiting("two") == 0
        carry.gate.set()
        collect(carrier, slow, queued)
        until(lambda: carrier.waiting("one") == 0)


def test_a_new_batch_finds_one_before_it_however_many_are_begun(opening):
    carry = Recording()
    slow, urgent = carry.hold(batch_of()), carry.hold(batch_of(class_=Class.EMERGENCY))
    with opening(carry) as carrier:
        assert carrier.before("one") == 0
        carrier.hand(slow)
        served(carrier, lambda: len(carry.begun) == 1)
        carrier.hand(urgent)
        served(carrier, lambda: len(carry.begun) == 2)
        until(lambda: carrier.waiting("one") == 2)
        assert (carrier.before("one"), carrier.before("two")) == (1, 0)
        carrier.hand(queued := batch_of())
        until(lambda: carrier.before("one") == 2)
        carry.gate.set()
        collect(carrier, slow, urgent, queued)


def test_a_closed_carrier_takes_nothing(opening):
    with opening(accept) as carrier:
        carrier.close(1)
        with pytest.raises(CarrierDown):
            carrier.hand(batch_of())


def test_what_came_back_can_be_read_after_closing(opening):
    carry = Recording()
    batch = carry.hold(batch_of(2))
    with opening(carry) as carrier:
        carrier.hand(batch)
        served(carrier, lambda: carry.begun)
        carry.gate.set()
        carrier.close(5)
        assert len(results(collect(carrier, batch))) == 2
