"""Addresses somebody tampered with: nothing is found there, and nothing breaks."""

from collections.abc import Callable

import pytest

from gateway.context import Gateway
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.programs import Program, error
from tests.web.rows import fill

Sit = Callable[[str], Browser]

HUGE = "9" * 25
NOTHING_THERE = ("alerts", "contacts", "groups", "jobs")
ODD_LISTS = (
    f"/feedback?before={HUGE}",
    f"/feedback?assignee={HUGE}",
    f"/contacts?before={HUGE}",
    f"/audit?before=-{HUGE}",
    "/areas?text=%25&after=%00",
)


@pytest.mark.parametrize("kind", NOTHING_THERE)
def test_a_number_no_row_can_have_is_of_nothing(kind: str, sit: Sit) -> None:
    assert sit("administrator").get(f"/{kind}/{HUGE}").status_code == 404


@pytest.mark.parametrize("kind", ["alerts", "contacts"])
def test_programs_hear_that_a_number_no_row_can_have_is_of_nothing(kind: str, gw: Gateway) -> None:
    answer = Program(gw, "administrator").get(f"/{kind}/{HUGE}")
    assert error(answer)[:2] == (404, "not_found")


@pytest.mark.parametrize("path", ODD_LISTS)
def test_a_list_asked_for_in_an_odd_way_is_a_list(path: str, sit: Sit) -> None:
    assert sit("administrator").get(path).status_code == 200


def test_a_member_no_group_can_have_is_not_taken_out(sit: Sit, gw: Gateway) -> None:
    fill(gw, NOW)
    answer = sit("operator").post("/groups/1/remove", {"contact": HUGE}, page="/")
    assert answer.status_code == 303
    assert gw.store.read.execute("SELECT count(*) FROM member").fetchone()[0] == 30


@pytest.mark.parametrize("word", ["_scheme=javascript&_external=1", "_method=X", "endpoint=x"])
def test_the_way_to_older_items_stays_here_whatever_was_asked(
    word: str, sit: Sit, gw: Gateway
) -> None:
    fill(gw, NOW)
    page = sit("operator").get(f"/feedback?status=all&{word}")
    assert page.status_code == 200
    assert 'rel="next" href="/feedback?status=all&amp;' in page.text


@pytest.mark.parametrize(
    "path, back",
    [
        ("/users/sita/link", "/users"),
        ("/contacts/find", "/contacts"),
        ("/alerts/1/stop", "/alerts/1"),
        ("/password", "/password"),
        ("/sign-out", "/"),
    ],
)
def test_who_was_signed_out_meanwhile_comes_back_to_a_page(
    path: str, back: str, browser: Browser
) -> None:
    answer = browser.post(path, {}, page="/sign-in")
    asked = "" if back == "/" else f"?next={back}"
    assert (answer.status_code, answer.location) == (302, f"/sign-in{asked}")


def test_the_language_of_what_was_found_leads_to_a_page(sit: Sit) -> None:
    page = sit("operator").post("/contacts/find", {"number": "+15"}, page="/contacts").text
    assert 'name="next" value="/contacts"' in page
