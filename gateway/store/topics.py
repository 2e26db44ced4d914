"""Which topics there are, of which version; their words are in locales/."""

import json
import sqlite3

from gateway.domain.dialogue import Pack

_SAVE = """
INSERT INTO topic (code, pack, hazard, stage, audience, version, messages, approver, review_on)
VALUES (:code, 'main', :hazard, :stage, :audience, :version, :messages, :approver, :review_on)
    ON CONFLICT (code) DO UPDATE SET hazard = :hazard, stage = :stage, audience = :audience,
       version = :version, messages = :messages, approver = :approver, review_on = :review_on,
       retired_at = NULL
"""

_LAST = """
SELECT source FROM outbox
 WHERE alert IS NULL AND address = ? AND created_at >= ? AND source GLOB 'topic:*'
 ORDER BY id DESC LIMIT 1
"""


def load(db: sqlite3.Connection, pack: Pack) -> None:
    """Write down the topics of a pack, so that reports know what was offered when."""
    for code, topic in pack.topics.items():
        row: dict[str, str | int] = {"code": code, "hazard": topic.hazard, "stage": topic.stage}
        row |= {"audience": topic.audience, "version": int(topic.version)}
        row |= {"messages": json.dumps(list(topic.messages)), "approver": topic.approver}
        db.execute(_SAVE, row | {"review_on": topic.review.isoformat()})


def every(db: sqlite3.Connection) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM topic WHERE retired_at IS NULL ORDER BY code").fetchall()


def last_sent(db: sqlite3.Connection, address: int, since: float) -> str | None:
    """Return the source of the last message of a topic sent to an address, as topic:flood/1@2."""
    row = db.execute(_LAST, (address, since)).fetchone()
    return str(row["source"]) if row else None
