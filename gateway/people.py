"""People come in by list or by program: one rule for both.

Whoever left stays out, whatever a list says; only their own word brings them back.
"""

import sqlite3
from dataclasses import dataclass

from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.domain.phone import BadNumber, normalise
from gateway.gate import taken
from gateway.language import normal
from gateway.store import areas, consent, contacts
from gateway.store.contacts import Person

CONSENTS = ("none", "pending", "in", "alerts", "out")
LONGEST = 60  # letters of a group's name

N_ = str  # marks a sentence for translators

NO_CONTACT = N_("There is no contact %(id)s.")
NOT_A_NUMBER = N_("That is not a number. Write it with + and the country code.")
NOT_A_PHONE = N_("A name or a short code cannot be a contact.")
NOT_A_CONSENT = N_("Consent is one of none, pending, in, alerts, out.")
NOT_A_LANGUAGE = N_("No language has this tag. Write the code of one, as ne, luo or pt-MZ.")
NOT_A_GROUP = N_("A group's name has 1 to 60 letters, and no |.")
NOT_AN_AREA = N_("No area has this P-code.")

_JOINED = ("pending", "in", "alerts")


@dataclass(frozen=True, slots=True)
class Fields:
    """What is told of a person. None leaves a thing as it is; an empty text takes it away."""

    address: str
    language: str | None = None
    area: str | None = None
    groups: tuple[str, ...] | None = None
    consent: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What came of it. `left`: the person has left and so stays out, whatever was asked."""

    contact: int
    address: int
    new: bool
    changed: bool
    left: bool


def add_contact(gw: Gateway, db: sqlite3.Connection, by: str, fields: Fields, how: str) -> Added:
    """Add a person, or bring what is known of them up to date; Refused names the field.

    Runs in a transaction of the caller's. `how` is for the ledger: api, import. Who is new and
    of whom nothing is said has not joined yet: their consent is pending.
    """
    value = address_of(gw, fields.address)
    wanted = _Wanted.of(gw, db, fields)
    now = gw.clock()
    person = contacts.by_value(db, value)
    new = person is None
    if person is None:
        person = contacts.add(db, "phone", value, gw.numbers.of(value), now, source=how)
    changed = _describe(db, person.contact, wanted)
    asked = wanted.consent or ("pending" if new else None)
    joined = _consent(gw, db, by, person, asked, how, wanted.proof)
    left = contacts.by_address(db, person.address).consent == "out" and asked != "out"
    return Added(person.contact, person.address, new, changed or joined, left)


def change_contact(
    gw: Gateway, db: sqlite3.Connection, by: str, contact: int, fields: Fields, how: str
) -> Added:
    """Change what is known of a person, found by id; the address in `fields` is not looked at."""
    if contacts.get(db, contact) is None:
        raise Refused(NO_CONTACT, "id", id=contact)
    first = contacts.by_address(db, contacts.addresses(db, contact)[0]["id"])
    wanted = _Wanted.of(gw, db, fields)
    changed = _describe(db, contact, wanted)
    joined = _consent(gw, db, by, first, wanted.consent, how, wanted.proof)
    left = contacts.by_address(db, first.address).consent == "out" and wanted.consent != "out"
    return Added(contact, first.address, False, changed or joined, left)


def address_of(gw: Gateway, raw: str) -> str:
    """Return a number as it is kept (E.164); Refused if it is none that can be written to."""
    try:
        found = normalise(raw, gw.settings["REGION"] or None)
    except BadNumber:
        raise Refused(NOT_A_NUMBER, "address") from None
    if found.kind != "phone":
        raise Refused(NOT_A_PHONE, "address")
    return found.value


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Fields that were checked: `area` is an id, 0 for none."""

    language: str | None
    area: int | None
    groups: tuple[str, ...] | None
    consent: str | None
    proof: str | None

    @classmethod
    def of(cls, gw: Gateway, db: sqlite3.Connection, fields: Fields) -> "_Wanted":
        if fields.consent is not None and fields.consent not in CONSENTS:
            raise Refused(NOT_A_CONSENT, "consent")
        language = fields.language and tag_of(gw, fields.language)
        groups = None if fields.groups is None else _groups(fields.groups)
        return cls(language, _area(db, fields.area), groups, fields.consent, fields.proof)


def tag_of(gw: Gateway, given: str) -> str:
    """Return a language tag in the form the gateway uses; Refused if it is of no language."""
    if not gw.languages.knows(given):
        raise Refused(NOT_A_LANGUAGE, "language")
    return normal(given)


def fit_for_a_group(name: str) -> bool:
    """Whether a group can be called so; | parts the groups of a person in a list.

    >>> fit_for_a_group("Teachers"), fit_for_a_group("A|Exercise"), fit_for_a_group("")
    (True, False, False)
    """
    return 0 < len(name) <= LONGEST and "|" not in name


def _groups(names: tuple[str, ...]) -> tuple[str, ...]:
    tidy = tuple(dict.fromkeys(" ".join(name.split()) for name in names))
    if not all(fit_for_a_group(name) for name in tidy):
        raise Refused(NOT_A_GROUP, "groups")
    return tidy


def _area(db: sqlite3.Connection, pcode: str | None) -> int | None:
    if not pcode:
        return None if pcode is None else 0
    found = areas.id_of(db, pcode.strip())
    if found is None:
        raise Refused(NOT_AN_AREA, "area")
    return found


def _describe(db: sqlite3.Connection, contact: int, wanted: _Wanted) -> bool:
    """Write down language, place and groups; return whether anything changed."""
    known = contacts.get(db, contact)
    assert known is not None
    changed = False
    if wanted.language is not None and (wanted.language or None) != known["language"]:
        contacts.set_language(db, contact, wanted.language or None)
        changed = True
    if wanted.area is not None and (wanted.area or None) != known["area"]:
        contacts.set_area(db, contact, wanted.area or None)
        changed = True
    return _regroup(db, contact, wanted.groups) or changed


def _regroup(db: sqlite3.Connection, contact: int, groups: tuple[str, ...] | None) -> bool:
    held = {name.casefold() for name in contacts.groups_of(db, contact)}
    if groups is None or held == {name.casefold() for name in groups}:
        return False
    contacts.set_groups(db, contact, groups)
    return True


def _consent(
    gw: Gateway,
    db: sqlite3.Connection,
    by: str,
    person: Person,
    asked: str | None,
    how: str,
    proof: str | None,
) -> bool:
    """Write what was told in the ledger, unless it says nothing new; return whether it did.

    Nothing here brings a leaver back, and `pending` takes nobody out who has joined.
    """
    if asked in (None, "none", person.consent) or person.consent == "out":
        return False
    if asked == "pending" and person.consent in _JOINED:
        return False
    now = gw.clock()
    rows = consent.record(
        db,
        number_key=gw.numbers.of(person.value),
        address=person.address,
        state=str(asked),
        how=how,
        now=now,
        by=by,
        proof=proof or None,
    )
    taken.note(gw, db, rows, taken.LEFT, now)
    return True
