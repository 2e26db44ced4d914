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
    """Carry a batch portion by portion; yield exactly one result a message.

    What is not begun when a provider wants no more, or the disk is full, or the carrier closes,
    comes back as such. Of what was taken back before it was begun nothing is said: another may
    have it.
    """
    if batch.noted:
        emergencies, batch = apart(batch)
        if (yield from passed_on(whole(emergencies, carry) if emergencies.messages else ())):
            yield from not_begun(batch.messages)
            return
        if batch.messages and (refusal := _refusal(_first_asked(batch, begin))):
            if not isinstance(refusal, TakenBack):
                yield from not_begun(batch.messages)
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
        if left and (stopped or closing() or ahead is None or _refusal(ahead)):
            yield from not_begun([message for rest in left for message in rest])
            return


def apart(batch: Batch) -> tuple[Batch, Batch]:
    """Return the emergencies of a batch, which wait for no leave, and all else."""
    urgent, others = list[Outgoing](), list[Outgoing]()
    for message in batch.messages:
        (urgent if message.class_ == Class.EMERGENCY else others).append(message)
    return replace(batch, messages=tuple(urgent)), replace(batch, messages=tuple(others))


def passed_on(results: Iterable[Result]) -> Generator[Result, None, bool]:
    """Yield these; return whether their provider wants no more just now."""
    stopped = False
    for result in results:
        yield result
        stopped = stopped or result.outcome in STOPS
    return stopped


def may_begin(batch: Batch, begin: Begin) -> bool:
    """Strike out the first portion of a batch; False if it must not be sent."""
    return _refusal(_first_asked(batch, begin)) is None


def not_begun(messages: Sequence[Outgoing]) -> Iterator[Result]:
    """Give back what nobody tried to send."""
    for message in messages:
        yield Result(message.id, Outcome.TRANSIENT, error=NOT_BEGUN)


def portions(batch: Batch) -> list[tuple[Outgoing, ...]]:
    """Return what of a batch is begun together, in order."""
    size = batch.portion
    return [batch.messages[at : at + size] for at in range(0, len(batch.messages), size)]


def _first_asked(batch: Batch, begin: Begin) -> Callable[[], None]:
    return _asked(begin, batch.id, portions(batch)[0])


def _asked(begin: Begin, batch: str, portion: Sequence[Outgoing]) -> Callable[[], None]:
    """Strike out a portion; a store that takes nothing any more is told of on waiting."""
    try:
        return begin(batch, [message.id for message in portion])
    except Exception as error:
        return partial(_refused, error)


def _refused(error: Exception) -> None:
    raise error


def _refusal(struck_out: Callable[[], None]) -> Exception | None:
    """Wait until a portion is struck out; return why it must not be sent, None if it may be."""
    try:
        struck_out()
    except TakenBack as refusal:
        return refusal
    except Exception as error:
        log.error("what is not begun could not be written down: %s", lines(error))
        return error
    return None
