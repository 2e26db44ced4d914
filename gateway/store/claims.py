"""Claims: the best due rows of a channel are taken to be sent, and looked at once more.

Rows are read as one JSON text: fetched one by one, each costs a turn of the interpreter.
"""

import sqlite3
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from gateway.domain.messages import Class
from gateway.domain.shares import FREE, Choice, Room, choose
from gateway.store.recent import Said

_DUE = """
SELECT json_group_array(json((
         SELECT json_group_array(json_array(id, parts)) FROM (
           SELECT id, parts FROM outbox
            WHERE channel = ? AND state = 'queued' AND class = asked.value AND due_at <= ? {sure}
            ORDER BY due_at, id LIMIT ?))))
  FROM json_each(?) AS asked
"""
_BEHIND = 500  # emergencies looked at for one that fits, where the first is too long
_DUE_SURE = _DUE.format(sure="")
# While nobody knows the time nothing begins by schedule: what people gave a later hour stays.
_DUE_UNSURE = _DUE.format(sure="AND (class = 0 OR reason IS NOT NULL OR due_at <= created_at + 1)")
_CLAIM = """
UPDATE outbox SET state = 'claimed', claimed_at = ?, batch = ?, attempts = attempts + 1
 WHERE id IN (SELECT value FROM json_each(?)) AND state = 'queued'
"""
_CLAIMED = """
SELECT json_group_array(json_array(
       outbox.id, outbox.class, outbox.due_at, outbox.recipient,
       coalesce(outbox.text, alert_text.text), outbox.parts, outbox.alphabet, outbox.forced,
       outbox.expires_at, outbox.feedback, inbound.received_at,
       outbox.address, address.consent, address.consent_at, address.paused_at, contact.area,
       alert.state, alert.exercise,
       EXISTS (SELECT 1 FROM alert AS later WHERE later.supersedes = alert.id
                  AND (later.state IN ('approved', 'running', 'done') OR later.expanded_to > 0)),
       EXISTS (SELECT 1 FROM member JOIN groups ON groups.id = member.groups
                WHERE member.contact = address.contact AND groups.exercise)))
  FROM (SELECT value AS id FROM json_each(?)) AS asked
  JOIN outbox ON outbox.id = asked.id
  LEFT JOIN alert_text ON alert_text.id = outbox.alert_text
  LEFT JOIN address ON address.id = outbox.address
  LEFT JOIN contact ON contact.id = address.contact
  LEFT JOIN inbound ON inbound.id = outbox.inbound
  LEFT JOIN alert ON alert.id = outbox.alert
"""

_SAID = """
SELECT json_group_array(json_array(outbox.id, outbox.address,
       coalesce(outbox.text, alert_text.text)))
  FROM (SELECT value AS id FROM json_each(?)) AS asked
  JOIN outbox ON outbox.id = asked.id
  LEFT JOIN alert_text ON alert_text.id = outbox.alert_text
"""


class Claimed(Struct, array_like=True, frozen=True):
    """A claimed row with all that the gate asks about; times in seconds since 1970.

    `asked_at` is when the person wrote what it answers, `feedback` the item staff answer with it.
    """

    id: int
    class_: int
    due_at: float
    recipient: str
    text: str
    parts: int
    alphabet: str
    forced: int
    expires_at: float | None
    feedback: int | None
    asked_at: float | None
    address: int | None
    consent: str | None
    consent_at: float | None
    paused_at: float | None
    area: int | None
    alert_state: str | None
    exercise: int | None
    superseded: int
    in_exercise: int


_dues = msgspec.json.Decoder(list[list[tuple[int, int]]])
_rows = msgspec.json.Decoder(list[Claimed])
_said = msgspec.json.Decoder(list[Said])


def claim(
    db: sqlite3.Connection,
    channel: int,
    batch: str,
    now: float,
    rows: int,
    parts: float,
    room: Room = FREE,
    sure: bool = True,
) -> Choice:
    """Claim the best due rows, at most so many rows and parts; return what was chosen.

    Where the time is not `sure`, what is scheduled waits, unless lives depend on it.
    """
    sql = _DUE_SURE if sure else _DUE_UNSURE
    most = wanted = int(max(1, min(rows, parts)))
    due: dict[Class, list[tuple[int, int]]] = {}
    more = []
    found = _dues.decode(_one(db, sql, channel, now, most, str(list(map(int, room.classes)))))
    for class_, first in zip(room.classes, found, strict=True):
        due[class_] = first[:wanted]
        if len(due[class_]) == wanted:
            more.append(class_)
            wanted = max(1, most // 2)  # beside a class that uses its share, none has more
        if class_ is Class.EMERGENCY and more:
            break
    if (urgent := due.get(Class.EMERGENCY)) and urgent[0][1] > room.urgent:
        asked = str([int(Class.EMERGENCY)])
        (due[Class.EMERGENCY],) = _dues.decode(_one(db, sql, channel, now, _BEHIND, asked))
    choice = choose(due, parts, room, most, more)
    db.execute(_CLAIM, (now, batch, str(list(choice.ids))))
    return choice


def said(db: sqlite3.Connection, ids: Sequence[int]) -> list[Said]:
    """Return whom each of these rows tells what."""
    return _said.decode(_one(db, _SAID, str(list(ids)))) if ids else []


def claimed(db: sqlite3.Connection, ids: Sequence[int]) -> list[Claimed]:
    """Return claimed rows, best first."""
    rows = _rows.decode(_one(db, _CLAIMED, str(list(ids))))
    return sorted(rows, key=lambda row: (row.class_, row.due_at, row.id))


def _one(db: sqlite3.Connection, sql: str, *values: object) -> str:
    found: str = db.execute(sql, values).fetchone()[0]
    return found
