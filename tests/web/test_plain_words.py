"""What pages say where there is nothing to show, and who did something."""

import re
from dataclasses import replace

import pytest

from gateway.store import channels
from tests.web.conftest import NOW
from tests.web.test_feedback import inhabited, told

__all__ = ["inhabited"]


def test_an_item_without_words_says_so(inhabited, sit):
    inhabited.store.write(lambda db: told(db, "B2C3", "   "))
    seat = sit("field_staff")
    for path in ("/feedback", "/feedback/B2C3"):
        assert seat.get(path).text.count("No words") == 1
    assert "No words" not in seat.get("/feedback/A7K2").text


@pytest.mark.parametrize(
    "priority, shown", [("p1", "1 – life at risk"), ("p2", "2 – urgent"), ("p3", ""), ("p4", "")]
)
def test_what_is_urgent_is_marked_in_the_list(inhabited, sit, priority, shown):
    inhabited.store.write(lambda db: told(db, "B2C3", "SOS", "request", priority=priority))
    marks = re.findall(
        r'<b class="bad">([12] – [^<]+)</b>', sit("field_staff").get("/feedback").text
    )
    assert marks == ([shown] if shown else [])


def test_who_did_something_is_called_by_name(inhabited, sit):
    seat = sit("operator")
    path = "/feedback/A7K2"
    assert seat.post(f"{path}/take", {}, page=path).status_code == 303
    page = seat.get(path).text
    assert "<bdi>sita</bdi>" in page
    assert "<bdi>the gateway</bdi>" in page
    assert "user:" not in page


def test_addresses_that_nobody_else_can_call_are_told_as_such(gw, sit):
    gw.store.write(lambda db: channels.add(db, "sim", "simulator", "4040", gw.sealer.seal({}), NOW))
    seat = sit("administrator")
    hint = "Only this machine can call these."
    assert hint not in seat.get("/channels/sim").text
    gw.settings = replace(gw.settings, values={**gw.settings.values, "GATEWAY_PUBLIC_URL": ""})
    assert hint in seat.get("/channels/sim").text
