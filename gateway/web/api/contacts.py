"""Contacts: programs bring people in, and keep what is known of them right."""

import sqlite3
from collections.abc import Callable

from flask.typing import ResponseReturnValue
from msgspec import UNSET, UnsetType

from gateway import people, told
from gateway.people import Added, Fields
from gateway.store import audit, contacts
from gateway.web.api import rights
from gateway.web.api.contact_shapes import ContactChange, ContactQuery, NewContact
from gateway.web.api.door import actor, answer, blueprint, body, gateway, needs, problem, query

HOW = "api"


@blueprint.get("/contacts")
@needs(*rights.READ_CONTACTS)
def list_contacts() -> ResponseReturnValue:
    """Return contacts, newest first; `next` is the cursor of the page after, or null."""
    asked, db = query(ContactQuery), gateway().store.read
    found = contacts.page(
        db,
        asked.cursor,
        asked.limit,
        number=asked.address,
        language=asked.language,
        area=asked.area,
        group=asked.group,
        consent=asked.consent,
    )
    rows = [row for row in (contacts.get(db, one["id"]) for one in found) if row]
    following = found[-1]["id"] if len(found) == asked.limit else None
    return answer({"contacts": [told.contact(db, row) for row in rows], "next": following})


@blueprint.post("/contacts")
@needs(*rights.WRITE_CONTACTS)
def add_contact() -> ResponseReturnValue:
    """Add a person (201), or bring what is known of that number up to date (200)."""
    gw, asked, by = gateway(), body(NewContact), actor()
    fields = Fields(
        asked.address,
        asked.language,
        asked.area,
        None if asked.groups is None else tuple(asked.groups),
        asked.consent,
        asked.proof,
    )
    added = _write(lambda db: people.add_contact(gw, db, by, fields, HOW), asked.consent)
    return answer(_shown(added.contact), 201 if added.new else 200)


@blueprint.get("/contacts/<int:id>")
@needs(*rights.READ_CONTACTS)
def show_contact(id: int) -> ResponseReturnValue:
    """Return one person."""
    return answer(_shown(id))


@blueprint.patch("/contacts/<int:id>")
@needs(*rights.WRITE_CONTACTS)
def change_contact(id: int) -> ResponseReturnValue:
    """Change what is known of a person."""
    gw, asked, by = gateway(), body(ContactChange), actor()
    fields = Fields(
        "",
        _given(asked.language),
        _given(asked.area),
        None if asked.groups is UNSET else tuple(asked.groups),
        None if asked.consent is UNSET else asked.consent,
        asked.proof,
    )
    _write(lambda db: people.change_contact(gw, db, by, id, fields, HOW), fields.consent)
    return answer(_shown(id))


def _given(value: str | UnsetType | None) -> str | None:
    """Return a field as verbs want it: None leaves it alone, an empty text takes it away."""
    return None if value is UNSET else value or ""


def _write(work: Callable[[sqlite3.Connection], Added], consent: str | None) -> Added:
    """Do it and note it in the audit; asking to bring a leaver back undoes everything."""
    gw, by = gateway(), actor()

    def noted(db: sqlite3.Connection) -> Added:
        added = work(db)
        if added.left and consent in ("pending", "in", "alerts"):
            message = "This person has left. Only their own word brings them back."
            raise problem(409, "left", message, "consent")
        if added.changed or added.new:
            act = "contact.add" if added.new else "contact.change"
            audit.write(db, gw.clock(), by, act, f"contact:{added.contact}")
        return added

    return gw.store.write(noted)


def _shown(id: int) -> dict[str, object]:
    db = gateway().store.read
    row = contacts.get(db, id)
    if row is None:
        raise problem(404, "not_found", "There is no contact with this id.")
    return told.contact(db, row)
