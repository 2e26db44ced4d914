"""What limits a channel: shown, warned of before it bites, and set by those who may."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from gateway.context import Gateway
from gateway.domain.messages import Class
from gateway.store import budgets, channels
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.programs import Program, add_channel

Sit = Callable[[str], Browser]
AT = "/channels/sim"
FORM = {"address": "4040", "rate": "", "cost": ""}


@pytest.fixture
def sim(gw: Gateway) -> int:
    return add_channel(gw)


def told(gw: Gateway, sim: int, *credits: float) -> None:
    for credit in credits:
        gw.store.write(partial(budgets.told, channel=sim, credit=credit, now=NOW))


def spent(gw: Gateway, sim: int, parts: int) -> None:
    gw.store.write(lambda db: budgets.spend(db, sim, {Class.BULK: parts}, 1.0, NOW))


def test_limits_are_set_shown_and_cleared(sit: Sit, gw: Gateway, sim: int) -> None:
    ada = sit("administrator")
    limits = {"per_hour": "100", "per_day": "500", "reserve": "12,5", "warn_at": "40"}
    assert ada.post(AT, FORM | limits, page=AT).status_code == 303
    row = channels.by_id(gw.store.read, sim)
    assert [row[name] for name in channels.LIMITS] == [100, 500, 0.125, 40.0]
    spent(gw, sim, 30)
    page = ada.get(AT).text
    assert "30 used of 100" in page
    assert "30 used of 500" in page
    assert 'value="12.5"' in page
    ada.post(AT, FORM, page=AT)
    row = channels.by_id(gw.store.read, sim)
    assert [row[name] for name in channels.LIMITS] == [None] * 4
    assert "used of" not in ada.get(AT).text


@pytest.mark.parametrize(
    "changes, field, said",
    [
        ({"per_hour": "3"}, "per_hour", "a long message must fit"),
        ({"per_day": "many"}, "per_day", "a long message must fit"),
        ({"reserve": "60"}, "reserve", "from 0 to 50"),
        ({"warn_at": "-1"}, "warn_at", "from 0 to"),
    ],
)
def test_a_wrong_limit_is_refused_with_its_reason(
    sit: Sit, gw: Gateway, sim: int, changes: dict[str, str], field: str, said: str
) -> None:
    answer = sit("administrator").post(AT, FORM | changes, page=AT)
    assert answer.status_code == 400
    assert said in answer.text.split(f'id="e-{field}"')[1].split("</p>")[0]
    assert channels.by_id(gw.store.read, sim)[field] is None


def test_a_new_channel_may_have_limits_from_the_start(sit: Sit, gw: Gateway) -> None:
    at = "/channels/new/simulator"
    sit("administrator").post(at, FORM | {"name": "bundle", "per_day": "200"}, page=at)
    row = channels.by_name(gw.store.read, "bundle")
    assert row is not None
    assert row["per_day"] == 200


def test_an_operator_writes_down_what_is_left_and_the_lane_goes_on(
    sit: Sit, gw: Gateway, sim: int
) -> None:
    sita, roused = sit("operator"), []
    gw.rouse = lambda: roused.append(1)
    gw.store.write(lambda db: channels.hold(db, sim, NOW + 60, "no_credit", "account"))
    assert "then release the channel" in sita.get(AT).text
    assert sita.post(f"{AT}/credit", {"credit": "25,50"}, page=AT).status_code == 303
    row = channels.by_id(gw.store.read, sim)
    assert (row["credit"], row["credit_full"], row["credit_at"]) == (25.5, 25.5, NOW)
    assert row["held_until"] is None
    assert roused
    assert "25.5" in sita.get(AT).text
    assert sita.post(f"{AT}/credit", {"credit": "lots"}, page=AT).status_code == 400
    sita.post(f"{AT}/credit", {"credit": ""}, page=AT)
    assert channels.by_id(gw.store.read, sim)["credit"] is None


def test_others_may_not(sit: Sit, gw: Gateway, sim: int) -> None:
    assert sit("field_staff").post(f"{AT}/credit", {"credit": "9"}, page=AT).status_code == 403


SAID = {
    (100.0, 90.0): "",
    (100.0, 15.0): "The credit runs out soon.",
    (100.0, 8.0): "but for what is kept for emergencies",
    (100.0, 0.0): "No credit is left",
}


@pytest.mark.parametrize("credits", SAID)
def test_the_end_of_the_credit_is_told_before_it_comes(
    sit: Sit, gw: Gateway, sim: int, credits: tuple[float, float]
) -> None:
    told(gw, sim, *credits)
    sita = sit("operator")
    for page in (AT, "/"):
        text = sita.get(page).text
        assert SAID[credits] in text
        assert ("redit runs" in text or "credit is" in text) is (credits[1] in (15.0, 8.0, 0.0))


def test_parts_that_are_used_up_are_told(sit: Sit, gw: Gateway, sim: int) -> None:
    gw.store.write(lambda db: channels.limit(db, sim, {"per_day": 100}))
    spent(gw, sim, 80)
    assert "Most of the parts of this day are used." in sit("operator").get("/").text
    spent(gw, sim, 10)
    assert "goes on by itself" in sit("operator").get(AT).text


def test_a_hold_says_what_it_is_about_however_long_it_is(sit: Sit, gw: Gateway, sim: int) -> None:
    gw.store.write(lambda db: channels.hold(db, sim, NOW + 5000, "429", "throttled"))
    assert "asks us to slow down" in sit("operator").get(AT).text
    gw.store.write(lambda db: channels.release(db, sim, NOW))
    gw.store.write(lambda db: channels.hold(db, sim, NOW + 60, "no_credit", "account"))
    assert "then release the channel" in sit("operator").get(AT).text


def test_monitoring_sees_what_is_left(gw: Gateway, sim: int, sit: Sit) -> None:
    gw.store.write(lambda db: channels.limit(db, sim, {"per_hour": 100}))
    told(gw, sim, 50.0)
    spent(gw, sim, 10)
    lines = sit("operator").get("/metrics").text.splitlines()
    assert 'gateway_channel_credit{channel="sim"} 40.0' in lines
    assert 'gateway_channel_parts_left{channel="sim",for="all"} 35' in lines
    assert 'gateway_channel_parts_left{channel="sim",for="emergency"} 40' in lines


def test_monitoring_hears_nothing_of_a_channel_without_limits(
    gw: Gateway, sim: int, sit: Sit
) -> None:
    assert "parts_left{" not in sit("operator").get("/metrics").text


def test_a_program_reads_what_is_left(gw: Gateway, sim: int) -> None:
    program = Program(gw, "auditor")

    def read() -> tuple[object, ...]:
        told: Any = program.get("/channels").json
        (one,) = told["channels"]
        return one["limits"], one["credit"], one["parts_left"]

    assert read() == ("well", None, {"all": None, "emergency": None})
    told(gw, sim, 100.0, 15.0)
    assert read() == ("low", 15.0, {"all": 5, "emergency": 15})
    told(gw, sim, 8.0)
    assert read() == ("reserve", 8.0, {"all": 0, "emergency": 8})
    told(gw, sim, 0.0)
    assert read() == ("gone", 0.0, {"all": 0, "emergency": 0})
