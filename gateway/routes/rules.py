"""What staff say of channels: which is taken for whom."""

import json
import re
import sqlite3
from dataclasses import dataclass

from gateway.context import Gateway
from gateway.domain import calling
from gateway.domain.alerts import Refused
from gateway.domain.messages import Class
from gateway.domain.routing import MOST_RANK, Rule
from gateway.store import areas, audit, channels, routes

N_ = str  # marks a sentence for translators

PREFIX = N_(
    "A prefix is + and the first digits of numbers, as +25470, or the two letters of a country "
    "that has a code of its own."
)
SHARED = N_("Several countries share the code +%(code)s. Give the first digits of the numbers.")
RANK = N_("A rank is a number from 1, which goes first, to %(most)s; 0 is never.")
NO_AREA = N_("No area has the P-code %(pcode)s.")
NO_CHANNEL = N_("There is no channel of this name.")
NO_RULE = N_("There is no such rule.")


@dataclass(frozen=True, slots=True)
class Said:
    """One rule as people write it: a prefix or a country, a P-code, a class; empty is any."""

    channel: str
    prefix: str = ""
    area: str = ""
    class_: str = ""
    rank: int = 1

    @property
    def never(self) -> bool:
        return self.rank == 0


def said(db: sqlite3.Connection, channel: str | None = None) -> list[Said]:
    """Return the rules as people write them, the most exact first."""
    return [
        Said(
            row["name"],
            row["prefix"],
            row["pcode"] or "",
            "" if row["class"] is None else Class(row["class"]).word,
            row["rank"],
        )
        for row in routes.every(db)
        if channel in (None, row["name"])
    ]


def every(db: sqlite3.Connection) -> list[Rule]:
    """Return the rules as routing asks them."""
    return [
        Rule(
            row["channel"],
            row["prefix"],
            frozenset(json.loads(row["areas"])) if row["area"] is not None else None,
            row["class"],
            row["rank"],
        )
        for row in routes.every(db)
    ]


def say(gw: Gateway, by: str, rule: Said) -> None:
    """Keep a rule, in place of one for the same people; Refused where it cannot be one."""
    if not 0 <= rule.rank <= MOST_RANK:
        raise Refused(RANK, "rank", most=MOST_RANK)
    where, now = _where(gw.store.read, rule), gw.clock()

    def work(db: sqlite3.Connection) -> None:
        routes.put(db, *where, rule.rank)
        _note(db, now, by, "route.set", rule)

    gw.store.write(work)
    gw.wake()


def forget(gw: Gateway, by: str, rule: Said) -> None:
    """Drop the rule for these people, whatever its rank; Refused if there is none."""
    where, now = _where(gw.store.read, rule), gw.clock()

    def work(db: sqlite3.Connection) -> None:
        if not routes.drop(db, *where):
            raise Refused(NO_RULE, "prefix")
        _note(db, now, by, "route.remove", rule)

    gw.store.write(work)
    gw.wake()


def _note(db: sqlite3.Connection, now: float, by: str, act: str, rule: Said) -> None:
    told = {"prefix": rule.prefix, "area": rule.area, "class": rule.class_, "rank": rule.rank}
    audit.write(db, now, by, act, f"channel:{rule.channel}", told)


def _where(db: sqlite3.Connection, rule: Said) -> tuple[int, str, int | None, int | None]:
    row = channels.by_name(db, rule.channel)
    if row is None:
        raise Refused(NO_CHANNEL, "channel")
    area = areas.id_of(db, rule.area)
    if rule.area and area is None:
        raise Refused(NO_AREA, "area", pcode=rule.area)
    return row["id"], prefix_of(rule.prefix), area, _class(rule.class_)


def _class(word: str) -> int | None:
    try:
        return int(Class.of(word)) if word else None
    except ValueError as error:
        raise Refused(str(error), "class") from None


def prefix_of(said: str) -> str:
    """Return the first digits of numbers, from those or from a country.

    >>> prefix_of("+254 70"), prefix_of("ke"), prefix_of("")
    ('+25470', '+254', '')
    """
    word = said.replace(" ", "").upper()
    if re.fullmatch(r"(\+[1-9][0-9]{0,11})?", word):
        return word
    code = next((code for code, region in calling.REGION.items() if region == word), None)
    if code is None:
        raise Refused(PREFIX, "prefix")
    if code in calling.SHARED:
        raise Refused(SHARED, "prefix", code=code)
    return f"+{code}"
