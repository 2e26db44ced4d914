"""The codebook: type, category, code. A code is never deleted nor used for something else."""

import sqlite3
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.domain.feedback import type_of
from gateway.files import folder

_ADD = "INSERT INTO code (type, category, code, label) VALUES (?, ?, ?, ?)"
_KNOWN = "SELECT * FROM code WHERE category = ? AND code = ?"
_EVERY = """
SELECT * FROM code WHERE retired_at IS NULL OR :retired
 ORDER BY category = 'none', category, id
"""

ANY = ""  # a code that may go with every type


@dataclass(slots=True)
class Imported:
    """What became of the rows of a codebook; `refused` tells line and reason."""

    added: int = 0
    relabelled: int = 0
    known: int = 0
    refused: tuple[tuple[int, str], ...] = ()


def take_in(db: sqlite3.Connection, rows: Iterable[Mapping[str, str]]) -> Imported:
    """Add codes from rows with the columns type, category, code and, where given, label.

    A code that is known keeps its id and, given a label, gets it; one met under several
    types goes with every type; a retired one stays retired. Lines count from 1.
    """
    told = Imported()
    for number, row in enumerate(rows, start=1):
        try:
            _take_in(db, told, {k: (v or "").strip() for k, v in row.items() if k})
        except ValueError as error:
            told.refused += ((number, str(error)),)
    return told


def _take_in(db: sqlite3.Connection, told: Imported, row: Mapping[str, str]) -> None:
    category, code = row.get("category", ""), row.get("code", "")
    if not category or not code:
        raise ValueError("category and code must be given")
    type = type_of(row["type"]).value if row.get("type") else ANY
    label = row.get("label", "")
    known = db.execute(_KNOWN, (category, code)).fetchone()
    if known is None:
        db.execute(_ADD, (type, category, code, label or code))
        told.added += 1
        return
    if known["retired_at"]:
        raise ValueError("this code is retired and is not used again")
    if known["type"] not in (type, ANY):
        db.execute("UPDATE code SET type = ? WHERE id = ?", (ANY, known["id"]))
    if label and label != known["label"]:
        rename(db, known["id"], label)
        told.relabelled += 1
    else:
        told.known += 1


def rename(db: sqlite3.Connection, id: int, label: str) -> None:
    """Give a code another label; what it stands for stays."""
    db.execute("UPDATE code SET label = ? WHERE id = ?", (label, id))


def retire(db: sqlite3.Connection, id: int, now: float) -> None:
    """Offer a code no more; items that have it keep it. "Uncoded" cannot be retired."""
    row = by_id(db, id)
    if row is not None and (row["category"], row["code"]) == ("none", "uncoded"):
        raise ValueError("Items that nobody has coded yet need the code uncoded.")
    sql = "UPDATE code SET retired_at = coalesce(retired_at, ?) WHERE id = ?"
    db.execute(sql, (now, id))


def every(db: sqlite3.Connection, retired: bool = False) -> list[sqlite3.Row]:
    """Return the codes on offer by category, those of no category last."""
    return db.execute(_EVERY, {"retired": retired}).fetchall()


def by_id(db: sqlite3.Connection, id: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM code WHERE id = ?", (id,)).fetchone()
    return row


def by_name(db: sqlite3.Connection, category: str, code: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(_KNOWN, (category, code)).fetchone()
    return row


def default() -> list[dict[str, str]]:
    """Return the rows of the codebook that comes with the gateway."""
    book = tomllib.loads((folder("templates") / "messages/codebook.toml").read_text("utf-8"))
    return [
        {"type": "", "category": category, "code": code, "label": label}
        for category, codes in book.items()
        for code, label in codes.items()
    ]


def load_default(db: sqlite3.Connection) -> Imported:
    """Add the codes that come with the gateway; labels that were changed here stay."""
    known = {(row["category"], row["code"]) for row in every(db, retired=True)}
    new = [row for row in default() if (row["category"], row["code"]) not in known]
    return take_in(db, new)
