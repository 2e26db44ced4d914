"""What pages say where there is nothing to show, and who did something."""

from dataclasses import replace

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
