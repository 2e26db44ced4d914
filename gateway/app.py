"""The web application: providers, programs and people, in one place."""

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import IntegerConverter, Map

from gateway.context import Gateway
from gateway.files import folder
from gateway.web import api, forms, handset, health, hooks, pages, staff, wire
from gateway.web.console import (
    alerts,
    areas,
    audit,
    away,
    channel_trial,
    channels,
    clock,
    contacts,
    dashboard,
    feedback,
    groups,
    jobs,
    routes,
    setup,
    sign_in,
    users,
)
from gateway.web.tries import Tries

DOORS = (hooks, api, health)  # providers and programs: each proves itself in its own way
PAGES = (
    handset,
    sign_in,
    setup,
    dashboard,
    users,
    channel_trial,
    channels,
    routes,
    audit,
    clock,
    away,
    jobs,
    feedback,
    alerts,
    contacts,
    groups,
    areas,
)


class Id(IntegerConverter):
    """A number in a path that can be an id; a larger one is of nothing."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=pages.BIGGEST)


def make_app(gw: Gateway) -> Flask:
    """Return the application of one gateway."""
    app = Flask("gateway", template_folder=str(folder("templates") / "web"), static_folder=None)
    app.url_map.converters["int"] = Id
    app.secret_key = gw.settings.key_for("flash")
    app.config.update(
        MAX_CONTENT_LENGTH=wire.LARGEST,
        SESSION_COOKIE_NAME="told",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=gw.settings.public_url.startswith("https://"),
    )
    doors = {door.blueprint.name for door in DOORS}
    app.extensions.update(gateway=gw, tries=Tries(), doors=doors)
    pages.install(app)
    app.before_request(_at_the_door)
    for part in (*DOORS, *PAGES):
        app.register_blueprint(part.blueprint)
    return app


def _at_the_door() -> ResponseReturnValue | None:
    """Greet people; providers and programs prove themselves in their own way."""
    if request.blueprint in current_app.extensions["doors"]:
        return None
    staff.meet()
    return forms.check()
