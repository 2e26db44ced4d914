"""How the device behind a channel is, in words of the reader's language."""

from gateway.context import Channel
from gateway.providers.conditions import WELL, explained
from gateway.store import channels
from gateway.web.words import N_, _

NAMES = {
    "device": N_("Device"),
    "sim": N_("SIM card"),
    "network": N_("Network"),
    "operator": N_("Operator"),
    "signal": N_("Signal"),
    "battery": N_("Battery"),
    "memory": N_("Messages on the SIM"),
    "balance": N_("Balance"),
}
WORDS = {
    WELL: N_("Works"),
    "ready": N_("Ready"),
    "registered": N_("Registered"),
    "roaming": N_("Registered abroad"),
    "searching": N_("Searching"),
    "refused": N_("Refused by the network"),
    "unknown": N_("Not known"),
    "none": N_("None"),
    "weak": N_("Weak"),
    "fair": N_("Fair"),
    "good": N_("Good"),
}


def told(channel: Channel) -> list[tuple[str, str]]:
    """Return each thing known of a device and how it is; words of its own stay as they are."""
    found = channels.condition(channel.row)
    return [(_(NAMES.get(name, name)), _word(channel, name, found[name])) for name in found]


def _word(channel: Channel, name: str, value: str) -> str:
    if name in ("operator", "memory", "balance"):
        return value
    if value in WORDS:
        return _(WORDS[value])
    sentence = explained(channel.provider, value)
    return f"{_(sentence)} ({value})" if sentence else value
