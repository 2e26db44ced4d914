"""What limits a channel: how it stands in words, and the fields of its form."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from gateway import providers
from gateway.domain.budget import DAY, LEAST_QUOTA, MOST_RESERVE, Limits, Standing
from gateway.domain.pace import Quota, kept
from gateway.store import budgets
from gateway.web.words import N_, _, figure, gateway

CREDIT = {
    Standing.LOW: N_("The credit runs out soon. Top it up, then write here what is left."),
    Standing.RESERVE: N_(
        "The credit is used, but for what is kept for emergencies. Everything else goes by "
        "another channel, or waits. Top it up, then write here what is left."
    ),
    Standing.GONE: N_(
        "No credit is left: everything goes by another channel, or waits, emergencies too. "
        "Top it up, then write here what is left."
    ),
}
QUOTA = {
    Standing.LOW: N_("Most of the parts of this day are used."),
    Standing.RESERVE: N_(
        "The parts of this time are used, but for what is kept for emergencies. "
        "What is new goes by another channel, if there is one; sending goes on by itself as "
        "time passes."
    ),
    Standing.GONE: N_(
        "All parts of this time are used, those for emergencies too. "
        "What is new goes by another channel, if there is one; sending goes on by itself as "
        "time passes."
    ),
}
TOO_FEW = N_("Give %(least)s parts or more, or leave it empty: a long message must fit.")
NOT_SO_MUCH = N_("Give a number from 0 to %(most)s, or leave it empty.")
WHOLE = re.compile(r"\d{1,9}")
NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?")


@dataclass(frozen=True, slots=True)
class Stand:
    """How a channel's limits stand; `do` says what to do, `bad` that something waits for it."""

    limits: Limits
    do: str = ""
    bad: bool = False

    @property
    def used(self) -> list[tuple[str, int, int]]:
        """Return each quota in words, with the parts used of it and all of them."""
        return [(_called(quota), used, quota.parts) for quota, used in self.limits.quotas]


def stand(row: sqlite3.Row, now: float) -> Stand:
    """Return how the limits of a channel stand now."""
    can = providers.load(row["provider"]).can
    own = kept(can.quota, can.rate, row["rate"])
    limits = budgets.limits(gateway().store.read, row, own, now)
    credit, quota = limits.credit_stands(), limits.quota_stands()
    if credit is not Standing.WELL:
        return Stand(limits, CREDIT[credit], credit > Standing.LOW)
    return Stand(limits, QUOTA.get(quota, ""), quota is Standing.GONE)


def _called(quota: Quota) -> str:
    if quota.seconds == DAY:
        return _("Parts a day")
    if quota.seconds == budgets.HOUR:
        return _("Parts an hour")
    return _("Parts in %(minutes)s minutes", minutes=figure(quota.seconds / 60))


def of_row(row: sqlite3.Row) -> dict[str, str]:
    """Return the limits of a channel as its form shows them."""
    percent = None if row["reserve"] is None else 100 * row["reserve"]
    found = {name: row[name] for name in ("per_hour", "per_day", "warn_at")} | {"reserve": percent}
    return {name: "" if value is None else f"{value:g}" for name, value in found.items()}


def read(form: Mapping[str, str], wrong: dict[str, str]) -> dict[str, float | None]:
    """Read the limits of a form; note in `wrong` what cannot be."""
    found: dict[str, float | None] = {name: _few(form, name, wrong) for name in PARTS}
    percent = amount(form, "reserve", wrong, 100 * MOST_RESERVE)
    found["reserve"] = None if percent is None else percent / 100
    found["warn_at"] = amount(form, "warn_at", wrong, 1e9)
    return found


PARTS = ("per_hour", "per_day")


def _few(form: Mapping[str, str], name: str, wrong: dict[str, str]) -> int | None:
    given = form.get(name, "").strip()
    if not given:
        return None
    if not WHOLE.fullmatch(given) or int(given) < LEAST_QUOTA:
        wrong[name] = _(TOO_FEW, least=figure(LEAST_QUOTA))
        return None
    return int(given)


def amount(form: Mapping[str, str], name: str, wrong: dict[str, str], most: float) -> float | None:
    """Read a number from nothing to `most`; None where the field is empty or wrong."""
    given = form.get(name, "").strip().replace(",", ".")
    if not given:
        return None
    if not NUMBER.fullmatch(given) or float(given) > most:
        wrong[name] = _(NOT_SO_MUCH, most=figure(most))
        return None
    return float(given)
