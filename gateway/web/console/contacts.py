"""Contacts: found by place, group or number, corrected, brought in and taken out as lists."""

import sqlite3
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from gateway import imports, invite, people
from gateway.domain.alerts import Refused
from gateway.domain.keywords import normal
from gateway.domain.phone import mask
from gateway.store import answers, areas, consent, contacts, groups, people_lists
from gateway.web.console import gate_words
from gateway.web.console.alert_words import called, options, why
from gateway.web.console.health import REASONS
from gateway.web.console.jobs import take_out
from gateway.web.pages import BIGGEST, given, render
from gateway.web.staff import act, allowed, gateway, person
from gateway.web.words import N_, _, badge, ngettext

blueprint = Blueprint("contacts", __name__)

ROWS = 25
CHOICES = 30  # groups to choose from; of more, the name is written
LEDGER = 8
WORKERS = ("operator", "administrator")
READERS = (*WORKERS, "auditor")
FILTERS = ("area", "group", "language", "consent")
TOLD = {
    "in": N_("Wants all messages"),
    "alerts": N_("Wants alerts only"),
    "out": N_("Wants nothing more"),
}
HOWS = {
    "message": N_("wrote to us"),
    "import": N_("came by list"),
    "api": N_("came by program"),
    "staff": N_("told staff"),
    "demo": N_("made for trying"),
    "restore": N_("kept out after a restore"),
}
NO_FILE = N_("Choose a file first.")


@blueprint.get("/contacts")
@allowed(*READERS)
def index() -> ResponseReturnValue:
    return _list()


@blueprint.post("/contacts/find")
@allowed(*WORKERS)
def find() -> ResponseReturnValue:
    """List those whose number begins so; asked in a form, for an address stays in the browser.

    Auditors may not: who tries numbers learns whose they are.
    """
    return _list(number=request.form.get("number", "").strip())


def _list(status: int = 200, wrong: str = "", number: str = "") -> ResponseReturnValue:
    db = gateway().store.read
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    wanted = {name: value for name, value in asked.items() if value}
    rows = contacts.page(db, given("before", BIGGEST), ROWS + 1, number=number, **wanted)
    older = urlencode({**wanted, "before": rows[ROWS - 1]["id"]}) if len(rows) > ROWS else ""
    return render(
        "contacts.html", status, wrong=wrong, rows=rows[:ROWS], typed=request.form, number=number,
        older=f"/contacts?{older}" if older and not number else "",
        total=contacts.count(db), uninvited=invite.about(gateway()),
        asked=asked, narrowed=bool(wanted or number), mask=mask, called=called,
        works=person().role in WORKERS, **_choices(db),
    )  # fmt: skip


@blueprint.post("/contacts")
@allowed(*WORKERS)
def add() -> ResponseReturnValue:
    """Write down one person; they have joined only once they say so themselves."""
    gw, by, form = gateway(), person().by, request.form
    fields = people.Fields(
        address=form.get("address", "").strip(),
        language=form.get("tongue") or None,
        area=_pcode(form.get("place", "").strip()) or None,
    )
    try:
        added = act(
            "contact.add", "contacts", lambda db: people.add_contact(gw, db, by, fields, "staff")
        )
    except Refused as error:
        return _list(409, why(error))
    flash(_("Saved.") if added.new else _("This person was known already."))
    return redirect(f"/contacts/{added.contact}", 303)


def _choices(db: sqlite3.Connection) -> dict[str, Any]:
    """Return what a list of contacts can be narrowed by, as choices of a form."""
    return {
        "tags": [(tag, called(tag)) for tag in gateway().tags],
        "group_names": [(row["name"], row["name"]) for row in groups.page(db, "", CHOICES + 1)],
        "most_groups": CHOICES,
        "consents": [(word, _(badge(word).label)) for word in people.CONSENTS],
    }


def _contact(id: int) -> sqlite3.Row:
    return contacts.get(gateway().store.read, id) or abort(404)


@blueprint.get("/contacts/<int:id>")
@allowed(*READERS)
def show(id: int) -> ResponseReturnValue:
    return _page(_contact(id))


def _page(
    row: sqlite3.Row, status: int = 200, wrong: str = "", numbers: bool = False, **typed: str
) -> ResponseReturnValue:
    """Return the page of one person; numbers are masked unless somebody asked for them."""
    db, now = gateway().store.read, gateway().clock()
    found = contacts.addresses(db, row["id"])
    muted = max(one["muted_until"] or 0.0 for one in found) if found else 0.0
    ledger = [entry for one in found for entry in consent.entries(db, one["id"])]
    tags = dict.fromkeys([*gateway().tags, *([row["language"]] if row["language"] else [])])
    return render(
        "contact.html", status, contact=row, wrong=wrong, numbers=numbers, mask=mask,
        addresses=found, muted=muted if muted > now else None, ledger=ledger[:LEDGER],
        messages=people_lists.recent(db, row["id"]), works=person().role in WORKERS,
        groups="\n".join(contacts.groups_of(db, row["id"])), hows=HOWS, typed=typed,
        tags=[("", "–"), *((tag, called(tag)) for tag in tags)], told=options(TOLD), called=called,
        moved=REASONS, whys=gate_words.ROWS,
    )  # fmt: skip


@blueprint.post("/contacts/<int:id>")
@allowed(*WORKERS)
def change(id: int) -> ResponseReturnValue:
    """Correct language, place and groups."""
    row, form = _contact(id), request.form
    names = [line.strip() for line in form.get("groups", "").splitlines()]
    fields = people.Fields(
        address="",
        language=form.get("language", ""),
        area=_pcode(form.get("area", "").strip()),
        groups=tuple(name for name in names if name),
    )
    return _changed(row, fields, "contact.change")


def _pcode(place: str) -> str:
    """Return the P-code of an area given by its code or its only name; else what was given."""
    db = gateway().store.read
    found = [] if areas.by_pcode(db, place) else areas.named(db, normal(place))
    return str(found[0]["pcode"]) if len(found) == 1 else place


@blueprint.post("/contacts/<int:id>/consent")
@allowed(*WORKERS)
def consented(id: int) -> ResponseReturnValue:
    """Write down what the person said, with where the proof is kept."""
    row, asked = _contact(id), request.form.get("consent", "")
    if asked not in TOLD:
        abort(400)
    proof = request.form.get("proof", "").strip()[:200] or None
    return _changed(row, people.Fields(address="", consent=asked, proof=proof), "contact.consent")


def _changed(row: sqlite3.Row, fields: people.Fields, word: str) -> ResponseReturnValue:
    gw, by, id = gateway(), person().by, row["id"]
    try:
        came = act(
            word,
            f"contact:{id}",
            lambda db: people.change_contact(gw, db, by, id, fields, "staff"),
        )
    except Refused as error:
        return _page(row, 409, why(error), area=fields.area or "")
    if came.left and fields.consent:
        wrong = _("They have left. Only their own message can bring them back.")
        return _page(row, 409, wrong)
    flash(_("Saved."))
    return redirect(f"/contacts/{id}", 303)


@blueprint.post("/contacts/<int:id>/unmute")
@allowed(*WORKERS)
def unmute(id: int) -> ResponseReturnValue:
    """Answer somebody again who was taken for a machine."""
    _contact(id)
    act("contact.unmute", f"contact:{id}", lambda db: answers.unmute(db, id))
    flash(_("Saved."))
    return redirect(f"/contacts/{id}", 303)


@blueprint.post("/contacts/<int:id>/number")
@allowed(*WORKERS)
def number(id: int) -> ResponseReturnValue:
    """Show the whole number, once, to whoever may see it and is written down."""
    row = _contact(id)
    act("contact.number", f"contact:{id}", lambda db: None)
    return _page(row, numbers=True)


@blueprint.get("/contacts/import")
@allowed(*WORKERS)
def bring() -> ResponseReturnValue:
    return render("contacts_import.html", wrong="")


@blueprint.post("/contacts/import")
@allowed(*WORKERS)
def brought() -> ResponseReturnValue:
    try:
        return redirect(f"/jobs/{begin('contacts')}", 303)
    except Refused as error:
        return render("contacts_import.html", 409, wrong=why(error))


def begin(kind: str) -> int:
    """Keep the list of a form as a job; return its id. Refused if it is no list."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused(NO_FILE, "file")
    return imports.start(gateway(), person().by, kind, sent.read(), sent.filename[-60:])


@blueprint.post("/contacts/export")
@allowed("administrator")
def export() -> ResponseReturnValue:
    """Hand out everybody as a list that can be brought in again."""
    return take_out("export_contacts")


@blueprint.post("/contacts/invite")
@allowed("administrator", "operator")
def ask_to_join() -> ResponseReturnValue:
    """Ask everyone whose number staff wrote down, once, whether they want to join."""
    try:
        asked = invite.invite(gateway(), person().by)
    except Refused as refused:
        return _list(409, why(refused))
    flash(
        ngettext("%(num)s invitation goes out.", "%(num)s invitations go out.", asked)
        % {"num": asked}
    )
    return redirect("/contacts")
