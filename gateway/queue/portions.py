"""A batch is begun a portion at a time, and what is not begun is on disk.

A crash then leaves in doubt what a provider may have, and no more: the rest is sent.
Who begins a portion strikes it out first, and is refused what was taken back meanwhile.
"""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from gateway.domain.messages import Batch, Class, Outcome, Outgoing, Result
from gateway.queue import NOT_BEGUN, Begin, Carry, TakenBack
from gateway.queue.whole import lines, whole

log = logging.getLogger(__name__)

STOPS = (Outcome.ACCOUNT, Outcome.THROTTLED)  # after these a provider wants no more just now


def carried(
    batch: Batch, carry: Carry, begin: Begin, closing: Callable[[], bool]
) -> Iterator[Result]:
    """Carry a batch portion by portion; yield one result for each message that we may begin.

    What is not begun when a provider wants no more, or the disk is full, or the carrier closes,
    comes back as such. Of a noted batch nothing is said before the first leave: another may have
    it, and what is noted goes again once we are done.
    """
    if batch.noted:
        emergencies, batch = apart(batch)
        stopped = yield from _passed_on(whole(emergencies, carry) if emergencies.messages else ())
        if (
            stopped
            or not batch.messages
            or not _may_begin(_asked(begin, batch.id, portions(batch)[0]))
        ):
            return
    left = portions(batch)
    while left:
        portion, *left = left
        ahead, stopped = None, False
        for number, result in enumerate(whole(replace(batch, messages=portion), carry), 1):
            yield result
            stopped = stopped or result.outcome in STOPS
            if left and ahead is None and not stopped and 2 * number >= len(portion):
                ahead = _asked(begin, batch.id, left[0])
        if left and (stopped or closing() or ahead is None or not _may_begin(ahead)):
            yield from not_begun([message for rest in left for message in rest])
            return


def apart(batch: Batch) -> tuple[Batch, Batch]:
    """Return the emergencies of a batch, which wait for no leave, and all else."""
    urgent, others = list[Outgoing](), list[Outgoing]()
    for message in batch.messages:
        (urgent if message.class_ == Class.EMERGENCY else others).append(message)
    return replace(batch, messages=tuple(urgent)), replace(batch, messages=tuple(others))


def _passed_on(results: Iterable[Result]) -> Generator[Result, None, bool]:
    """Yield these; return whether their provider wants no more just now."""
    stopped = False
    for result in results:
        yield result
        stopped = stopped or result.outcome in STOPS
    return stopped


def not_begun(messages: Sequence[Outgoing]) -> Iterator[Result]:
    """Give back what nobody tried to send."""
    for message in messages:
        yield Result(message.id, Outcome.TRANSIENT, error=NOT_BEGUN)


def portions(batch: Batch) -> list[tuple[Outgoing, ...]]:
    """Return what of a batch is begun together, in order."""
    size = batch.portion
    return [batch.messages[at : at + size] for at in range(0, len(batch.messages), size)]


def _asked(begin: Begin, batch: str, portion: Sequence[Outgoing]) -> Callable[[], None]:
    """Strike out a portion; a store that takes nothing any more is told of on waiting."""
    try:
        return begin(batch, [message.id for message in portion])
    except Exception as error:
        return partial(_refused, error)


def _refused(error: Exception) -> None:
    raise error


def _may_begin(struck_out: Callable[[], None]) -> bool:
    """Wait until a portion is struck out; False if it must not be sent."""
    try:
        struck_out()
    except TakenBack:
        return False
    except Exception as error:
        log.error("what is not begun could not be written down: %s", lines(error))
        return False
    return True
