"""What a dialogue may ask of the gateway: words in one language, and places by name."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.context import Gateway
from gateway.domain.dialogue import Area
from gateway.domain.keywords import alike, normal
from gateway.store import areas
from gateway.store.contacts import Person

OFFERED = 3


@dataclass(frozen=True, slots=True)
class Voice:
    """One chain of languages, with what sentences may name without being told.

    `language` is the first of the chain that we have content in.
    `said` keeps the sentences that need no more than that: most answers are such.
    """

    chain: tuple[str, ...]
    always: Mapping[str, object]
    language: str
    said: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, gw: Gateway, language: str, around: tuple[str, ...]) -> "Voice":
        """Return the voice of a language in a place, made once."""
        known = gw.voices.get((language, around))
        if known is None:
            chain = tuple(gw.languages.chain(language, around, gw.settings["LANGUAGE"]))
            always = {"org": gw.organisation(chain), "emergency": gw.settings["EMERGENCY"]}
            first = gw.languages.choose(chain, "help")
            known = gw.voices[language, around] = cls(chain, always, first)
        return known


@dataclass(frozen=True, slots=True)
class Asking:
    """Words come in `language`, the first of the person's chain that we have content in."""

    gw: Gateway
    db: sqlite3.Connection
    language: str
    around: tuple[str, ...]
    screens: bool
    voice: Voice

    @classmethod
    def of(
        cls,
        gw: Gateway,
        db: sqlite3.Connection,
        language: str,
        around: tuple[str, ...],
        screens: bool,
    ) -> "Asking":
        """Make what a dialogue in one language may ask."""
        return cls(gw, db, language, around, screens, Voice.of(gw, language, around))

    @property
    def chain(self) -> tuple[str, ...]:
        """The languages to try, best first."""
        return self.voice.chain

    def say(self, key: str, **values: object) -> str:
        if values:
            return self._say(key, values)
        if key not in self.voice.said:
            self.voice.said[key] = self._say(key, {})
        return self.voice.said[key]

    def _say(self, key: str, values: Mapping[str, object]) -> str:
        given = {**self.voice.always, **values}
        return self.gw.languages.say(self.chain, key, None, **given).text

    def normal(self, text: str) -> str:
        return normal(text)

    def within(self, tag: str) -> "Asking":
        return Asking.of(self.gw, self.db, tag, self.around, self.screens)

    def find_areas(self, text: str) -> Sequence[Area]:
        """Return the places this may mean: those of that name, else the three nearest names."""
        wanted = normal(text)
        if not wanted:
            return ()
        exact = areas.named(self.db, wanted)
        if exact:
            return [Area(row["pcode"], row["name"], exact=len(exact) == 1) for row in exact]
        begun = {row["pcode"]: row["name"] for row in areas.begun(self.db, wanted, OFFERED)}
        found = begun if len(begun) == OFFERED else begun | self._near(wanted)
        return [Area(pcode, shown) for pcode, shown in list(found.items())[:OFFERED]]

    def _near(self, wanted: str) -> dict[str, str]:
        """Return places with a name like this, the nearest first: what each is called, by P-code.

        A first letter is seldom wrong, and lists are long.
        """
        most = max(1, len(wanted) // 3)
        names = areas.names(self.db, wanted[:1], len(wanted) - most, len(wanted) + most)
        far = dict(alike(wanted, names, most))
        rows = areas.by_names(self.db, far) if far else []
        ranked = sorted((far[row["normal"]], row["name"], row["pcode"]) for row in rows)
        found: dict[str, str] = {}
        for _, shown, pcode in ranked:
            found.setdefault(pcode, shown)
        return found


def asking(
    gw: Gateway, db: sqlite3.Connection, person: Person, screens: bool, language: str | None = None
) -> Asking:
    """Choose the person's one language and make what their dialogue may ask."""
    around = tuple(areas.languages(db, person.area)) if person.area else ()
    voice = Voice.of(gw, language or person.language or "", around)
    return Asking.of(gw, db, voice.language, around, screens)
