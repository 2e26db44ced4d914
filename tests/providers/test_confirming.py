"""Whether a route ever confirms depends on what its channel asks for."""

import pytest

from gateway.providers import load
from gateway.providers.external.presets import PRESETS

SMPP = {"host": "127.0.0.1", "port": "2775", "system_id": "gw", "password": "secret"}
KANNEL = {"base_url": "http://127.0.0.1:13013", "username": "gw", "password": "secret"}
MODEM = {"device": "/dev/ttyUSB0"}


@pytest.mark.parametrize(
    "name, settings, confirms",
    [
        ("smpp", SMPP, True),
        ("smpp", SMPP | {"registered_delivery": "17"}, True),
        ("smpp", SMPP | {"registered_delivery": "0"}, False),
        ("smpp", SMPP | {"registered_delivery": "2"}, False),  # of failures alone
        ("kannel", KANNEL, True),
        ("kannel", KANNEL | {"dlr_mask": "0"}, False),
        ("kannel", KANNEL | {"dlr_mask": "26"}, False),
        ("spool", {}, True),
        ("spool", {"report": "no"}, False),
        ("modem", MODEM, True),
        ("modem", MODEM | {"report": "no"}, False),
        ("ussd", {}, False),
        *[("http", {"type": preset}, preset != "i2sms") for preset in PRESETS],
    ],
)
def test_a_route_confirms_if_it_is_asked_to(name, settings, confirms):
    assert load(name)("8008", settings).can.receipts is confirms
