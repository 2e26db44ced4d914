"""The menu: which pages there are, and who sees which."""

from typing import NamedTuple

from flask import current_app, g, request

from gateway.store.users import ROLES
from gateway.web.words import N_


class Entry(NamedTuple):
    """One line of the menu, shown once its page exists."""

    path: str
    label: str
    roles: tuple[str, ...]


_FIELD = ("administrator", "operator", "approver", "field_staff")
_OFFICE = ("administrator", "operator", "approver")

MENU = (
    Entry("/", N_("Overview"), ROLES),
    Entry("/feedback", N_("Feedback"), _FIELD),
    Entry("/messages", N_("Messages"), (*_OFFICE, "auditor")),
    Entry("/send", N_("Write"), ("administrator", "operator")),
    Entry("/alerts", N_("Alerts"), ROLES),
    Entry("/contacts", N_("Contacts"), _FIELD),
    Entry("/groups", N_("Groups"), _OFFICE),
    Entry("/areas", N_("Areas"), _OFFICE),
    Entry("/content", N_("Content"), ROLES),
    Entry("/channels", N_("Channels"), ROLES),
    Entry("/exports", N_("Exports"), ("administrator", "operator", "auditor")),
    Entry("/users", N_("Users"), ("administrator",)),
    Entry("/tokens", N_("Programs"), ("administrator",)),
    Entry("/audit", N_("Audit"), ("administrator", "auditor")),
)


class Line(NamedTuple):
    """An entry as one person sees it."""

    path: str
    label: str
    here: bool


def menu() -> list[Line]:
    """Return the entries this person may open."""
    person = g.get("person")
    if person is None:
        return []
    return [
        Line(entry.path, entry.label, _here(entry.path))
        for entry in MENU
        if person.role in entry.roles and entry.path in _existing()
    ]


def _here(path: str) -> bool:
    return request.path == path or (path != "/" and request.path.startswith(path + "/"))


def _existing() -> set[str]:
    if "menu" not in current_app.extensions:
        rules = current_app.url_map.iter_rules()
        current_app.extensions["menu"] = {rule.rule.rstrip("/") or "/" for rule in rules}
    found: set[str] = current_app.extensions["menu"]
    return found
