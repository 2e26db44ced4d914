"""What providers say became of our messages, in whatever order they say it."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from gateway.domain.messages import Receipt, Result, State, Status
from gateway.store import pieces
from gateway.store.rows import Rows
from gateway.store.standing import FACTS, About, Round, Standing

# Some networks use a name twice, months apart: it then stands for the newer message. Of two
# alike about one message, known or not, the one that lets us ask again is kept.
_ADD = Rows(
    """
INSERT INTO receipt (channel, reference, status, piece, outbox, error, retry, at, received_at)
VALUES {rows}
    ON CONFLICT (channel, reference, status, piece) DO UPDATE
   SET outbox = excluded.outbox, error = excluded.error, retry = excluded.retry,
       at = excluded.at, received_at = excluded.received_at
 WHERE excluded.outbox > coalesce(receipt.outbox, 0)
    OR (receipt.outbox IS excluded.outbox
        AND coalesce(receipt.retry, 'no') = 'no' AND excluded.retry <> 'no')
"""
)
_CALLED = f"""
SELECT told.value AS told, 0 AS is_part, {FACTS}
  FROM json_each(:told) AS told
 CROSS JOIN outbox ON outbox.channel = :channel AND outbox.reference = told.value
 UNION ALL
SELECT told.value, 1, {FACTS}
  FROM json_each(:told) AS told
 CROSS JOIN piece ON piece.channel = :channel AND piece.reference = told.value
 CROSS JOIN outbox ON outbox.id = piece.outbox
"""
_TOLD_OF = f"""
SELECT told.value AS told, {FACTS}
  FROM json_each(:told) AS told
 CROSS JOIN receipt ON receipt.channel = :channel AND receipt.reference = told.value
 CROSS JOIN outbox ON outbox.id = receipt.outbox
"""
_IN_DOUBT = f"""
SELECT {FACTS} FROM outbox WHERE id IN (SELECT value FROM json_each(?)) AND maybes > 0
"""
_OWN = f"SELECT {FACTS} FROM outbox WHERE id IN (SELECT value FROM json_each(?))"
_WAITING = f"""
SELECT receipt.id AS receipt, receipt.status, receipt.error, receipt.retry, receipt.piece,
       0 AS is_part, {FACTS}
  FROM outbox JOIN receipt ON receipt.channel = outbox.channel
                          AND receipt.reference = outbox.reference
 WHERE receipt.outbox IS NULL AND outbox.id IN (SELECT value FROM json_each(:ids))
"""
_WAITING_IN_PARTS = f"""
SELECT receipt.id AS receipt, receipt.status, receipt.error, receipt.retry, receipt.piece,
       1 AS is_part, {FACTS}
  FROM piece CROSS JOIN receipt ON receipt.channel = piece.channel
                               AND receipt.reference = piece.reference
  JOIN outbox ON outbox.id = piece.outbox
 WHERE receipt.outbox IS NULL AND piece.outbox IN (SELECT value FROM json_each(:ids))
"""

_SENT_TO = """
SELECT outbox.reference FROM outbox JOIN address ON address.id = outbox.address
 WHERE address.value = ? AND outbox.channel = ? AND outbox.reference IS NOT NULL
   AND outbox.sent_at > ?
 ORDER BY outbox.sent_at DESC, outbox.id DESC LIMIT 300
"""

PATIENCE = 3600.0
PROOF = (Status.DELIVERED, Status.READ)  # that the person has it


def apply_all(
    db: sqlite3.Connection,
    channel: int,
    receipts: Sequence[Receipt],
    now: float,
    resends: bool = False,
    sure: bool = True,
) -> tuple[list[int], list[int]]:
    """Keep receipts that came together; return which rows they moved, and which of these were
    not known to be sent.

    What failed is queued again where its receipt says that this may help, if the channel
    `resends`; nothing is too old or too late for it while the time is not `sure`.
    """
    round = Round(now, resends, sure)
    abouts = _abouts(db, channel, receipts, round)
    told = zip(receipts, abouts, strict=True)
    _ADD.write(db, [_kept(channel, receipt, about, now) for receipt, about in told])
    for receipt, about in zip(receipts, abouts, strict=True):
        if about:
            round.tell(about, receipt)
    moved = round.write(db)
    return moved, [id for id in moved if round.rows[id].was != State.SENT]


def _kept(channel: int, receipt: Receipt, about: About | None, now: float) -> tuple[object, ...]:
    at = receipt.at.timestamp() if receipt.at else None
    id, piece = about.row.id if about else None, receipt.piece or ""
    told = (channel, receipt.reference, receipt.status, piece, id)
    return (*told, receipt.error, receipt.retry, at, now)


def _abouts(
    db: sqlite3.Connection, channel: int, receipts: Sequence[Receipt], round: Round
) -> list[About | None]:
    """Find which row each receipt is about, and how it is known."""
    called = _called(db, channel, [receipt.reference for receipt in receipts], round)
    strange = [receipt for receipt in receipts if receipt.reference not in called]
    if not strange:
        return [called[receipt.reference] for receipt in receipts]
    called |= _told_of(db, channel, [receipt.reference for receipt in strange], round)
    own = _own(db, {int(one.own) for one in strange if one.own and _is_id(one.own)}, round)
    return [called.get(one.reference) or _by_own(channel, one, own, called) for one in receipts]


def _called(
    db: sqlite3.Connection, channel: int, references: Iterable[str], round: Round
) -> dict[str, About]:
    found: dict[str, About] = {}
    asked = {"told": json.dumps(list(dict.fromkeys(references))), "channel": channel}
    for row in db.execute(_CALLED, asked):
        known = found.get(row["told"])
        if known is None or (row["id"], row["is_part"]) > (known.row.id, known.is_part):
            found[row["told"]] = About(round.of(row), bool(row["is_part"]))
    return found


def _told_of(
    db: sqlite3.Connection, channel: int, references: Iterable[str], round: Round
) -> dict[str, About]:
    """Find rows by what was told before: of a part, or of a try that is over."""
    found: dict[str, About] = {}
    asked = {"told": json.dumps(list(dict.fromkeys(references))), "channel": channel}
    for row in db.execute(_TOLD_OF, asked):
        known = found.get(row["told"])
        if known is None or row["id"] > known.row.id:
            standing = round.of(row)
            over = standing.resends > 0 or standing.channel != channel or standing.tries > 1
            over = over or standing.reference is not None
            if not over:
                standing.call(row["told"])
            found[row["told"]] = About(standing, is_over=over)
    return found


def _is_id(own: str | None) -> bool:
    return own is not None and own.isdecimal() and len(own) < 19


def _own(db: sqlite3.Connection, ids: Iterable[int], round: Round) -> dict[int, Standing]:
    if not ids:
        return {}
    rows = db.execute(_OWN, (json.dumps(list(ids)),)).fetchall()
    return {row["id"]: round.of(row) for row in rows}


def _by_own(
    channel: int, receipt: Receipt, own: dict[int, Standing], called: dict[str, About]
) -> About | None:
    """Find a row by our id, which they echo: from now on it bears their name.

    After a restore a row may have the id of another message: the number must fit too.
    """
    row = own.get(int(receipt.own)) if receipt.own and _is_id(receipt.own) else None
    if row is None or receipt.to not in (None, row.recipient):
        return None
    if row.channel != channel:
        return About(row, is_over=True) if _spares(channel, receipt, row) else None
    if row.tries > 1:
        counts = row.is_counted_by_try or receipt.status in PROOF
        return About(row, is_over=True) if counts else None
    if row.reference is not None and not receipt.piece:
        return None
    row.call(receipt.reference)
    about = called[receipt.reference] = About(row)
    return about


def _spares(channel: int, receipt: Receipt, row: Standing) -> bool:
    """An emergency that may have gone by one channel and moved to another: proof from the first
    that the person has it counts, and spares them the second while that waits."""
    return receipt.status in PROOF and row.moved_from == channel and row.maybes > 0


def overtaken(
    db: sqlite3.Connection,
    taken: Sequence[Result],
    batch: str,
    now: float,
    resends: bool = False,
    sure: bool = True,
) -> None:
    """Apply receipts that came before the send's own answer, now that their rows are known."""
    round = Round(now, resends, sure)
    in_parts = [result.id for result in taken if result.pieces]
    rows = [result.id for result in taken]
    waiting = db.execute(_WAITING, {"ids": str(rows)}).fetchall()
    if in_parts:
        pieces.name(db, [(result.id, batch, result.pieces) for result in taken if result.pieces])
        waiting += db.execute(_WAITING_IN_PARTS, {"ids": str(in_parts)}).fetchall()
        round.count(db.execute(_OWN, (str(in_parts),)))
    found = {(row["receipt"], row["id"]): row for row in waiting}
    db.executemany(
        "UPDATE receipt SET outbox = ? WHERE id = ?", [(row, told) for told, row in found]
    )
    for _, row in sorted(found.items()):
        status, piece = Status(row["status"]), row["piece"] or None
        told = Receipt("", status, error=row["error"], retry=row["retry"], piece=piece)
        round.tell(About(round.of(row), bool(row["is_part"])), told)
    round.count_by_try(db.execute(_IN_DOUBT, (str(rows),)))
    round.write(db)


def told_before(db: sqlite3.Connection, channel: int, receipt: Receipt) -> bool:
    """Whether this very receipt is kept already."""
    sql = """SELECT 1 FROM receipt
              WHERE channel = ? AND reference = ? AND status = ? AND piece = ?"""
    key = (channel, receipt.reference, receipt.status, receipt.piece or "")
    return db.execute(sql, key).fetchone() is not None


def sent_to(db: sqlite3.Connection, channel: int, to: str, since: float) -> list[str]:
    """Return the references of what a channel sent to a number since then, newest first."""
    return [row[0] for row in db.execute(_SENT_TO, (to, channel, since))]


def forget_strangers(db: sqlite3.Connection, now: float) -> int:
    """Drop receipts whose message never showed up."""
    sql = "DELETE FROM receipt WHERE outbox IS NULL AND received_at < ?"
    return db.execute(sql, (now - PATIENCE,)).rowcount


def has_strangers(db: sqlite3.Connection, now: float) -> bool:
    sql = "SELECT 1 FROM receipt WHERE outbox IS NULL AND received_at < ? LIMIT 1"
    return db.execute(sql, (now - PATIENCE,)).fetchone() is not None


def of(db: sqlite3.Connection, outbox: int) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM receipt WHERE outbox = ? ORDER BY id", (outbox,)).fetchall()
