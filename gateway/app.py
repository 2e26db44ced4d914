"""The web application: providers, programs and people, in one place."""

from importlib import import_module
from importlib.util import find_spec

from flask import Blueprint, Flask, current_app, request
from flask.typing import ResponseReturnValue

from gateway.context import Gateway
from gateway.files import folder
from gateway.web import forms, pages, staff
from gateway.web.tries import Tries

DOORS = ("gateway.web.hooks", "gateway.web.api", "gateway.web.health")
PAGES = (
    "gateway.web.handset",
    "gateway.web.console.sign_in",
    "gateway.web.console.setup",
    "gateway.web.console.dashboard",
    "gateway.web.console.users",
    "gateway.web.console.channels",
    "gateway.web.console.audit",
    "gateway.web.console.jobs",
    "gateway.web.console.feedback",
    "gateway.web.console.messages",
    "gateway.web.console.send",
    "gateway.web.console.alerts",
    "gateway.web.console.contacts",
    "gateway.web.console.groups",
    "gateway.web.console.areas",
    "gateway.web.console.content",
    "gateway.web.console.exports",
    "gateway.web.console.tokens",
)
LARGEST = 20 * 1024 * 1024


def make_app(gw: Gateway) -> Flask:
    """Return the application of one gateway."""
    app = Flask("gateway", template_folder=str(folder("templates") / "web"), static_folder=None)
    app.secret_key = gw.settings.key_for("flash")
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST,
        SESSION_COOKIE_NAME="told",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=gw.settings.public_url.startswith("https://"),
    )
    app.extensions.update(gateway=gw, tries=Tries(), doors=set())
    pages.install(app)
    app.before_request(_at_the_door)
    for name in DOORS:
        app.extensions["doors"] |= _register(app, name)
    for name in PAGES:
        _register(app, name)
    return app


def _register(app: Flask, module: str) -> set[str]:
    """Register the blueprint of a module if it is there; return the blueprint's name."""
    spec = find_spec(module)
    if spec is None or spec.origin is None:  # none, or a folder with no code of its own
        return set()
    blueprint: Blueprint = import_module(module).blueprint
    app.register_blueprint(blueprint)
    return {blueprint.name}


def _at_the_door() -> ResponseReturnValue | None:
    """Greet people; providers and programs prove themselves in their own way."""
    if request.blueprint in current_app.extensions["doors"]:
        return None
    staff.meet()
    return forms.check()
