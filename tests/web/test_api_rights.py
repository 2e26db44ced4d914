"""Which token may call what."""

import pytest

from gateway.app import make_app
from gateway.context import Gateway
from gateway.store import tokens, users
from gateway.store.users import ROLES
from tests.web.programs import Program, error

ALL = set(ROLES)
STAFF = {"administrator", "operator"}

MAY = {
    ("GET", "/messages"): STAFF | {"auditor"},
    ("GET", "/messages/out-1"): STAFF | {"auditor"},
    ("POST", "/messages"): STAFF,
    ("GET", "/alerts"): ALL,
    ("GET", "/away"): ALL,
    ("GET", "/channels"): ALL,
    ("GET", "/refused"): ALL,
    ("GET", "/alerts/1"): ALL,
    ("POST", "/alerts"): STAFF,
    ("PATCH", "/alerts/1"): STAFF,
    ("POST", "/alerts/1/submit"): STAFF,
    ("POST", "/alerts/1/approve"): {"administrator", "approver"},
    ("POST", "/alerts/1/reject"): {"administrator", "approver"},
    ("POST", "/alerts/1/stop"): STAFF | {"approver"},
    ("POST", "/alerts/1/resume"): STAFF,
    ("GET", "/contacts"): STAFF,
    ("GET", "/contacts/1"): STAFF,
    ("POST", "/contacts"): STAFF,
    ("PATCH", "/contacts/1"): STAFF,
    ("GET", "/feedback"): STAFF | {"field_staff", "auditor"},
    ("GET", "/feedback/A17K"): STAFF | {"field_staff", "auditor"},
    ("PATCH", "/feedback/A17K"): STAFF | {"field_staff"},
    ("POST", "/feedback/A17K/reply"): STAFF | {"field_staff"},
    ("GET", "/jobs"): ALL,
    ("GET", "/jobs/1"): ALL,
    ("POST", "/jobs/1/stop"): ALL,
    ("GET", "/webhooks"): {"administrator"},
    ("POST", "/webhooks"): {"administrator"},
    ("DELETE", "/webhooks/1"): {"administrator"},
}


@pytest.mark.parametrize("role", ROLES)
def test_a_token_calls_what_its_role_may(gw: Gateway, role: str) -> None:
    program = Program(gw, role)
    for (method, path), roles in MAY.items():
        status = program.call(method, path, json=None if method == "GET" else {}).status_code
        assert (status != 403) == (role in roles), (method, path)


def path(rule: str) -> str:
    named = {"/api/v1": "", "<int:id>": "1", "<id>": "out-1", "<reference>": "A17K"}
    for old, new in named.items():
        rule = rule.replace(old, new)
    return rule


def test_every_route_is_in_the_table(gw: Gateway) -> None:
    app = make_app(gw)
    found = {
        (method, path(rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == set(MAY) | OPEN


OPEN = {("GET", "/openapi.json")}

CREDENTIALS = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer gw_"},
    {"Authorization": "Bearer gw_nobody"},
    {"Authorization": "Basic Z3c6Z3c="},
]


@pytest.mark.parametrize("headers", CREDENTIALS)
def test_without_a_token_in_use_there_is_no_way_in(gw: Gateway, headers: dict[str, str]) -> None:
    client = make_app(gw).test_client()
    for method, path in MAY:
        answer = client.open(f"/api/v1{path}", method=method, headers=headers)
        assert error(answer) == (401, "unauthorised", None)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_cookie_of_a_person_is_no_token(gw: Gateway, sit) -> None:
    assert error(sit("administrator").get("/api/v1/messages"))[0] == 401


def test_a_token_that_was_revoked_is_none(gw: Gateway) -> None:
    program = Program(gw, "operator")
    assert program.get("/messages").status_code == 200
    gw.store.write(lambda db: tokens.revoke_token(db, program.name, gw.clock()))
    assert error(program.get("/messages"))[0] == 401


def test_a_token_of_a_person_ends_with_them_and_never_does_more_than_they_may(gw: Gateway) -> None:
    program = Program(gw, "operator", "sita")
    assert program.get("/contacts").status_code == 200
    gw.store.write(lambda db: users.set_role(db, "sita", "auditor"))
    assert error(program.get("/contacts"))[0] == 403
    assert program.get("/messages").status_code == 200
    gw.store.write(lambda db: users.disable_user(db, "sita"))
    assert error(program.get("/messages"))[0] == 401
