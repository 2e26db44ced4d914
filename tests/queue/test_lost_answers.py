"""When the line breaks a batch is sent once or refused, never both, and what came of it is told."""

from collections.abc import Iterator

import pytest

from gateway.domain.messages import Class
from gateway.queue import CarrierDown
from gateway.queue.keys import Keys, connect
from gateway.queue.on_redis import RedisCarrier
from tests.queue.breaking_line import BreakingLine
from tests.queue.stage import Paper, Recording, batch_of, collect, results, until, working


@pytest.fixture
def line(own_redis) -> Iterator[BreakingLine]:
    line = BreakingLine(own_redis.port)
    yield line
    line.close()


@pytest.mark.parametrize("breaks", ["before", "after", "late"])
@pytest.mark.parametrize("at_work", [False, True], ids=["no worker yet", "a worker at work"])
def test_a_batch_is_refused_or_sent_once_whenever_the_line_breaks(own_redis, line, breaks, at_work):
    carrier, carry = RedisCarrier(line.url, Paper()), Recording()
    first, later = batch_of(2), batch_of(2)
    refused = False

    def hand_over() -> None:
        nonlocal refused
        line.breaks = breaks
        try:
            carrier.hand(first)
        except CarrierDown:
            refused = True
        assert line.broken.wait(5)

    if not at_work:
        hand_over()
    with working(own_redis.url, carry, "gateway"):
        if at_work:
            hand_over()
        carrier.hand(later)
        reports = collect(carrier, *([later] if refused else [first, later]))
    assert carry.begun == ([later.id] if refused else [first.id, later.id])
    assert {report.batch for report in reports} == set(carry.begun)
    assert not refused or carrier.holds(first.id) is False


def test_what_was_told_over_a_line_that_broke_is_heard_again(own_redis):
    line, redis = BreakingLine(own_redis.port, at=b"XREADGROUP"), connect(own_redis.url, 5.0)
    carrier, batch = RedisCarrier(line.url, Paper()), batch_of(2, class_=Class.EMERGENCY)
    carrier.reports(0.0)
    carrier.hand(batch)
    with working(own_redis.url, Recording(), "gateway"):
        until(lambda: redis.xlen(Keys().reports))
    line.breaks = "after"
    assert len(results(collect(carrier, batch))) == 2
    line.close()
    redis.close()
