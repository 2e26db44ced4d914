"""One result for every message, whatever the sending does."""

import logging
import traceback
from collections.abc import Iterable, Iterator

from gateway.domain.messages import Batch, Outcome, Result
from gateway.queue import Carry

log = logging.getLogger(__name__)


def whole(batch: Batch, carry: Carry) -> Iterator[Result]:
    """Carry a batch and yield exactly one result per message; unknown where none came."""
    left = {message.id: None for message in batch.messages}
    error = "unanswered"
    try:
        for result in carry(batch):
            if result.id in left:
                del left[result.id]
                yield result
    except Exception as broken:
        error = type(broken).__name__
        _say(batch, broken)
    yield from unknown(left, error)


def unknown(ids: Iterable[int], error: str) -> Iterator[Result]:
    """Yield an unknown result for each id; `error` is a word."""
    for id_ in ids:
        yield Result(id_, Outcome.UNKNOWN, error=error)


def _say(batch: Batch, broken: Exception) -> None:
    # The exception's own words may hold a number or a text: tell its kind and its lines only.
    where = "".join(traceback.format_tb(broken.__traceback__))
    log.error("batch %s on %s broke: %s\n%s", batch.id, batch.channel, type(broken).__name__, where)
