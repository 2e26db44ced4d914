"""One-time links: the first administrator, and a new password."""

import re
from collections.abc import Callable

import pytest

from gateway.context import Gateway
from gateway.store import users
from tests.web.conftest import Clock
from tests.web.people import PASSWORD, Browser

DAY = 86400.0
Sit = Callable[[str], Browser]


def _first(gw: Gateway) -> str:
    token = gw.store.write(lambda db: users.first_link(db, gw.clock()))
    assert token
    return f"/setup/{token}"


def _filled(name: str = "first", password: str = PASSWORD, again: str = "") -> dict[str, str]:
    return {"name": name, "password": password, "again": again or password}


def test_the_first_administrator_sets_up_and_is_in(bare: Gateway) -> None:
    browser, path = Browser(bare), _first(bare)
    assert browser.get(path).status_code == 200
    assert browser.post(path, _filled(), page=path).status_code == 303
    assert browser.get("/users").status_code == 200
    user = users.by_name(bare.store.read, "first")
    assert user is not None
    assert user["role"] == "administrator"
    assert PASSWORD not in user["password"]


def test_a_setup_link_works_once(bare: Gateway) -> None:
    path = _first(bare)
    Browser(bare).post(path, _filled(), page=path)
    late = Browser(bare)
    assert late.get(path).status_code == 404
    assert late.post(path, _filled("second")).status_code == 404
    assert users.by_name(bare.store.read, "second") is None
    assert bare.store.write(lambda db: users.first_link(db, bare.clock())) is None


def test_a_setup_link_lasts_a_day_and_a_new_one_replaces_it(bare: Gateway) -> None:
    clock = bare.clock
    assert isinstance(clock, Clock)
    older, newer = _first(bare), _first(bare)
    browser = Browser(bare)
    assert browser.get(older).status_code == 404
    assert browser.get(newer).status_code == 200
    clock.now += DAY + 1
    assert browser.get(newer).status_code == 404


@pytest.mark.parametrize(
    "fields, said",
    [
        (_filled(password="too short"), "at least 10 characters"),
        (_filled(name="the-same-name", password="the-same-name"), "at least 10 characters"),
        (_filled(again="something else"), "not the same"),
        (_filled(name="two words"), "2 to 32"),
        (_filled(name="<b>"), "2 to 32"),
    ],
)
def test_a_poor_start_is_refused_and_the_link_still_works(
    bare: Gateway, fields: dict[str, str], said: str
) -> None:
    browser, path = Browser(bare), _first(bare)
    answer = browser.post(path, fields, page=path)
    assert answer.status_code == 400
    assert said in answer.text
    assert fields["password"] not in answer.text.replace(fields["name"], "")
    assert browser.post(path, _filled(), page=path).status_code == 303


def test_a_new_user_chooses_a_password_by_the_link_handed_over(sit: Sit, gw: Gateway) -> None:
    ada = sit("administrator")
    page = ada.post("/users", {"name": "Maya", "role": "field_staff"}, page="/users").text
    path = re.search(r"https://gateway\.example(/password/[\w-]+)", page)
    assert path
    assert path[1] not in ada.get("/users").text
    assert path[1] not in ada.get("/audit").text
    maya = Browser(gw)
    assert "Maya" in maya.get(path[1]).text
    assert maya.post(path[1], _filled(), page=path[1]).status_code == 303
    assert "Field staff" in maya.get("/").text
    assert Browser(gw).get(path[1]).status_code == 404
    assert Browser(gw).sign_in("maya").status_code == 303


def test_a_new_password_ends_what_the_old_one_opened(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    token = gw.store.write(lambda db: users.password_link(db, "sita", gw.clock()))
    path = f"/password/{token}"
    Browser(gw).post(path, _filled(password="another long one"), page=path)
    assert seat.get("/").status_code == 302
    assert Browser(gw).sign_in("sita").status_code == 401
    assert Browser(gw).sign_in("sita", "another long one").status_code == 303


def test_somebody_changes_their_own_password(sit: Sit, gw: Gateway) -> None:
    seat, elsewhere = sit("operator"), sit("operator")
    fields = {"old": PASSWORD, **_filled(password="another long one")}
    assert seat.post("/password", fields, page="/password").status_code == 303
    assert seat.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert Browser(gw).sign_in("sita").status_code == 401
    assert Browser(gw).sign_in("sita", "another long one").status_code == 303


@pytest.mark.parametrize(
    "fields, said",
    [
        ({"old": "not mine at all", **_filled(password="another long one")}, "not your password"),
        ({"old": PASSWORD, **_filled(again="something else")}, "not the same"),
        ({"old": PASSWORD, **_filled(password="short")}, "at least 10 characters"),
    ],
)
def test_an_own_password_is_not_changed_by_mistake(
    sit: Sit, gw: Gateway, fields: dict[str, str], said: str
) -> None:
    answer = sit("operator").post("/password", fields, page="/password")
    assert answer.status_code == 400
    assert said in answer.text
    assert Browser(gw).sign_in("sita").status_code == 303


def test_a_link_opens_nothing_for_a_disabled_user(gw: Gateway) -> None:
    token = gw.store.write(lambda db: users.password_link(db, "sita", gw.clock()))
    gw.store.write(lambda db: users.disable_user(db, "sita"))
    gw.store.write(lambda db: users.enable_user(db, "sita"))
    assert Browser(gw).get(f"/password/{token}").status_code == 404


def test_a_password_link_is_no_setup_link(gw: Gateway) -> None:
    token = gw.store.write(lambda db: users.password_link(db, "sita", gw.clock()))
    assert Browser(gw).get(f"/setup/{token}").status_code == 404
