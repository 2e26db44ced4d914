"""Passwords asked for a second time: nobody can be kept from theirs, and nobody guesses."""

from collections.abc import Callable

import pytest

from gateway.context import Gateway
from tests.web.people import PASSWORD, Browser

Sit = Callable[[str], Browser]


def change(seat: Browser, old: str) -> int:
    """Change one's password to the same, which asks for it again."""
    fields = {"old": old, "password": PASSWORD, "again": PASSWORD}
    return seat.post("/password", fields, page="/password").status_code


def guess_at_the_door(browser: Browser, name: str) -> None:
    for _ in range(7):
        assert browser.sign_in(name, "wrong wrong").status_code == 401


def test_a_stranger_cannot_keep_an_approver_from_approving(
    sit: Sit, browser: Browser, gw: Gateway
) -> None:
    ram = sit("approver")
    guess_at_the_door(browser, "ram")
    assert browser.sign_in("ram").status_code == 401
    assert change(ram, PASSWORD) == 303


def test_who_guesses_at_a_machine_left_open_is_signed_out(sit: Sit, gw: Gateway) -> None:
    ram = sit("approver")
    for _ in range(5):
        assert change(ram, "wrong wrong") == 400
    assert ram.get("/password").status_code == 302
    rows = gw.store.read.execute("SELECT by, subject, detail FROM audit WHERE act LIKE '%ended'")
    assert [tuple(row) for row in rows] == [("system", "user:ram", '{"failures": 5}')]
    assert ram.sign_in("ram").status_code == 303


@pytest.mark.parametrize("wrong", [1, 4])
def test_a_slip_is_forgotten(sit: Sit, wrong: int) -> None:
    ram = sit("approver")
    for _ in range(2):
        for _ in range(wrong):
            change(ram, "wrong wrong")
        assert change(ram, PASSWORD) == 303
