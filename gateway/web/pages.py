"""Pages: what the layout shows around each, and how they are put together."""

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Flask, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gateway.web import errors, forms, staff, style, wire, words
from gateway.web.menu import menu
from gateway.web.words import gateway

__all__ = ["BIGGEST", "given", "install", "newest", "render"]

BIGGEST = 1 << 62


class Tongue(NamedTuple):
    """A language staff can choose, by its own name."""

    tag: str
    name: str
    dir: str


def install(app: Flask) -> None:
    """Teach an app our templates, headers, compression and error pages."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.trim_blocks = env.lstrip_blocks = True
    env.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True
    )
    env.globals.update(csrf_token=forms.csrf_token, csrf_field=forms.FIELD)
    env.globals.update(badge=words.badge, moment=words.moment, local=words.local)
    env.globals.update(
        figure=words.figure, about=words.about, say=words.gettext, role_words=words.ROLES
    )
    env.globals.update(doubted=words.is_doubted, reached=words.reached, actor=words.actor)
    app.context_processor(_around)
    for finish in (wire.pack, wire.dress, forms.keep_visit):
        app.after_request(finish)
    app.extensions["style"] = style.sheet()
    app.add_url_rule("/style/<version>.css", "style", style.style)
    errors.install(app)


def render(template: str, status: int = 200, **values: Any) -> ResponseReturnValue:
    """Return a page: a template that extends layout.html, and what it shows."""
    return render_template(template, **values), status


def given(name: str, default: int = 0, form: bool = False) -> int:
    """Return a whole number of the query or the form, kept to what SQLite can hold."""
    found: int = (request.form if form else request.args).get(name, default, int)
    return max(0, min(found, BIGGEST))


def newest(rows: Sequence[sqlite3.Row], path: str, most: int) -> tuple[list[sqlite3.Row], str]:
    """Return the end of a history that goes upwards, and the address of what was before it."""
    before = given("before", BIGGEST)
    found = [row for row in rows if row["id"] < before]
    shown = found[-most:]
    return shown, f"{path}?before={shown[0]['id']}" if len(found) > most else ""


def _around() -> dict[str, Any]:
    """Return what the layout shows around every page."""
    languages, tag = gateway().languages, words.language()
    return {
        "parts": current_app.jinja_env.get_template("parts.html").module,
        "person": g.get("person"),
        "menu": menu(),
        "lang": tag,
        "dir": languages.direction(tag),
        "draft": languages.draft(tag, "console"),
        "tongues": _tongues(),
        "organisation": gateway().settings["ORGANISATION"],
        "style_url": url_for("style", version=style.kept().version),
        "here": staff.here(),
        "clock_trusted": gateway().clock_trusted(),
    }


def _tongues() -> list[Tongue]:
    """Return every language staff can read."""
    from gateway.language import table

    languages, known = gateway().languages, table().languages
    return [
        Tongue(tag, known[tag].endonym if tag in known else tag, languages.direction(tag))
        for tag in languages.console()
    ]
