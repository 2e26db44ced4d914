"""When the line breaks while a batch is handed over, it is sent once or refused, never both."""

from collections.abc import Iterator

import pytest

from gateway.queue import CarrierDown
from gateway.queue.on_redis import RedisCarrier
from tests.queue.breaking_line import BreakingLine
from tests.queue.stage import Paper, Recording, batch_of, collect, working


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
