"""Coming in and going out: one error for every wrong try, and an end to what is idle."""

from collections.abc import Callable

import pytest

from gateway.context import Gateway
from gateway.store import users
from gateway.web.tries import MOST, Tries
from tests.web.conftest import Clock
from tests.web.people import NAMES, PASSWORD, Browser, csrf_of

MINUTE = 60.0
Sit = Callable[[str], Browser]


def test_a_page_sends_to_the_sign_in_and_then_back(browser: Browser) -> None:
    answer = browser.get("/audit?act=user_add")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/audit?act%3Duser_add"
    fields = {"name": "ada", "password": PASSWORD, "next": "/audit?act=user_add"}
    assert browser.post("/sign-in", fields).headers["Location"] == "/audit?act=user_add"
    assert browser.get("/audit").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
def test_signing_in_leads_nowhere_else(browser: Browser, elsewhere: str) -> None:
    fields = {"name": "ada", "password": PASSWORD, "next": elsewhere}
    assert browser.post("/sign-in", fields).headers["Location"] == "/"


@pytest.mark.parametrize(
    "name, password",
    [("ada", "not the password"), ("nobody", PASSWORD), ("", ""), ("ada", "x" * 5000)],
)
def test_a_wrong_name_and_a_wrong_password_sound_the_same(
    browser: Browser, name: str, password: str
) -> None:
    said = "This name and password do not fit together."
    answer = browser.sign_in(name, password)
    assert answer.status_code == 401
    assert said in answer.text
    assert not browser.cookie("gateway")
    if password:
        assert password not in answer.text


def test_the_cookie_is_closed_to_scripts_and_other_sites(browser: Browser, gw: Gateway) -> None:
    browser.sign_in("ada")
    cookie = browser.client.get_cookie("gateway")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.secure
    assert cookie.same_site == "Lax"
    assert cookie.max_age is None
    kept = [row["hash"] for row in gw.store.read.execute("SELECT hash FROM sign_in")]
    assert kept
    assert cookie.value not in kept


def test_five_failures_make_even_the_right_password_wait(browser: Browser, clock: Clock) -> None:
    for _ in range(5):
        assert browser.sign_in("ada", "wrong wrong").status_code == 401
    assert browser.sign_in("ada").status_code == 401
    clock.now += 31
    assert browser.sign_in("ada").status_code == 303


def test_the_wait_grows_with_each_failure(gw: Gateway, clock: Clock) -> None:
    for _ in range(6):
        assert users.check_password(gw, "ada", "wrong wrong") is None
        clock.now += 31
    clock.now -= 31 + 0
    for wait, works in ((31, False), (60, True)):
        clock.now += wait
        found = users.check_password(gw, "ada", PASSWORD)
        assert (found is not None) is works


def test_the_failures_of_one_do_not_hold_up_another(browser: Browser) -> None:
    for _ in range(6):
        browser.sign_in("ada", "wrong wrong")
    assert browser.sign_in("sita").status_code == 303


def test_a_clock_set_back_does_not_lock_anybody_out(gw: Gateway, clock: Clock) -> None:
    for _ in range(5):
        users.check_password(gw, "ada", "wrong wrong")
    clock.now -= 365 * 86400
    assert users.check_password(gw, "ada", PASSWORD) is not None


def test_one_address_may_fail_only_so_often() -> None:
    tries = Tries()
    for _ in range(MOST):
        assert tries.may("203.0.113.7", 0.0)
        tries.failed("203.0.113.7", 0.0)
        tries.failed("127.0.0.1", 0.0)
    assert not tries.may("203.0.113.7", 1.0)
    assert tries.may("203.0.113.8", 1.0)
    assert tries.may("127.0.0.1", 1.0)
    assert tries.may("203.0.113.7", 601.0)


def test_an_address_that_failed_too_often_is_not_even_asked(browser: Browser) -> None:
    tries = browser.client.application.extensions["tries"]
    for _ in range(MOST):
        tries.failed("203.0.113.7", browser.gw.clock())
    token = csrf_of(browser.get("/sign-in"))
    fields = {"csrf": token, "name": "ada", "password": PASSWORD}
    far = {"REMOTE_ADDR": "203.0.113.7"}
    assert browser.client.post("/sign-in", data=fields, environ_overrides=far).status_code == 401
    assert browser.client.post("/sign-in", data=fields).status_code == 303


def test_the_idle_are_signed_out_and_the_busy_are_not(sit: Sit, clock: Clock) -> None:
    seat = sit("operator")
    for _ in range(3):
        clock.now += 29 * MINUTE
        assert seat.get("/").status_code == 200
    clock.now += 31 * MINUTE
    assert seat.get("/").status_code == 302


def test_looking_often_writes_at_most_once_a_minute(sit: Sit, gw: Gateway, clock: Clock) -> None:
    seat = sit("operator")
    seen = "SELECT seen_at FROM sign_in"
    first = gw.store.read.execute(seen).fetchone()[0]
    clock.now += 30
    seat.get("/")
    assert gw.store.read.execute(seen).fetchone()[0] == first
    clock.now += 40
    seat.get("/")
    assert gw.store.read.execute(seen).fetchone()[0] == clock.now


def test_signing_out_ends_it_on_the_server(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    cookie = seat.cookie("gateway")
    answer = seat.post("/sign-out", {}, page="/")
    assert answer.headers["Location"] == "/sign-in"
    thief = Browser(gw)
    thief.client.set_cookie("gateway", cookie)
    assert thief.get("/").status_code == 302


def test_disabling_a_user_ends_their_sign_ins_at_once(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    gw.store.write(lambda db: users.disable_user(db, NAMES["operator"]))
    assert seat.get("/").status_code == 302
    assert seat.sign_in(NAMES["operator"]).status_code == 401


def test_signing_in_again_ends_the_sign_in_before(sit: Sit, gw: Gateway) -> None:
    seat = sit("operator")
    first = seat.cookie("gateway")
    token = csrf_of(seat.get("/"))
    seat.client.post("/sign-in", data={"csrf": token, "name": "ram", "password": PASSWORD})
    assert seat.cookie("gateway") != first
    assert users.by_sign_in(gw.store.read, first) is None
    assert "<bdi>ram</bdi>" in seat.get("/").text


def test_who_came_and_went_is_in_the_audit(sit: Sit, gw: Gateway) -> None:
    sit("operator").post("/sign-out", {}, page="/")
    acts = [(row["by"], row["act"]) for row in gw.store.read.execute("SELECT * FROM audit")]
    assert acts == [("user:sita", "sign_in"), ("user:sita", "sign_out")]


def test_guessing_is_in_the_audit_but_not_what_was_typed(browser: Browser, gw: Gateway) -> None:
    for _ in range(8):
        browser.sign_in("sita", "wrong wrong")
        browser.sign_in("my secret in the wrong field", "")
    rows = [tuple(row)[2:6] for row in gw.store.read.execute("SELECT * FROM audit")]
    assert rows == [("system", "sign_in_refused", "user:sita", '{"failures": 5}')]


def test_the_language_is_chosen_and_stays(browser: Browser, gw: Gateway) -> None:
    assert 'lang="en" dir="ltr"' in browser.get("/sign-in").text
    browser.post("/language", {"language": "ar", "next": "/sign-in"})
    page = browser.get("/sign-in").text
    assert '<html lang="ar" dir="rtl">' in page
    assert "تسجيل الدخول" in page
    browser.sign_in("sita")
    browser.post("/language", {"language": "ar"}, page="/")
    user = users.by_name(gw.store.read, "sita")
    assert user is not None
    assert user["language"] == "ar"
    assert browser.post("/language", {"language": "xx"}, page="/").status_code == 303
    assert '<html lang="ar"' in browser.get("/").text


def test_the_browsers_language_is_taken_until_somebody_chooses(browser: Browser) -> None:
    page = browser.get("/sign-in", headers={"Accept-Language": "ar-SD, en;q=0.5"}).text
    assert '<html lang="ar"' in page
