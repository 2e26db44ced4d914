"""The description of the API says what the API does."""

import re
from typing import Any

import msgspec
import pytest

from gateway import __version__, imports, receive
from gateway.app import make_app
from gateway.context import Gateway
from gateway.domain.messages import Inbound
from gateway.web.api.openapi import ROUTES
from tests.web.programs import Program, add_channel

ALERT = {
    "texts": {"en": "Leave the river bank now."},
    "audience": {},
    "class": "high",
    "expires": "2026-11-18T18:00:00+05:45",
}
CALLS = [
    # name, method, path, body
    ("send_messages", "POST", "/messages", {"to": ["+15550100", "x"], "text": "Hello."}),
    ("list_messages", "GET", "/messages", None),
    ("show_message", "GET", "/messages/in-1", None),
    ("write_alert", "POST", "/alerts", ALERT),
    ("show_alert", "GET", "/alerts/1", None),
    ("change_alert", "PATCH", "/alerts/1", {"class": "normal"}),
    ("submit_alert", "POST", "/alerts/1/submit", {}),
    ("list_alerts", "GET", "/alerts", None),
    ("reject_alert", "POST", "/alerts/1/reject", {"reason": "Say which river."}),
    ("add_contact", "POST", "/contacts", {"address": "+15550101"}),
    ("change_contact", "PATCH", "/contacts/1", {"language": "ne"}),
    ("show_contact", "GET", "/contacts/1", None),
    ("list_contacts", "GET", "/contacts", None),
    ("list_feedback", "GET", "/feedback", None),
    ("add_webhook", "POST", "/webhooks",
     {"url": "http://127.0.0.1:9/", "events": ["message.in"], "secret": "s" * 16}),
    ("list_webhooks", "GET", "/webhooks", None),
    ("show_refused", "GET", "/refused", None),
    ("list_channels", "GET", "/channels", None),
    ("list_jobs", "GET", "/jobs", None),
    ("show_job", "GET", "/jobs/1", None),
    ("stop_job", "POST", "/jobs/1/stop", {}),
]  # fmt: skip


@pytest.fixture
def program(gw: Gateway) -> Program:
    add_channel(gw)
    channel = gw.channels.get("sim")
    assert channel
    receive.take(gw, channel, [Inbound("+15550100", "4040", "when is the road open", "m1")])
    imports.start(gw, "user:sita", "contacts", b"address\n+447700900900\n")
    return Program(gw, "administrator")


@pytest.fixture
def document(gw: Gateway) -> Any:
    return make_app(gw).test_client().get("/api/v1/openapi.json").json


def test_every_route_is_described(gw, document):
    app = make_app(gw)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    assert {rule.endpoint.removeprefix("api.") for rule in rules} == set(ROUTES)
    for rule in rules:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            told = document["paths"][path][method.lower()]
            assert told["summary"].endswith(".")
            assert {"default"} < told["responses"].keys()
            names = {one["name"] for one in told["parameters"] if one["in"] == "path"}
            assert names == set(re.findall(r"{(\w+)}", path))


def test_the_description_is_whole(document):
    assert document["openapi"] == "3.1.0"
    assert document["info"]["version"] == __version__
    raw = msgspec.json.encode(document).decode()
    named = set(re.findall(r'"#/components/schemas/(\w+)"', raw))
    assert named <= document["components"]["schemas"].keys()
    new = document["components"]["schemas"]["NewMessage"]
    assert new["additionalProperties"] is False
    assert "class" in new["properties"]
    assert document["paths"]["/api/v1/openapi.json"]["get"]["security"] == []


def test_answers_are_as_they_are_described(program):
    for name, method, path, told in CALLS:
        answer = program.call(method, path, json=told) if told is not None else program.get(path)
        route = ROUTES[name]
        assert answer.status_code in (route.status, *route.also), (name, answer.text)
        assert route.gives
        found: Any = msgspec.json.decode(answer.data, type=route.gives)
        again = msgspec.json.decode(msgspec.json.encode(found))
        assert again.keys() == msgspec.json.decode(answer.data).keys(), name
