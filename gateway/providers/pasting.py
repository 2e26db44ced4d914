"""What is pasted at a provider, so that it calls us: one exact address for each kind of call."""

from collections.abc import Mapping
from typing import ClassVar, Protocol, runtime_checkable

from gateway.providers import Provider

KEY = "YOUR-HOOK-KEY"  # where the secret goes: what was once set is never shown


@runtime_checkable
class Pastes(Protocol):
    """A provider that needs other addresses than one for each kind of call it can make.

    `{key}` is `?key=…` and `{first}` is `key=…&` where a key is set, `{path}` the key alone.
    """

    pasted: ClassVar[Mapping[str, str]]


def addresses(provider: Provider, base: str, keyed: bool) -> list[tuple[str, str]]:
    """Return each kind of call and the address for it; nothing where nobody calls."""
    can = provider.can
    if can.polls or can.links:
        return []  # it is looked at, or bound to
    kinds = {"message": can.sms, "receipt": can.sms and can.receipts, "ussd": can.ussd}
    forms: Mapping[str, str] = dict.fromkeys(kinds, "{key}")
    if isinstance(provider, Pastes):
        forms = provider.pasted
    key = {"key": f"?key={KEY}", "first": f"key={KEY}&", "path": f"/{KEY}"}
    words = key if keyed else dict.fromkeys(key, "")
    return [
        (kind, f"{base}/{kind}{forms[kind].format_map(words)}")
        for kind, does in kinds.items()
        if does and kind in forms
    ]
