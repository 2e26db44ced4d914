"""What one line of a list does: a contact, or an area. Refused says why it does nothing."""

import sqlite3
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from gateway import people
from gateway.context import Gateway
from gateway.domain import quiet
from gateway.domain.alerts import Refused
from gateway.domain.keywords import normal
from gateway.store import areas, contacts

CONTACT = ("address", "language", "area", "groups", "consent", "proof")
AREA = ("pcode", "name", "parent", "level", "timezone", "quiet", "languages", "other_names")

N_ = str  # marks a sentence for translators

NO_ADDRESS = N_("There is no number in this line.")
NO_NAME = N_("An area needs a P-code and a name.")
BAD_CODE = N_("A P-code has at most 30 letters and figures, and no spaces.")
NO_PARENT = N_("No area has the P-code of this parent. Put parents above the areas in them.")
CIRCLE = N_("An area cannot lie in itself.")
BAD_LEVEL = N_("The level is a figure from 0 to 9.")
BAD_HOURS = N_("Quiet hours are written as 21:00-08:00, or none.")
BAD_ZONE = N_("The time zone is unknown. Write it as Asia/Kathmandu.")

Row = Mapping[str, str]
Rule = Callable[[Gateway, sqlite3.Connection, str, Row], str]


def contact(gw: Gateway, db: sqlite3.Connection, by: str, row: Row) -> str:
    """Add or change a person; return what came of it: new, changed, same or left.

    Groups are added to those the person is in; a list of one group says nothing of others.
    """
    if not row.get("address"):
        raise Refused(NO_ADDRESS, "address")
    value = people.address_of(gw, row["address"])
    groups = _split(row["groups"]) if "groups" in row else None
    known = contacts.by_value(db, value) if groups else None
    if groups and known:
        held = contacts.groups_of(db, known.contact)
        named = {name.casefold() for name in held}
        groups = (*held, *(name for name in groups if name.casefold() not in named))
    fields = people.Fields(
        address=value,
        language=row.get("language"),
        area=row.get("area"),
        groups=groups,
        consent=row["consent"].lower() if "consent" in row else None,
        proof=row.get("proof"),
    )
    added = people.add_contact(gw, db, by, fields, "import")
    if added.left:
        return "left"
    return "new" if added.new else "changed" if added.changed else "same"


def area(gw: Gateway, db: sqlite3.Connection, by: str, row: Row) -> str:
    """Add or correct an area; return what came of it: new, changed or same."""
    pcode, name = row.get("pcode", ""), row.get("name", "")
    if not pcode or not name:
        raise Refused(NO_NAME, "pcode")
    if len(pcode) > 30 or any(letter.isspace() for letter in pcode):
        raise Refused(BAD_CODE, "pcode")
    before = areas.by_pcode(db, pcode)
    id = areas.add(
        db,
        pcode,
        name,
        normal(name),
        parent=_parent(db, pcode, row.get("parent")),
        level=_level(row.get("level", "0")),
        timezone=_zone(row.get("timezone")),
        quiet=_hours(row.get("quiet")),
        languages=[people.tag_of(gw, tag) for tag in _split(row.get("languages", ""))],
    )
    for other in _split(row.get("other_names", "")):
        areas.also_called(db, id, other, normal(other))
    after = areas.by_pcode(db, pcode)
    if before is None:
        return "new"
    return "same" if after is not None and tuple(before) == tuple(after) else "changed"


RULES: Mapping[str, Rule] = {"contacts": contact, "areas": area}


def _split(cell: str) -> tuple[str, ...]:
    """
    >>> _split("Teachers | Nurses|")
    ('Teachers', 'Nurses')
    """
    return tuple(name.strip() for name in cell.split("|") if name.strip())


def _parent(db: sqlite3.Connection, pcode: str, parent: str | None) -> str | None:
    if parent is None:
        return None
    found = areas.id_of(db, parent)
    if found is None:
        raise Refused(NO_PARENT, "parent")
    if found in areas.within(db, [pcode]):
        raise Refused(CIRCLE, "parent")
    return parent


def _level(cell: str) -> int:
    if len(cell) != 1 or not cell.isdecimal():
        raise Refused(BAD_LEVEL, "level")
    return int(cell)


def _zone(cell: str | None) -> str | None:
    if cell is None:
        return None
    try:
        ZoneInfo(cell)
    except (KeyError, ValueError, OSError):
        raise Refused(BAD_ZONE, "timezone") from None
    return cell


def _hours(cell: str | None) -> str | None:
    """Return the quiet hours of a cell as they are kept; None leaves them to the area around."""
    if cell is None:
        return None
    try:
        hours = quiet.read(cell)
    except ValueError:
        raise Refused(BAD_HOURS, "quiet") from None
    return f"{hours.begins:%H:%M}-{hours.ends:%H:%M}" if hours else quiet.NONE
