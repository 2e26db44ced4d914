"""What a dialogue may ask of the gateway: words in one language, and places by name."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.context import Gateway
from gateway.domain.dialogue import Area
from gateway.domain.keywords import apart, normal
from gateway.store import areas
from gateway.store.contacts import Person

OFFERED = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """Words come in `language`, the first of the person's chain that we have content in."""

    gw: Gateway
    db: sqlite3.Connection
    language: str
    around: tuple[str, ...]
    screens: bool

    def say(self, key: str, **values: object) -> str:
        chain = self.gw.languages.chain(self.language, self.around, self.gw.settings["LANGUAGE"])
        given: dict[str, object] = {
            "org": self.gw.organisation(chain),
            "emergency": self.gw.settings["EMERGENCY"],
        }
        return self.gw.languages.say(chain, key, None, **(given | values)).text

    def normal(self, text: str) -> str:
        return normal(text)

    def within(self, tag: str) -> "Asking":
        return Asking(self.gw, self.db, tag, self.around, self.screens)

    def find_areas(self, text: str) -> Sequence[Area]:
        """Return the places this may mean: those of that name, else the three nearest names."""
        wanted = normal(text)
        exact = areas.named(self.db, wanted)
        if exact:
            return [Area(row["pcode"], row["name"], exact=len(exact) == 1) for row in exact]
        scored: dict[str, tuple[int, str]] = {}
        for name, pcode, shown in areas.names(self.db):
            most = max(1, len(wanted) // 3)
            far = 0 if name.startswith(wanted) else apart(wanted, name, most)
            if far <= most and far < scored.get(pcode, (99, ""))[0]:
                scored[pcode] = (far, shown)
        best = sorted(scored.items(), key=lambda item: item[1])[:OFFERED]
        return [Area(pcode, shown) for pcode, (_, shown) in best]


def asking(
    gw: Gateway, db: sqlite3.Connection, person: Person, screens: bool, language: str | None = None
) -> Asking:
    """Choose the person's one language and make what their dialogue may ask."""
    around = tuple(areas.languages(db, person.area)) if person.area else ()
    chain = gw.languages.chain(language or person.language, around, gw.settings["LANGUAGE"])
    chosen = gw.languages.choose(chain, "help")
    return Asking(gw, db, chosen, around, screens)
