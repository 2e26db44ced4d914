"""A batch is begun a portion at a time, and what is not begun is on disk.

A crash then leaves in doubt what a provider may have, and no more: the rest is sent.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from gateway.domain.messages import Batch, Outcome, Outgoing, Result
from gateway.queue import NOT_BEGUN, Carry, Note
from gateway.queue.whole import lines, whole

log = logging.getLogger(__name__)

STOPS = (Outcome.ACCOUNT, Outcome.THROTTLED)  # after these a provider wants no more just now


def unnoted(batch: str, ids: Sequence[int]) -> Callable[[], None]:
    """Write down nothing: who carries here can tell nobody after a crash."""
    return lambda: None


def carried(
    batch: Batch, carry: Carry, note: Note, noted: bool, closing: Callable[[], bool]
) -> Iterator[Result]:
    """Carry a batch portion by portion; yield exactly one result a message.

    `noted` says that all of it was written down as not begun. What is not begun when a provider
    wants no more, or the disk is full, or the carrier closes, comes back as such.
    """
    left = _portions(batch)
    if len(left) == 1 and not noted:
        yield from whole(batch, carry)
        return
    cleared = noted_down(note, batch.id, left[1:])
    if noted and not _waited(cleared):
        yield from not_begun(batch.messages)
        return
    while left:
        portion, *left = left
        ahead, stopped = None, False
        for number, result in enumerate(whole(replace(batch, messages=portion), carry), 1):
            yield result
            stopped = stopped or result.outcome in STOPS
            if left and ahead is None and not stopped and 2 * number >= len(portion):
                ahead = noted_down(note, batch.id, left[1:])
        if left and (stopped or closing() or ahead is None or not _waited(ahead)):
            yield from not_begun([message for rest in left for message in rest])
            return


def not_begun(messages: Sequence[Outgoing]) -> Iterator[Result]:
    """Give back what nobody tried to send."""
    for message in messages:
        yield Result(message.id, Outcome.TRANSIENT, error=NOT_BEGUN)


def _portions(batch: Batch) -> list[tuple[Outgoing, ...]]:
    size = batch.portion
    return [batch.messages[at : at + size] for at in range(0, len(batch.messages), size)]


def noted_down(
    note: Note, batch: str, portions: Sequence[Sequence[Outgoing]]
) -> Callable[[], None]:
    """Write down what is not begun; a store that takes nothing any more is told of on waiting."""
    try:
        return note(batch, [message.id for portion in portions for message in portion])
    except Exception as error:
        return partial(_refused, error)


def _refused(error: Exception) -> None:
    raise error


def _waited(cleared: Callable[[], None]) -> bool:
    try:
        cleared()
    except Exception as error:
        log.error("what is not begun could not be written down: %s", lines(error))
        return False
    return True
