"""The form an alert is written in: what was filled in, and what it tells before it is saved."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from gateway.context import Gateway
from gateway.domain import five_parts
from gateway.domain.alerts import Audience, Draft, Refused
from gateway.domain.keywords import normal
from gateway.domain.messages import Class
from gateway.domain.sms import Explanation, explain
from gateway.language import direction, ladder
from gateway.store import areas, contacts
from gateway.web.console.alert_words import called
from gateway.web.words import N_, local, zone

SHOWN = 30  # areas and groups with a box to tick; others are written
HOURS = {Class.EMERGENCY: 6}
USUAL_HOURS = 24

NOT_A_TIME = N_("Write the day and the hour, as 2026-11-21T18:00.")
NOT_A_CLASS = N_("Choose how urgent it is.")
NO_PLACE = N_("We know no area called %(place)s. Write its P-code.")
MANY_PLACES = N_("Several areas are called %(place)s. Write the P-code of the one you mean.")


class Box(NamedTuple):
    """The text of one language, what it would cost, and what it seems to lack."""

    tag: str
    name: str
    dir: str
    text: str
    told: Explanation | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form, as it was typed."""

    texts: Mapping[str, str] = field(default_factory=dict)
    areas: tuple[str, ...] = ()
    places: str = ""
    groups: tuple[str, ...] = ()
    others: str = ""
    languages: tuple[str, ...] = ()
    class_: str = "high"
    expires: str = ""

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> "Filled":
        """Read what a browser sent; empty texts are left out."""
        texts = {
            name.removeprefix("text-"): text.replace("\r\n", "\n").strip()
            for name, text in form.items()
            if name.startswith("text-")
        }
        return cls(
            texts={tag: text for tag, text in texts.items() if text},
            areas=tuple(form.getlist("area")),
            places=form.get("places", "").strip(),
            groups=tuple(form.getlist("group")),
            others=form.get("others", "").strip(),
            languages=tuple(form.getlist("language")),
            class_=form.get("class", ""),
            expires=form.get("expires", "").strip(),
        )

    @classmethod
    def again(cls, db: sqlite3.Connection, draft: Draft) -> "Filled":
        """Return the form of an alert that was written before."""
        offered = {row["pcode"] for row in areas.every(db)[:SHOWN]}
        ticked = {row["name"] for row in contacts.groups(db)[:SHOWN]}
        audience = draft.audience
        return cls(
            texts=draft.texts,
            areas=tuple(pcode for pcode in audience.areas if pcode in offered),
            places="\n".join(pcode for pcode in audience.areas if pcode not in offered),
            groups=tuple(name for name in audience.groups if name in ticked),
            others="\n".join(name for name in audience.groups if name not in ticked),
            languages=audience.languages,
            class_=draft.class_.word,
            expires=f"{local(draft.expires_at):%Y-%m-%dT%H:%M}",
        )

    def draft(self, gw: Gateway, before: Draft | None, exercise: bool) -> Draft:
        """Return the alert that was written; Refused names the field at fault.

        Who a correction goes to, and what it replaces, was settled when it was begun.
        """
        try:
            class_ = Class.of(self.class_)
        except ValueError:
            raise Refused(NOT_A_CLASS, "class") from None
        made = Draft(self.texts, Audience(), class_, self._until(gw, class_), exercise)
        if before is None:
            return replace(made, audience=self._audience(gw))
        kept = replace(made, channel=before.channel, supersedes=before.supersedes)
        settled = before.audience.received is not None
        return replace(kept, audience=before.audience if settled else self._audience(gw))

    def _until(self, gw: Gateway, class_: Class) -> float:
        if not self.expires:
            return gw.clock() + 3600.0 * HOURS.get(class_, USUAL_HOURS)
        try:
            return datetime.fromisoformat(self.expires).replace(tzinfo=zone()).timestamp()
        except (ValueError, OverflowError):
            raise Refused(NOT_A_TIME, "expires") from None

    def _audience(self, gw: Gateway) -> Audience:
        lines = [line.strip() for line in self.places.splitlines() if line.strip()]
        written = [_pcode(gw.store.read, line) for line in lines]
        named = [line.strip() for line in self.others.splitlines() if line.strip()]
        return Audience.of(
            {
                "areas": [*self.areas, *written],
                "groups": [*self.groups, *named],
                "languages": self.languages,
            }
        )


def _pcode(db: sqlite3.Connection, place: str) -> str:
    """Return the P-code of an area that was written as its code or its name."""
    if areas.by_pcode(db, place):
        return place
    found = areas.named(db, normal(place))
    if len(found) != 1:
        raise Refused(MANY_PLACES if found else NO_PLACE, "audience.areas", place=place)
    return str(found[0]["pcode"])


def boxes(gw: Gateway, texts: Mapping[str, str], audience: Audience | None) -> list[Box]:
    """Return a box for each language of the deployment and each that has a text.

    With an audience, each says what its text would cost and what it seems to lack.
    """
    places = _places(gw, audience) if audience else []
    found = []
    for tag in dict.fromkeys([*gw.tags, *texts]):
        text = texts.get(tag, "")
        looked = bool(text and audience)
        told = explain(text) if looked else None
        warns = looked and audience and not audience.received  # what follows is no warning
        lacks = five_parts.missing(text, _known(gw, tag, places)) if warns else ()
        found.append(Box(tag, called(tag), direction(tag), text, told, lacks))
    return found


def _places(gw: Gateway, audience: Audience) -> list[str]:
    db = gw.store.read
    chosen = audience.areas or tuple(row["pcode"] for row in areas.every(db)[:SHOWN])
    return areas.called(db, chosen)


def _known(gw: Gateway, tag: str, places: list[str]) -> dict[str, list[str]]:
    """Return the words by which the five parts are found in a language."""
    steps, chain = ladder(tag), gw.languages.chain(tag)
    known = {"source": [gw.organisation(chain), gw.settings["ORGANISATION"]], "location": places}
    for part in ("hazard", "guidance", "time"):
        lists = (gw.languages.words(step, f"alert.words.{part}") for step in steps)
        known[part] = next((words for words in lists if words), [])
    return known


def choices(gw: Gateway) -> dict[str, Any]:
    """Return what an audience can be made of."""
    db = gw.store.read
    every, groups = areas.every(db), contacts.groups(db)
    return {
        "areas": every[:SHOWN],
        "more_areas": max(0, len(every) - SHOWN),
        "groups": groups[:SHOWN],
        "more_groups": max(0, len(groups) - SHOWN),
        "tags": [(tag, called(tag)) for tag in gw.tags],
    }
