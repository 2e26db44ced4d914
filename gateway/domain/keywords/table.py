"""Which words mean what, in which language, and what a message therefore asks for."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from gateway.domain.keywords.asked import Asked
from gateway.domain.keywords.heads import heads, once
from gateway.domain.keywords.listing import (
    ALWAYS,
    SILENT,
    Words,
    by_spelling,
    chain,
    is_topic,
    spellings,
)
from gateway.domain.keywords.near import Near
from gateway.domain.keywords.phrases import Phrases
from gateway.domain.keywords.spelling import normal, words

_TAKES_WORDS = ("cry", "help", "language")
_SENTENCE = re.compile(r"[.!?;,\n\u060c\u061b\u061f\u0964\u104b\u1362\u3002\uff01\uff0c]+")
_LONG = 1000  # letters; of a longer message the beginning and the end are looked at
_SHORT = 40  # letters; so short, the same words come again and again
_REMEMBERED = 2048
_ORDERS = 256  # orders of languages whose phrases are kept gathered


class Match(NamedTuple):
    """What a message asks for. `rest` is the text after the keyword, as it was typed.

    `exact`: the whole message was the keyword. `review`: a person must look at it.
    """

    intent: str
    rest: str = ""
    language: str | None = None
    exact: bool = True
    review: bool = False


class _Found(NamedTuple):
    intent: str
    language: str
    review: bool = False


class Keywords:
    """The keywords of a deployment: language, then intent, then the words."""

    def __init__(self, words: Words) -> None:
        self._spelled = words
        self._intents = {tag: by_spelling(intents) for tag, intents in words.items()}
        self._every = frozenset().union(*self._intents.values())
        self._ordered = sorted(self._every)
        self._firsts = frozenset(key.split()[0] for key in self._every if key)
        self._known = lru_cache(_REMEMBERED)(self._match)
        self._ask = lru_cache(_ORDERS)(self._asked)

    def match(
        self,
        text: str,
        language: str | None = None,
        languages: Sequence[str] = (),
        pending: bool = False,
    ) -> Match | None:
        """Return what a message asks for, or None for ordinary words.

        `language` is the contact's, `languages` the deployment's in order; `pending` is true
        for a contact who has not joined: only then does a bare yes mean to join.
        """
        if len(text) > _SHORT:
            return self._match(text, language, tuple(languages), pending)
        return self._known(text, language, tuple(languages), pending)

    def _match(
        self, text: str, language: str | None, languages: tuple[str, ...], pending: bool
    ) -> Match | None:
        asked = self._ask(language, languages, pending)
        return None if self._says_nothing(text, asked) else self._read(text, asked)

    def _says_nothing(self, text: str, asked: Asked) -> bool:
        """Say whether no word begins a keyword or a phrase: most messages have no such word.

        Known for sure where signs stand between words only: however it is cut, it has these.
        """
        told = words(text)
        plain = len(text) <= _LONG and text.isascii() and normal(text) == told
        return plain and asked.firsts.isdisjoint(told.split())

    def _read(self, text: str, asked: Asked) -> Match | None:
        ends = text if len(text) <= _LONG else f"{text[: _LONG // 2]}\n{text[-_LONG // 2 :]}"
        told = words(ends)
        return (
            self._whole(normal(ends), told, asked)
            or self._headed(text, asked)
            or self._leaves(ends, told, asked)
            or self._cries_out(text, told, asked)
        )

    def nearest(
        self, text: str, language: str | None = None, languages: Sequence[str] = ()
    ) -> str | None:
        """Return the keyword that was probably meant, as it is written in the table.

        One slip is forgiven in a word of up to five letters, two in a longer one.
        """
        key = normal(text)
        if not 3 <= len(key) <= 60 or key.isdigit():
            return None
        asked = self._ask(language, tuple(languages), False)
        return self._near.find(key, asked.ranks)

    @cached_property
    def _near(self) -> Near:
        return Near((tag, word) for tag in self._spelled for word in self._words(tag))

    def _order(self, language: str | None, languages: Iterable[str]) -> list[list[str]]:
        """Return the groups of languages to ask in turn; within the last two all are asked."""
        own = [tag for tag in chain(language) if tag in self._intents]
        wide = dict.fromkeys(tag for given in languages for tag in chain(given))
        others = [tag for tag in wide if tag in self._intents and tag not in own]
        always = [ALWAYS] if ALWAYS in self._intents else []
        return [own, others, always] if language else [[], others + always]

    def _words(self, tag: str) -> Iterator[str]:
        """Yield the words of a language that may be offered."""
        for intent, written in self._spelled[tag].items():
            if intent not in (*SILENT, "yes", "cry"):
                yield from written

    def _asked(self, language: str | None, languages: tuple[str, ...], pending: bool) -> Asked:
        groups = self._order(language, languages)
        tags = [tag for group in groups for tag in group]

        def said(intent: str) -> frozenset[str]:
            return frozenset().union(*(spellings(self._spelled[tag], intent) for tag in tags))

        leaving, cries = Phrases.of(said("leaving")), Phrases.of(said("cry"))
        ranks = {tag: rank for rank, tag in enumerate(dict.fromkeys(tags))}
        firsts = self._firsts.union(leaving.firsts, cries.firsts)
        return Asked(groups, ranks, pending, said("polite"), leaving, cries, firsts)

    def _find(self, key: str, asked: Asked) -> _Found | None:
        """Return what a spelling means: own language first, then the others together."""
        if key not in self._every:
            return None
        own, *rest = asked.groups
        for tag in own:
            if intent := self._meaning(tag, key, asked.pending):
                return _Found(intent, tag)
        for group in rest:
            told = [(tag, self._meaning(tag, key, asked.pending)) for tag in group]
            found = [_Found(intent, tag) for tag, intent in told if intent]
            if found and len(key) > 1:  # one letter is a word in one language only
                return _settle(found)
        return None

    def _meaning(self, tag: str, key: str, pending: bool) -> str | None:
        intents = self._intents[tag].get(key)
        if not intents:
            return None
        able = [i for i in intents if i != "yes" or pending]
        return "opt_in" if able and able[0] == "yes" else next(iter(able), None)

    def _whole(self, plain: str, told: str, asked: Asked) -> Match | None:
        for key in dict.fromkeys((plain, told, once(plain))):
            if key and (found := self._find(key, asked)):
                return Match(found.intent, "", found.language, True, found.review)
        return None

    def _headed(self, text: str, asked: Asked) -> Match | None:
        """Read a keyword with words after it, the longest keyword first."""
        first = next(heads(text), None)
        if first is None or not self._begins_one(normal(first[0])):
            return None
        for head, rest in reversed(list(heads(text))):
            found = self._find(normal(head), asked)
            if found and (told := self._with_rest(found, rest, asked)):
                return told
        return None

    def _begins_one(self, key: str) -> bool:
        """Say whether any keyword begins so; most messages do not."""
        place = bisect_left(self._ordered, key)
        return self._ordered[place : place + 1] != [] and self._ordered[place].startswith(key)

    def _with_rest(self, found: _Found, rest: str, asked: Asked) -> Match | None:
        intent = found.intent
        if intent in _TAKES_WORDS or intent.startswith("type:"):
            return Match(intent, rest, found.language, False, found.review)
        if intent in ("opt_out", "opt_in"):
            topic = self._find(normal(rest), asked)
            if topic is None or not is_topic(topic.intent):
                return None
            verb = "leave" if intent == "opt_out" else "join"
            return Match(f"{verb}:{topic.intent}", rest, found.language, True, found.review)
        if is_topic(intent) and normal(rest).isdigit():
            return Match(intent, normal(rest), found.language, False, found.review)
        return None

    def _leaves(self, text: str, told: str, asked: Asked) -> Match | None:
        """Read a soft sign of leaving: never acted on alone, always shown to a person."""
        spoken = told.split()
        signs = (
            asked.leaving.within(told),
            self._only_courtesy(spoken, asked),
            self._has_stop_sentence(text, asked),
            len(spoken) == 2 and not spoken[1].isdigit() and self._stops(spoken[0], asked),
        )
        if not any(signs):
            return None
        rest = spoken[1] if len(spoken) == 2 and self._stops(spoken[0], asked) else ""
        return Match("possible_opt_out", rest, None, False, True)

    def _cries_out(self, text: str, told: str, asked: Asked) -> Match | None:
        """Read a cry for help inside a sentence: a needless look costs less than a missed one."""
        if asked.cries.within(told):
            return Match("cry", text, None, False, True)
        return None

    def _only_courtesy(self, spoken: Sequence[str], asked: Asked) -> bool:
        rest = set(spoken) - asked.polite
        return 0 < len(rest) <= 3 and all(self._stops(word, asked) for word in rest)

    def _has_stop_sentence(self, text: str, asked: Asked) -> bool:
        """Say whether one of the first or last two sentences is a word for leaving."""
        sentences = [key for said in _SENTENCE.split(text) if (key := normal(said))]
        stops = {key for key in sentences[:2] + sentences[-2:] if self._stops(key, asked)}
        rest = "".join(key for key in sentences if key not in stops)
        return bool(stops) and not rest.replace(" ", "").isdigit()

    def _stops(self, key: str, asked: Asked) -> bool:
        found = self._find(key, asked)
        return found is not None and found.intent == "opt_out"


def _settle(found: Sequence[_Found]) -> _Found:
    """Choose among languages: where they differ, leaving wins and a person looks."""
    differ = len({one.intent for one in found}) > 1
    chosen = next((one for one in found if one.intent == "opt_out"), found[0])
    return chosen._replace(review=True) if differ else chosen
