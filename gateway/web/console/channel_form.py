"""The form of a channel: what its provider needs, read, checked and told back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway import providers
from gateway.providers import Need
from gateway.web.console import channel_limits
from gateway.web.words import N_, _

NAME = re.compile(r"[a-z0-9](-?[a-z0-9]){1,30}")

BAD_NAME = N_("A name has 2 to 31 small letters, digits and hyphens.")
NOT_A_NUMBER = N_("Give a number above zero, or leave it empty.")
MUST_BE_GIVEN = N_("%(name)s must be given.")
NOT_IN_FORM = N_("%(name)s is not of the right form.")


@dataclass(slots=True)
class Wanted:
    """A channel as a form asks for it; `wrong` tells what is wrong with which field.

    `shown` are its limits as they stand in the form.
    """

    name: str
    provider: str
    address: str = ""
    rate: float | None = None
    cost: float | None = None
    limits: dict[str, float | None] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as the form shows it; a secret's value never is."""

    need: Need
    value: str
    kept: bool
    wrong: str


def read(provider: str, form: Mapping[str, str], old: Mapping[str, str], name: str = "") -> Wanted:
    """Read a form for a channel of a provider; `old` are the settings it has so far."""
    new = not name
    wanted = Wanted(name or form.get("name", "").strip(), provider, form.get("address", "").strip())
    if new and not NAME.fullmatch(wanted.name):
        wanted.wrong["name"] = _(BAD_NAME)
    wanted.rate = _number(wanted, form, "rate")
    wanted.cost = _number(wanted, form, "cost")
    wanted.limits, wanted.shown = channel_limits.read(form, wanted.wrong), form
    needs = providers.load(provider).needs
    wanted.settings = {n.name: v for n in needs if (v := _value(n, form, old)) is not None}
    for need in needs:
        value = wanted.settings.get(need.name)
        if need.wrong(value) and not need.hidden:
            wanted.wrong["set-" + need.name] = _told(need, value)
    return wanted


def _told(need: Need, value: str | None) -> str:
    """Return what is wrong with a setting, and its meaning, in the reader's language."""
    sentence = MUST_BE_GIVEN if value is None else NOT_IN_FORM
    return f"{_(sentence, name=need.name)} {_(need.meaning)}"


def _value(need: Need, form: Mapping[str, str], old: Mapping[str, str]) -> str | None:
    """Return a setting's value, or None to leave it out; an empty secret stays as it was."""
    given = form.get("set-" + need.name, "").strip()
    if need.hidden or (need.secret and not given and not form.get("clear-" + need.name)):
        return old.get(need.name)
    return given or None


def _number(wanted: Wanted, form: Mapping[str, str], name: str) -> float | None:
    given = form.get(name, "").strip().replace(",", ".")
    if not given:
        return None
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", given) or not float(given):
        wanted.wrong[name] = _(NOT_A_NUMBER)
        return None
    return float(given)


def fields(provider: str, settings: Mapping[str, str], wrong: Mapping[str, str]) -> list[Shown]:
    """Return the settings to ask for, in the provider's order."""
    return [
        Shown(
            need,
            "" if need.secret else settings.get(need.name, need.default or ""),
            need.secret and bool(settings.get(need.name)),
            wrong.get("set-" + need.name, ""),
        )
        for need in providers.load(provider).needs
        if not need.hidden
    ]
