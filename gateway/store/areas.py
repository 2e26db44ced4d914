"""Places with their P-codes; a parent is a link, never a prefix of the code."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gateway.store.capped import SOME, capped

_UPSERT = """
INSERT INTO area (pcode, name, parent, level, timezone, quiet, languages)
VALUES (:pcode, :name, (SELECT id FROM area WHERE pcode = :parent), :level, :timezone, :quiet,
        :languages)
    ON CONFLICT (pcode) DO UPDATE SET name = excluded.name, parent = excluded.parent,
       level = excluded.level, timezone = excluded.timezone, quiet = excluded.quiet,
       languages = excluded.languages
RETURNING id
"""
_WITHIN = """
WITH RECURSIVE inside (id) AS (
  SELECT id FROM area WHERE pcode IN (SELECT value FROM json_each(?))
   UNION SELECT area.id FROM area JOIN inside ON area.parent = inside.id
) SELECT id FROM inside
"""
_UP = """
WITH RECURSIVE up (id, parent, depth) AS (
  SELECT id, parent, 0 FROM area WHERE id = ?
   UNION ALL SELECT area.id, area.parent, depth + 1 FROM area JOIN up ON area.id = up.parent
) SELECT area.* FROM up JOIN area ON area.id = up.id ORDER BY depth
"""
_SPOKEN = """
WITH RECURSIVE spoken (id, languages) AS (
  SELECT id, languages FROM area WHERE parent IS NULL
   UNION ALL
  SELECT area.id, iif(area.languages = '[]', spoken.languages, area.languages)
    FROM spoken JOIN area ON area.parent = spoken.id
) SELECT languages, json_group_array(id) AS areas FROM spoken
   WHERE languages <> '[]' GROUP BY languages
"""
_NIGHTS = """
WITH RECURSIVE up (area, parent, timezone, quiet, depth) AS (
  SELECT id, parent, timezone, quiet, 0 FROM area WHERE id IN (SELECT value FROM json_each(?))
   UNION ALL SELECT up.area, area.parent, coalesce(up.timezone, area.timezone),
                    coalesce(up.quiet, area.quiet), depth + 1
               FROM up JOIN area ON area.id = up.parent
              WHERE (up.timezone IS NULL OR up.quiet IS NULL) AND depth < 20
) SELECT area, timezone, quiet FROM up
   WHERE timezone IS NOT NULL OR quiet IS NOT NULL ORDER BY depth
"""
_PAGE = f"""
SELECT area.*, above.name AS around,
       (WITH RECURSIVE inside (id) AS (SELECT area.id
           UNION SELECT below.id FROM area AS below JOIN inside ON below.parent = inside.id)
        {capped("SELECT 1 FROM inside JOIN contact ON contact.area = inside.id", SOME)}) AS people
  FROM area LEFT JOIN area AS above ON above.id = area.parent
 WHERE area.retired_at IS NULL AND area.pcode > :after
   AND (:text = '' OR area.pcode = :text
        OR area.id IN (SELECT area FROM area_name WHERE normal >= :normal
                          AND normal < :normal || char(1114111)))
 ORDER BY area.pcode LIMIT :limit
"""
_CALLED = """
SELECT DISTINCT name FROM area_name WHERE area IN (SELECT value FROM json_each(?)) LIMIT 500
"""
_BEGUN = """
SELECT pcode, area.name FROM area_name JOIN area ON area.id = area_name.area
 WHERE normal >= ? AND normal < ? || char(1114111) AND retired_at IS NULL
 GROUP BY area.id ORDER BY area.name, pcode LIMIT ?
"""
_NAMES = """
SELECT DISTINCT normal FROM area_name
 WHERE normal >= ? AND normal < ? || char(1114111) AND length(normal) BETWEEN ? AND ?
 ORDER BY normal
"""
_BY_NAMES = """
SELECT normal, pcode, area.name FROM area_name JOIN area ON area.id = area_name.area
 WHERE normal IN (SELECT value FROM json_each(?)) AND retired_at IS NULL
"""


class Night(NamedTuple):
    """By which clock it is night somewhere, and from when until when, as far as areas say so."""

    zone: str | None
    hours: str | None


def add(
    db: sqlite3.Connection,
    pcode: str,
    name: str,
    normal: str,
    parent: str | None = None,
    level: int = 0,
    timezone: str | None = None,
    languages: Sequence[str] = (),
    quiet: str | None = None,
) -> int:
    """Add an area, or correct the one with that P-code; `normal` is the name for matching."""
    row = {"pcode": pcode, "name": name, "parent": parent, "level": level}
    row |= {"timezone": timezone, "quiet": quiet, "languages": json.dumps(list(languages))}
    area = int(db.execute(_UPSERT, row).fetchone()["id"])
    also_called(db, area, name, normal)
    return area


def also_called(db: sqlite3.Connection, area: int, name: str, normal: str) -> None:
    """Add another name people use for an area."""
    sql = "INSERT INTO area_name (area, normal, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    db.execute(sql, (area, normal, name))


def by_pcode(db: sqlite3.Connection, pcode: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute("SELECT * FROM area WHERE pcode = ?", (pcode,)).fetchone()
    return row


def id_of(db: sqlite3.Connection, pcode: str | None) -> int | None:
    row = by_pcode(db, pcode) if pcode else None
    return int(row["id"]) if row else None


def named(db: sqlite3.Connection, normal: str) -> list[sqlite3.Row]:
    """Areas whose name is exactly this, the smallest first."""
    sql = """SELECT area.* FROM area_name JOIN area ON area.id = area_name.area
              WHERE normal = ? AND retired_at IS NULL ORDER BY level DESC, pcode LIMIT 5"""
    return db.execute(sql, (normal,)).fetchall()


def begun(db: sqlite3.Connection, normal: str, limit: int) -> list[sqlite3.Row]:
    """Areas with a name that begins so, by what they are called."""
    return db.execute(_BEGUN, (normal, normal, limit)).fetchall()


def names(db: sqlite3.Connection, begins: str, shortest: int, longest: int) -> Iterable[str]:
    """Every normal name of about this length that begins so, in order, for finding the nearest."""
    return (row["normal"] for row in db.execute(_NAMES, (begins, begins, shortest, longest)))


def by_names(db: sqlite3.Connection, normals: Iterable[str]) -> list[sqlite3.Row]:
    """Areas that have one of these names, each with that name as `normal`."""
    return db.execute(_BY_NAMES, (json.dumps(list(normals)),)).fetchall()


def within(db: sqlite3.Connection, pcodes: Sequence[str]) -> list[int]:
    """Ids of these areas and all that lie in them."""
    return [row["id"] for row in db.execute(_WITHIN, (json.dumps(list(pcodes)),))]


def called(db: sqlite3.Connection, pcodes: Sequence[str]) -> list[str]:
    """Return what people call these areas, those in them and those around them."""
    ids = set(within(db, pcodes))
    for pcode in pcodes:
        ids |= {row["id"] for row in db.execute(_UP, (id_of(db, pcode),))}
    return [row["name"] for row in db.execute(_CALLED, (json.dumps(sorted(ids)),))]


def languages(db: sqlite3.Connection, area: int | None) -> list[str]:
    """The languages set for an area, or for the nearest area around it that has some."""
    for row in db.execute(_UP, (area,)):
        if found := json.loads(row["languages"]):
            return [str(tag) for tag in found]
    return []


def spoken(db: sqlite3.Connection) -> list[tuple[list[str], list[int]]]:
    """Return lists of languages, each with the areas it holds for, as `languages` tells."""
    rows = db.execute(_SPOKEN)
    return [(json.loads(row["languages"]), json.loads(row["areas"])) for row in rows]


def timezone(db: sqlite3.Connection, area: int | None) -> str | None:
    for row in db.execute(_UP, (area,)):
        if row["timezone"]:
            return str(row["timezone"])
    return None


def nights(db: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Night]:
    """Return the zone and the quiet hours of each of these areas, where it or one around it has
    some, the nearest first."""
    rows = db.execute(_NIGHTS, (json.dumps(list(ids)),))
    return {row["area"]: Night(row["timezone"], row["quiet"]) for row in rows}


def any_known(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM area WHERE retired_at IS NULL LIMIT 1").fetchone() is not None


def every(db: sqlite3.Connection) -> list[sqlite3.Row]:
    return db.execute("SELECT * FROM area WHERE retired_at IS NULL ORDER BY level, name").fetchall()


def page(
    db: sqlite3.Connection, after: str = "", text: str = "", normal: str = "", limit: int = 25
) -> list[sqlite3.Row]:
    """Return areas by P-code, with the area around each and the people in it and below it.

    They are counted up to SOME. `text` is a P-code, `normal` the beginning of a name as matched.
    """
    told = {"after": after, "text": text, "normal": normal, "limit": limit}
    return db.execute(_PAGE, told).fetchall()
