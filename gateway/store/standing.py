"""Where rows of the outbox stand while receipts that came together are told of them."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gateway.domain.messages import Class, Receipt, State, Status
from gateway.domain.receipts import FINAL, MEANS, advance, counted_by_try, counted_in_tries, stands
from gateway.domain.retry import resend
from gateway.store import pieces
from gateway.store.rows import Rows

# As the fields of Standing are ordered; always the last columns of what is asked.
FACTS = """outbox.id, outbox.channel, outbox.recipient, outbox.state, outbox.class, outbox.parts,
       outbox.pieces, outbox.reference, outbox.resends, outbox.maybes, outbox.moved_from,
       outbox.created_at, outbox.expires_at, outbox.attempts,
       outbox.state = 'withdrawn' AND NOT EXISTS (
           SELECT 1 FROM receipt AS word
            WHERE word.outbox = outbox.id AND word.status = 'cancelled') AS withdrawn"""
_FACTS = len(FACTS.split(","))
_MOVE = Rows(
    """
WITH told (id, state, error, network, final, moved, now) AS (VALUES {rows})
UPDATE outbox SET state = told.state,
       reason = CASE WHEN told.state = 'delivered' THEN NULL ELSE coalesce(told.error, reason) END,
       sent_at = CASE WHEN told.moved THEN coalesce(sent_at, told.now) ELSE sent_at END,
       network_at = CASE WHEN told.network THEN coalesce(network_at, told.now) ELSE network_at END,
       final_at = CASE WHEN NOT told.final THEN NULL WHEN told.moved THEN told.now
                       ELSE final_at END
  FROM told WHERE outbox.id = told.id
"""
)
_NAME = "UPDATE outbox SET reference = ?, pieces = ? WHERE id = ?"
_RESEND = """
UPDATE outbox SET state = 'queued', due_at = :due_at, reason = coalesce(:error, :retry),
       batch = NULL, reference = NULL, sent_at = NULL, network_at = NULL, final_at = NULL,
       resends = resends + 1
 WHERE id = :id
"""


@dataclass(slots=True)
class Standing:
    """One row as the store has it, and what receipts make of it."""

    id: int
    channel: int
    recipient: str
    state: str
    class_: int
    parts: int
    pieces: int | None
    reference: str | None
    resends: int
    maybes: int
    moved_from: int | None
    created_at: float
    expires_at: float | None
    attempts: int
    withdrawn: int  # by us, and not by a network
    was: str = ""
    error: str | None = None
    network: bool = False
    named: bool = False  # what it is called, or the number of its parts, came to be known
    changed: bool = False
    due_at: float | None = None  # when it is sent again, if it is
    retry: str | None = None

    def call(self, reference: str) -> None:
        """Let the row bear a provider's name."""
        if self.reference is None:
            self.reference, self.named = reference, True

    def stand(self, state: State, error: str | None) -> None:
        if state != self.state:
            self.state, self.error, self.changed = state, error or self.error, True

    @property
    def tries(self) -> int:
        """How many tries may have gone."""
        return max(1, min(self.attempts, self.maybes + 1))

    @property
    def is_counted_by_try(self) -> bool:
        """Whether what is told may be of a try before the last, whose name nobody knows."""
        return self.tries > 1 and self.resends == 0

    def is_in_parts(self, receipt: Receipt, is_part: bool) -> bool:
        """Whether its receipts are counted part by part, now that this one came."""
        if receipt.parts and receipt.parts != (self.pieces or self.parts):
            self.pieces, self.named = receipt.parts, True
        elif self.pieces is None and self.parts > 1 and (is_part or receipt.piece):
            self.pieces, self.named = self.parts, True
        return self.pieces is not None


@dataclass(frozen=True, slots=True)
class About:
    """Which row a receipt is about: one of its parts, or a try of it that is over."""

    row: Standing
    is_part: bool = False
    is_over: bool = False


@dataclass(slots=True)
class Round:
    """Receipts that came together: each row is read once and written once."""

    now: float
    resends: bool
    sure: bool
    rows: dict[int, Standing] = field(default_factory=dict)
    in_parts: set[int] = field(default_factory=set)
    in_tries: set[int] = field(default_factory=set)

    def of(self, row: sqlite3.Row) -> Standing:
        """Return a row as it stands in this round."""
        if (found := self.rows.get(row["id"])) is None:
            found = self.rows[row["id"]] = Standing(*row[-_FACTS:])
            found.was = found.state
        return found

    def count(self, rows: Iterable[sqlite3.Row]) -> None:
        """Count the parts of these rows anew."""
        self.in_parts |= {self.of(row).id for row in rows}

    def count_by_try(self, rows: Iterable[sqlite3.Row]) -> None:
        """Count anew what was told of each try, where there may be two."""
        found = [self.of(row) for row in rows]
        self.in_tries |= {row.id for row in found if row.is_counted_by_try and not row.pieces}

    def tell(self, about: About, receipt: Receipt) -> None:
        """Move a row on by one receipt; one in parts is counted when all are told."""
        row = about.row
        if row.is_in_parts(receipt, about.is_part):
            self.in_parts.add(row.id)
        elif row.is_counted_by_try:
            self.in_tries.add(row.id)
        elif not (about.is_over or row.due_at) or MEANS[receipt.status] is State.DELIVERED:
            self._advance(row, receipt)
        if receipt.status is Status.SENT and not row.network and not about.is_over:
            row.network = row.changed = True

    def _advance(self, row: Standing, receipt: Receipt) -> None:
        new = advance(State(row.state), receipt.status)
        again = None
        # Also where it failed or ended before: whoever else gave it up may have said so sooner.
        if new is State.FAILED and MEANS[receipt.status] is new and not row.withdrawn:
            again = self._again(row, receipt.retry)
        row.due_at = again
        if again is None:
            row.stand(new, receipt.error)
        else:
            row.retry, row.error = receipt.retry, receipt.error

    def _again(self, row: Standing, worth: str | None) -> float | None:
        """Return when to send again what failed, or None."""
        if not self.resends:
            return None
        age = self.now - row.created_at if self.sure else 0.0
        left = row.expires_at - self.now if row.expires_at and self.sure else None
        jitter = row.id * 0.618 % 1  # so that what failed together does not come back together
        wait = resend(worth, Class(row.class_), row.resends, age, left, jitter)
        return None if wait is None else self.now + wait

    def write(self, db: sqlite3.Connection) -> list[int]:
        """Write every row once; return the ids of those that moved."""
        if self.in_parts:
            self._count(pieces.told(db, self.in_parts))
        if self.in_tries:
            self._count_by_try(pieces.told(db, self.in_tries))
        again = [row for row in self.rows.values() if row.due_at is not None]
        changed = [row for row in self.rows.values() if row.changed and row.due_at is None]
        named = [row for row in self.rows.values() if row.named and row.due_at is None]
        db.executemany(_NAME, [(row.reference, row.pieces, row.id) for row in named])
        _MOVE.write(db, [_written(row, self.now) for row in changed])
        db.executemany(_RESEND, [_resent(row) for row in again])
        return [row.id for row in (*changed, *again) if row.due_at or row.state != row.was]

    def _count(self, told: dict[int, list[pieces.Told]]) -> None:
        for id in self.in_parts:
            row, heard = self.rows[id], told.get(id, [])
            said = [(one.of, one.piece, one.status) for one in heard]
            state = counted_in_tries(row.pieces or row.parts, row.tries, said)
            because = [one.error for one in heard if MEANS[one.status] is state]
            row.stand(stands(State(row.state), state), next(filter(None, because), None))

    def _count_by_try(self, told: dict[int, list[pieces.Told]]) -> None:
        for id in self.in_tries - self.in_parts:
            row, heard = self.rows[id], told.get(id, [])
            said = [(one.of, one.status) for one in heard]
            state = counted_by_try(State(row.state), row.reference, said)
            because = [one for one in heard if MEANS[one.status] is state]
            if row.reference:
                because = [one for one in because if one.of == row.reference]
            known = row.reference or row.state == State.QUEUED  # which try it was that failed
            if state is State.FAILED and known and not row.withdrawn:
                self._resend(row, because)
            if row.due_at is None:
                row.stand(state, next((one.error for one in because if one.error), None))

    def _resend(self, row: Standing, heard: Iterable[pieces.Told]) -> None:
        for one in heard:
            row.due_at = row.due_at or self._again(row, one.retry)
            row.retry, row.error = row.retry or one.retry, row.error or one.error


def _written(row: Standing, now: float) -> tuple[object, ...]:
    moved = row.state != row.was
    return (row.id, row.state, row.error, row.network, row.state in FINAL, moved, now)


def _resent(row: Standing) -> dict[str, Any]:
    return {"id": row.id, "due_at": row.due_at, "error": row.error, "retry": row.retry}
