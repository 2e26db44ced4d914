"""Who may open what."""

from collections.abc import Callable

import pytest

from gateway.context import Gateway
from gateway.store import users
from gateway.store.users import ROLES
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.rows import fill

ALL = set(ROLES)
ADMIN = {"administrator"}

MAY_OPEN = {
    "/": ALL,
    "/channels": ALL,
    "/channels/line-0": ALL,
    "/channels/new/simulator": ADMIN,
    "/password": ALL,
    "/users": ADMIN,
    "/audit": ADMIN | {"auditor"},
    "/clock": ALL,
    "/away": ALL,
}
MAY_DO = {
    "/clock": ADMIN | {"operator"},
    "/away": ADMIN | {"operator", "approver"},
    "/users": ADMIN,
    "/users/sita/link": ADMIN,
    "/users/sita/disable": ADMIN,
    "/users/sita/enable": ADMIN,
    "/users/sita/role": ADMIN,
    "/channels/new/simulator": ADMIN,
    "/channels/line-0": ADMIN,
    "/channels/line-0/on": ADMIN,
    "/channels/line-0/off": ADMIN,
    "/channels/line-0/release": ADMIN | {"operator"},
    "/channels/line-0/try": ADMIN | {"operator"},
}
# Pages for people who are not signed in.
OPEN = {
    "sign_in.show", "sign_in.enter", "sign_in.speak", "setup.first", "setup.begin",
    "setup.new", "setup.change", "style",
}  # fmt: skip

Sit = Callable[[str], Browser]


@pytest.mark.parametrize("role", ROLES)
def test_a_page_opens_for_its_roles_only(role: str, sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    seat = sit(role)
    for path, roles in MAY_OPEN.items():
        expected = 200 if role in roles else 403
        assert seat.get(path).status_code == expected, path


@pytest.mark.parametrize("role", ROLES)
def test_an_act_is_for_its_roles_only(role: str, sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    seat = sit(role)
    for path, roles in MAY_DO.items():
        if role not in roles:
            assert seat.post(path, {}, page="/").status_code == 403, path
    if role != "administrator":
        acts = [row["act"] for row in gw.store.read.execute("SELECT act FROM audit")]
        assert set(acts) == {"channel.set", "sign_in"}


@pytest.mark.parametrize("name", ["ADA", " ada", "ada "])
def test_nobody_shuts_themselves_out_by_writing_their_name_otherwise(name, sit: Sit, gw) -> None:
    gw.store.write(lambda db: users.set_role(db, "sita", "administrator"))
    ada = sit("administrator")
    for act in ("disable", "role"):
        assert ada.post(f"/users/{name}/{act}", {"role": "auditor"}, page="/").status_code == 400
    assert ada.get("/users").status_code == 200


def test_the_trail_names_a_user_as_they_are_called(sit: Sit, gw: Gateway) -> None:
    sit("administrator").post("/users/ SITA/disable", {}, page="/")
    row = gw.store.read.execute("SELECT subject FROM audit ORDER BY id DESC").fetchone()
    assert row["subject"] == "user:sita"


def test_a_refusal_says_for_whom_the_page_is(sit: Sit) -> None:
    page = sit("operator").get("/audit").text
    assert "Your role may not do this." in page
    assert "<li>Administrator</li>" in page
    assert "<li>Auditor</li>" in page


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_leads_only_where_one_may_go(role: str, sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    seat = sit(role)
    menu = seat.get("/").text.split('<nav class="menu"')[1].split("</nav>")[0]
    paths = [piece.split('"')[0] for piece in menu.split('href="')[1:]]
    assert "/" in paths
    for path in paths:
        assert seat.get(path).status_code == 200, path


def test_no_page_was_left_open_by_accident(browser: Browser) -> None:
    app = browser.client.application
    unguarded = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] not in app.extensions["doors"] | {"handset"}
        and not hasattr(app.view_functions[rule.endpoint], "roles")
    }
    assert unguarded == OPEN
