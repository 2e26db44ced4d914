"""The description of the API that programs are written from: OpenAPI 3.1, made of the structs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import current_app
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from gateway import __version__
from gateway.web.api import alert_shapes as alerts
from gateway.web.api import contact_shapes as contacts
from gateway.web.api import feedback_shapes as feedback
from gateway.web.api import job_shapes as jobs
from gateway.web.api import shapes
from gateway.web.api import webhook_shapes as webhooks
from gateway.web.api.door import answer, blueprint

REFERENCE = "#/components/schemas/{name}"


@dataclass(frozen=True, slots=True)
class Route:
    """What a route takes and gives; `also` are other statuses with the same answer."""

    gives: type | None = None
    takes: type | None = None
    query: type | None = None
    status: int = 200
    also: tuple[int, ...] = ()


ROUTES = {
    "send_messages": Route(shapes.QueuedMessages, shapes.NewMessage, status=202),
    "list_messages": Route(shapes.Messages, query=shapes.MessageQuery),
    "show_message": Route(shapes.Message),
    "list_alerts": Route(alerts.Alerts, query=alerts.AlertQuery),
    "write_alert": Route(alerts.Created, alerts.NewAlert, status=201),
    "show_alert": Route(alerts.Alert),
    "change_alert": Route(alerts.Alert, alerts.AlertChange),
    "submit_alert": Route(alerts.Alert),
    "approve_alert": Route(alerts.Alert, alerts.Approval),
    "reject_alert": Route(alerts.Alert, alerts.Rejection),
    "stop_alert": Route(alerts.Alert),
    "resume_alert": Route(alerts.Alert),
    "list_contacts": Route(contacts.Contacts, query=contacts.ContactQuery),
    "add_contact": Route(contacts.Contact, contacts.NewContact, status=201, also=(200,)),
    "show_contact": Route(contacts.Contact),
    "change_contact": Route(contacts.Contact, contacts.ContactChange),
    "list_feedback": Route(feedback.Items, query=feedback.FeedbackQuery),
    "show_feedback": Route(feedback.Item),
    "change_feedback": Route(feedback.Item, feedback.FeedbackChange),
    "reply_to_feedback": Route(feedback.Answered, feedback.Answer, status=202),
    "list_jobs": Route(jobs.Jobs, query=jobs.JobQuery),
    "show_job": Route(jobs.OneJob),
    "stop_job": Route(jobs.OneJob),
    "list_webhooks": Route(webhooks.Webhooks),
    "add_webhook": Route(webhooks.Webhook, webhooks.NewWebhook, status=201),
    "remove_webhook": Route(status=204),
    "list_channels": Route(shapes.Channels),
    "show_away": Route(shapes.Away),
    "show_refused": Route(shapes.RefusedOfDay, query=shapes.RefusedQuery),
    "describe": Route(dict[str, Any]),
}


@blueprint.get("/openapi.json")
def describe() -> ResponseReturnValue:
    """Return this description; it needs no token."""
    return answer(document())


def document() -> dict[str, Any]:
    """Return the whole description of the API of this version."""
    shown = [route.gives for route in ROUTES.values()] + [webhooks.Delivery, shapes.Error]
    taken = [shape for route in ROUTES.values() for shape in (route.takes, route.query)]
    structs = [
        shape for shape in shown + taken if shape and isinstance(shape, type(msgspec.Struct))
    ]
    _, components = msgspec.json.schema_components(structs, ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for rule in _rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            paths.setdefault(path, {})[method.lower()] = _operation(rule, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gateway", "version": __version__},
        "paths": paths,
        "webhooks": {"event": {"post": _delivery()}},
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _rules() -> Iterable[Rule]:
    ours = f"{blueprint.name}."
    return [rule for rule in current_app.url_map.iter_rules() if rule.endpoint.startswith(ours)]


def _operation(rule: Rule, components: dict[str, Any]) -> dict[str, Any]:
    name = rule.endpoint.partition(".")[2]
    view, route = current_app.view_functions[rule.endpoint], ROUTES[name]
    roles = getattr(view, "roles", ())
    told: dict[str, Any] = {"operationId": name, "summary": (view.__doc__ or "").strip()}
    told["parameters"] = [*_places(rule), *_asked(route.query, components)]
    if route.takes:
        told["requestBody"] = {"required": True, "content": _json(route.takes)}
    given = _answer(route.gives, "Done.")
    told["responses"] = {str(status): given for status in (route.status, *route.also)}
    told["responses"]["default"] = _answer(shapes.Error, "Not done, and why.")
    if roles:
        return told | {"description": f"For tokens of role {', '.join(roles)}."}
    return told | {"security": []}


def _places(rule: Rule) -> list[dict[str, Any]]:
    """Return the parts of a path that vary."""
    kinds = {
        name: "integer" if f"<int:{name}>" in rule.rule else "string" for name in rule.arguments
    }
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": kind}}
        for name, kind in kinds.items()
    ]


def _asked(shape: type | None, components: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what may be asked for in the query."""
    properties = components[shape.__name__]["properties"] if shape else {}
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in properties.items()
    ]


def _answer(shape: type | None, words: str) -> dict[str, Any]:
    return {"description": words} | ({"content": _json(shape)} if shape else {})


def _json(shape: type) -> dict[str, Any]:
    named = isinstance(shape, type(msgspec.Struct))
    schema = {"$ref": REFERENCE.format(name=shape.__name__)} if named else {"type": "object"}
    return {"application/json": {"schema": schema}}


def _delivery() -> dict[str, Any]:
    signed = {"name": "X-Gateway-Signature", "in": "header", "required": True}
    return {
        "summary": "What is posted to a webhook; any 2xx means that it was taken.",
        "parameters": [
            {**signed, "schema": {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"}}
        ],
        "requestBody": {"required": True, "content": _json(webhooks.Delivery)},
        "responses": {"2XX": {"description": "Taken."}},
    }
