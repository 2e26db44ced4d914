"""What is known of each language without asking Babel, which lacks a quarter of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from unicodedata import name

from gateway.files import folder

_RTL_SCRIPTS = {"Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"}
_UNLISTED_PLURAL = "nplurals=2; plural=(n != 1);"


@dataclass(frozen=True, slots=True)
class Language:
    """One line of locales/languages.json.

    `plural` is a Plural-Forms header; `gsm7` is full, partial or none; `cldr` is false where
    Babel has no such language; `clock` is dawn where hours are counted from dawn; a language
    that stands `alone` never falls back to the one it is a variant of.
    """

    tag: str
    iso3: str
    english: str
    endonym: str
    script: str
    direction: str
    plural: str
    digits: str
    gsm7: str
    cldr: bool = True
    clock: str = "midnight"
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    languages: Mapping[str, Language]
    digits: Mapping[str, str]
    territories: Mapping[str, str]
    aliases: Mapping[str, str]


@cache
def table() -> Table:
    """Return locales/languages.json, read once."""
    raw = json.loads((folder("locales") / "languages.json").read_text(encoding="utf-8"))
    languages = {line["tag"]: Language(**line) for line in raw["languages"]}
    aliases = {one.iso3: tag for tag, one in reversed(languages.items())} | raw["aliases"]
    return Table(languages, raw["digits"], raw["territories"], aliases)


@lru_cache(maxsize=1024)
def normal(tag: str) -> str:
    """Return a language tag in the one form the gateway uses.

    >>> normal("sw_cd"), normal("TL"), normal("prs"), normal("nep"), normal("zh-tw")
    ('sw-CD', 'fil', 'fa-AF', 'ne', 'zh-Hant')
    """
    first, *rest = tag.strip().replace("_", "-").split("-")
    tidy = "-".join([first.lower(), *(_subtag(part) for part in rest)])
    known = table()
    if tidy in known.languages:
        return tidy
    if tidy in known.aliases:
        return known.aliases[tidy]
    language = known.aliases.get(first.lower(), first.lower())
    return "-".join([language, *tidy.split("-")[1:]]) if "-" not in language else tidy


def _subtag(part: str) -> str:
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.upper() if len(part) in (2, 3) else part.lower()


def ladder(tag: str) -> list[str]:
    """Return a tag and what it may fall back to, nearest first.

    A tag in another script, or one whose words mean other things, has nothing below it:
    a river in Dari is a sea in Persian.

    >>> ladder("sw-CD"), ladder("fa-AF"), ladder("ff-Adlm"), ladder("pt-MZ")
    (['sw-CD', 'sw'], ['fa-AF'], ['ff-Adlm'], ['pt-MZ', 'pt'])
    """
    tag = normal(tag)
    steps = [tag] if tag else []
    while "-" in tag and not _alone(tag):
        tag = tag.rpartition("-")[0]
        steps.append(tag)
    return steps


def _alone(tag: str) -> bool:
    listed = table().languages.get(tag)
    if listed:
        return listed.alone
    last = tag.rpartition("-")[2]
    return len(last) == 4 and last.isalpha()


def nearest(tag: str) -> Language | None:
    """Return the table's line for a tag or for what it is a variant of."""
    tag = normal(tag)
    while tag:
        if tag in table().languages:
            return table().languages[tag]
        tag = tag.rpartition("-")[0]
    return None


def plural_header(tag: str) -> str:
    """Return the Plural-Forms header a new catalogue in that language begins with.

    >>> plural_header("bi"), plural_header("fr")
    ('nplurals=1; plural=0;', 'nplurals=2; plural=(n > 1);')
    """
    found = nearest(tag)
    return found.plural if found else _UNLISTED_PLURAL


def direction(tag: str) -> str:
    """Return rtl or ltr.

    >>> direction("ar-SD"), direction("pa"), direction("pa-Arab"), direction("ff-Adlm")
    ('rtl', 'ltr', 'rtl', 'rtl')
    """
    scripts = {part for part in normal(tag).split("-") if len(part) == 4}
    if scripts & _RTL_SCRIPTS:
        return "rtl"
    found = nearest(tag)
    return found.direction if found else "ltr"


def may_be(tag: str, words: str) -> bool:
    """Return whether words could be of a language, by their letters: Latin ones or others.

    >>> may_be("en", "कहिले बाटो खुल्छ?"), may_be("ne", "कहिले COVID?"), may_be("sw", "?")
    (False, True, True)
    """
    found = nearest(tag)
    latin = [name(letter, "").startswith("LATIN") for letter in set(words) if letter.isalpha()]
    if not latin or found is None:
        return True
    return any(latin) if found.script == "Latn" else not all(latin)


def digits(tag: str) -> str:
    """Return the ten digits a language is written with; the territory decides where it can.

    >>> digits("ne"), digits("ar"), digits("ar-SD"), digits("bi")
    ('०१२३४५६७८९', '0123456789', '٠١٢٣٤٥٦٧٨٩', '0123456789')
    """
    known, found = table(), nearest(tag)
    system = known.territories.get(normal(tag)) or (found.digits if found else "latn")
    return known.digits[system]
