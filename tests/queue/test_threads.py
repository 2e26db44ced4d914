"""What only the carrier in threads does."""

from gateway.domain.messages import Outcome
from gateway.queue import carrier
from gateway.queue.threads import ThreadCarrier
from tests.queue.stage import Paper, Recording, accept, batch_of, collect, results, until


def test_threads_carry_where_no_redis_is_named():
    assert isinstance(carrier("", accept, notes=Paper()), ThreadCarrier)


def test_closing_sends_nothing_more_and_gives_the_rest_back_to_be_sent_later():
    carry = Recording()
    slow, queued = carry.hold(batch_of()), batch_of(2)
    threads = ThreadCarrier(carry, Paper())
    threads.hand(slow)
    until(lambda: carry.begun)
    threads.hand(queued)
    threads.close(0.1)
    outcomes = [result.outcome for result in results(collect(threads, queued))]
    assert outcomes == [Outcome.TRANSIENT, Outcome.TRANSIENT]
    assert carry.begun == [slow.id]
    carry.gate.set()
    collect(threads, slow)


def test_what_is_not_finished_in_time_is_absent():
    carry = Recording()
    slow = carry.hold(batch_of())
    threads = ThreadCarrier(carry, Paper())
    threads.hand(slow)
    until(lambda: carry.begun)
    threads.close(0.1)
    assert threads.reports(0) == []
    assert threads.holds(slow.id) is False
    carry.gate.set()
    collect(threads, slow)


def test_a_burst_of_results_comes_in_few_reports():
    batch = batch_of(2000)
    threads = ThreadCarrier(accept, Paper())
    threads.hand(batch)
    until(lambda: threads.waiting("one") == 0)
    reports = collect(threads, batch)
    assert len(reports) <= 3
    assert len(results(reports)) == 2000
    threads.close(1)
