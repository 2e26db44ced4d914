"""The addresses that staff paste at a provider are those of its page in the manual."""

import re
from pathlib import Path

import pytest

from gateway.providers import pasting
from tests.providers.vectors import CALLED, channel

DOCS = Path(__file__).parent.parent.parent / "docs" / "providers"
BASE = "https://your.gateway.example/hooks/"
MANUAL = [name for name in CALLED if name != "simulator" and not channel(name, {}).can.polls]


def written(name: str) -> set[str]:
    """Every address of ours in a provider's page, its channel called x, with our key's place."""
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    page = re.sub(r"(key=|ussd/)(a-long-word-of-your-own|…)", rf"\1{pasting.KEY}", page)
    found = re.findall(re.escape(BASE) + r"([^\s/`\"]+)(/[^\s`\"]+)", page)
    return {f"{BASE}x{rest}" for _, rest in found}


@pytest.mark.parametrize("name", MANUAL)
def test_what_is_pasted_is_what_the_manual_says(name):
    provider = channel(name, {})
    keyed = any(need.name == "hook_key" for need in provider.needs) and name != "vonage"
    addresses = dict(pasting.addresses(provider, f"{BASE}x", keyed))
    assert addresses
    assert set(addresses.values()) <= written(name)


def test_without_a_key_nothing_is_put_behind_the_address():
    kannel, infobip = channel("kannel", {}), channel("infobip", {})
    (_, address), *_ = pasting.addresses(kannel, f"{BASE}x", False)
    assert address.startswith(f"{BASE}x/message?id=%I&from=%p")
    assert dict(pasting.addresses(infobip, f"{BASE}x", False))["ussd"] == f"{BASE}x/ussd"


def test_a_provider_that_nobody_called_so_far_gets_one_address_for_each_kind():
    simulator = channel("simulator", {})
    kinds = [kind for kind, _ in pasting.addresses(simulator, f"{BASE}x", False)]
    assert kinds == ["message", "receipt", "ussd"]


@pytest.mark.parametrize("name", ["modem", "spool"])
def test_what_is_looked_at_has_none(name):
    assert pasting.addresses(channel(name, {}), f"{BASE}x", False) == []
