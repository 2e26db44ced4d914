"""The menu: which pages there are; a person sees those their role may open."""

from typing import NamedTuple

from flask import current_app, g, request

from gateway.web.words import N_

# A line shows once its page is there; who may open it, the page itself says (`allowed`).
MENU = {
    "/": N_("Overview"),
    "/feedback": N_("Feedback"),
    "/alerts": N_("Alerts"),
    "/contacts": N_("Contacts"),
    "/groups": N_("Groups"),
    "/areas": N_("Areas"),
    "/channels": N_("Channels"),
    "/users": N_("Users"),
    "/jobs": N_("Jobs"),
    "/audit": N_("Audit"),
    "/handset": N_("Handset"),
}


class Line(NamedTuple):
    """One line of the menu; `here` when it is where the person is."""

    path: str
    label: str
    here: bool


def menu() -> list[Line]:
    """Return the pages this person may open."""
    person = g.get("person")
    if person is None:
        return []
    return [
        Line(path, MENU[path], _here(path))
        for path, roles in _open_to().items()
        if not roles or person.role in roles
    ]


def _here(path: str) -> bool:
    return request.path == path or (path != "/" and request.path.startswith(path + "/"))


def _open_to() -> dict[str, tuple[str, ...]]:
    """Return the roles that may open each page of the menu that there is."""
    if "menu" not in current_app.extensions:
        views = {
            rule.rule: current_app.view_functions[rule.endpoint]
            for rule in current_app.url_map.iter_rules()
            if "GET" in (rule.methods or ())
        }
        current_app.extensions["menu"] = {
            path: getattr(views[path], "roles", ()) for path in MENU if path in views
        }
    found: dict[str, tuple[str, ...]] = current_app.extensions["menu"]
    return found
