"""Which language a person is answered in: the one they ask in, or the one they ask for."""

from gateway.domain.keywords import Match, is_topic, normal
from gateway.language import may_be, table
from gateway.receive import talk
from gateway.receive.case import Case
from gateway.store.sessions import Talk


def as_asked(case: Case, match: Match) -> None:
    """Someone new who uses a keyword of a language, and its letters, is answered in it."""
    if case.person.language is not None:
        return
    intent, spoken = match.intent, match.language or ""
    telling = is_topic(intent) or ":" in intent or intent in ("menu", "more")
    if telling and spoken in case.gw.languages.contents and may_be(spoken, match.rest):
        case.speak(spoken)


def choose(case: Case, wanted: str, talking: Talk | None) -> str:
    """LANGUAGE with a name sets it; alone, or with a name we do not have, it shows the list."""
    tag = _tag(case, wanted)
    if tag is None:
        return talk.begin(case, talking, "menus.language")
    case.speak(tag)
    case.say("language.set")
    return f"language:{tag}"


def _tag(case: Case, wanted: str) -> str | None:
    """The language of this deployment that a word names: its tag, its own name or the English."""
    known = table().languages
    for tag in case.gw.tags:
        found = known.get(tag)
        names = (tag, found.endonym, found.english) if found else (tag,)
        if wanted and normal(wanted) in {normal(name) for name in names}:
            return tag
    return None
