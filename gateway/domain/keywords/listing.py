"""Lists of words: read from a file, added up, and turned to one spelling."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from gateway.domain.keywords.spelling import normal, words

ALWAYS = "always"  # the words that count in every deployment
# Not topics: everything else that has no colon is one.
COMMANDS = frozenset(
    "opt_out opt_in yes help cry more menu check my_data forget language polite leaving".split()
)
SILENT = ("polite", "leaving")  # what a message may hold, never what it means
_FIRST_OF = ("cry", "opt_out", "opt_in", "yes", "help")  # where one word has two meanings
Words = Mapping[str, Mapping[str, Sequence[str]]]


def is_topic(intent: str) -> bool:
    """Say whether an intent is a topic code, not a command, a type or a language."""
    return intent not in COMMANDS and ":" not in intent


def live(data: Mapping[str, Any], drafts: Container[str] = ()) -> dict[str, dict[str, list[str]]]:
    """Return the words of a keyword file that may be used, ready for Keywords.

    Languages nobody has confirmed are left out, save those named in `drafts`.
    """
    confirmed = {
        tag: entry["words"]
        for tag, entry in data["languages"].items()
        if entry["status"] != "needs_native_check" or tag in drafts
    }
    return {ALWAYS: data[ALWAYS], **confirmed}


def merged(*tables: Words) -> dict[str, dict[str, list[str]]]:
    """Return several tables as one; words of one language and intent add up."""
    whole: dict[str, dict[str, list[str]]] = {}
    for table in tables:
        for tag, intents in table.items():
            for intent, written in intents.items():
                known = whole.setdefault(tag, {}).setdefault(intent, [])
                known += [word for word in written if word not in known]
    return whole


def by_spelling(intents: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the meanings of each spelling, the weightiest first."""
    found: dict[str, list[str]] = {}
    ranked = sorted(intents, key=lambda i: _FIRST_OF.index(i) if i in _FIRST_OF else 99)
    for intent in ranked:
        for word in intents[intent]:
            if intent not in SILENT:
                for key in dict.fromkeys((normal(word), words(word))):
                    found.setdefault(key, []).append(intent)
    return found


def spellings(intents: Mapping[str, Sequence[str]], intent: str) -> frozenset[str]:
    return frozenset(words(word) for word in intents.get(intent, ()))


def chain(tag: str | None) -> list[str]:
    """Return a tag and its shorter forms: fa-AF, fa."""
    pieces = tag.replace("_", "-").split("-") if tag else []
    return ["-".join(pieces[:size]) for size in range(len(pieces), 0, -1)]
