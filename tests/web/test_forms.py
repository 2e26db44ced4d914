"""A form that is not ours changes nothing."""

from collections.abc import Callable

from flask import Flask, request

from gateway.context import Gateway
from gateway.store import users
from gateway.web import staff
from tests.web.people import PASSWORD, Browser, csrf_of

Sit = Callable[[str], Browser]
NEW = {"name": "newcomer", "role": "auditor"}


def test_a_post_without_our_token_is_refused_in_plain_words(sit: Sit, gw: Gateway) -> None:
    seat = sit("administrator")
    for token in ("", "x", "é.ü", "a.b.c"):
        answer = seat.client.post("/users", data={**NEW, "csrf": token})
        assert answer.status_code == 400
        assert "Go back" in answer.text
    assert users.by_name(gw.store.read, "newcomer") is None


def test_a_post_to_where_nothing_is_is_not_found(browser: Browser) -> None:
    for path in ("/hooks/none/other", "/api/none", "/nothing"):
        assert browser.client.post(path, data={"a": "b"}).status_code in (401, 404), path


def test_the_token_of_another_sign_in_is_refused(sit: Sit, gw: Gateway) -> None:
    theirs = csrf_of(sit("operator").get("/"))
    answer = sit("administrator").client.post("/users", data={**NEW, "csrf": theirs})
    assert answer.status_code == 400
    assert users.by_name(gw.store.read, "newcomer") is None


def test_the_token_from_before_the_sign_in_is_refused_after_it(browser: Browser) -> None:
    before = csrf_of(browser.get("/sign-in"))
    browser.sign_in("ada")
    assert browser.client.post("/users", data={**NEW, "csrf": before}).status_code == 400


def test_two_pages_carry_different_tokens_and_both_work(sit: Sit) -> None:
    seat = sit("administrator")
    first, second = csrf_of(seat.get("/users")), csrf_of(seat.get("/users"))
    assert first != second
    for token, name in ((second, "one-more"), (first, "and-another")):
        fields = {"csrf": token, "name": name, "role": "auditor"}
        assert seat.client.post("/users", data=fields).status_code == 200


def test_signing_in_needs_a_form_of_ours_too(browser: Browser) -> None:
    answer = browser.client.post("/sign-in", data={"name": "ada", "password": PASSWORD})
    assert answer.status_code == 400
    assert not browser.cookie("gateway")


def test_a_form_sent_after_the_sign_in_ended_leads_to_the_sign_in(browser: Browser) -> None:
    answer = browser.client.post("/users", data=NEW)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=/users")


def test_proving_again_needs_the_own_password_and_is_remembered(sit: Sit, gw: Gateway) -> None:
    seat = sit("approver")
    app = seat.client.application
    gw.clock.now += 120  # type: ignore[attr-defined]
    assert _proves(app, seat, "somebody else's") is None
    assert _proves(app, seat, PASSWORD) == gw.clock()
    row = users.by_sign_in(gw.store.read, seat.cookie("gateway"))
    assert row is not None
    assert row["fresh_at"] == gw.clock()


def _proves(app: Flask, seat: Browser, password: str) -> float | None:
    headers = {"Cookie": f"gateway={seat.cookie('gateway')}"}
    with app.test_request_context("/", headers=headers):
        assert request.cookies
        staff.meet()
        return staff.person().fresh_at if staff.fresh(password) else None


def test_guessing_while_proving_again_ends_the_sign_in(sit: Sit, gw: Gateway) -> None:
    seat = sit("approver")
    app = seat.client.application
    for _ in range(5):
        assert _proves(app, seat, "a guess") is None
    assert users.by_sign_in(gw.store.read, seat.cookie("gateway")) is None
