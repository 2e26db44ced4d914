"""Read the answers to a form, and make the feedback item of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.domain.dialogue.answers import is_one_of, number, pick
from gateway.domain.dialogue.moves import Area, Ask, FileItem, State
from gateway.domain.dialogue.pack import Field, Form, Option, Pack
from gateway.domain.dialogue.prompts import choices

TRIES = {"area": 2}  # how often a question is asked again; others once


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood: answers, or None and perhaps areas to choose from."""

    answers: Mapping[str, str] | None
    offered: tuple[tuple[str, str], ...] = ()
    language: str = ""


def read(field: Field, state: State, text: str, ask: Ask) -> Reading:
    """Understand an answer to a field."""
    if field.kind == "area":
        return _area(field, state, text, ask)
    if field.kind == "choice":
        return _choice(field, state, text, ask)
    plain = {"text": text.strip(), "number": number(text)}
    value = plain[field.kind] if field.kind in plain else _yes_or_no(field, state, text, ask)
    return Reading({field.name: value} if value else None)


def unread(field: Field, state: State, text: str, reading: Reading) -> tuple[State, bool]:
    """Return the state after an answer nobody understood, and whether to ask again.

    The words are kept: if the question is then skipped, staff still read them.
    """
    kept = {**state.answers, f"{field.name}_words": text.strip()} if text.strip() else state.answers
    again = state.tries < TRIES.get(field.kind, 1)
    tries = state.tries + 1
    return replace(state, answers=kept, tries=tries, offered=reading.offered, page=0), again


def forget(field: Field, state: State) -> State:
    """Go back to a field: its answer is taken away."""
    own = {field.name, f"{field.name}_words"}
    left = {name: value for name, value in state.answers.items() if name not in own}
    return replace(state, answers=left, tries=0, offered=(), page=0)


def item(form: Form, state: State, partial: bool = False) -> FileItem | None:
    """Make the feedback item of a form's answers, or None if nothing was said."""
    written = {field.name for field in form.fields if field.kind == "text"}
    chosen = {field.name for field in form.fields if field.kind == "choice"}
    said = [state.answers[field.name] for field in form.fields if _has(field, written, state)]
    rest = {name: value for name, value in state.answers.items() if name not in written}
    if form.joins or not (said or rest.keys() - (chosen if written else set())):
        return None
    return FileItem(_type(form, state), "\n".join(said), rest, partial)


def partial(pack: Pack, state: State) -> FileItem | None:
    """Make an item of what was typed before a session died; None if nothing was.

    The words are kept even where the form they were typed into is gone or another one.
    """
    room, _, name = state.dialogue.partition(".")
    form = pack.forms.get(name) if room == "forms" else None
    if form and state.answers.keys() <= _names(form):
        return item(form, state, partial=True)
    words = "\n".join(state.answers.values()) if room == "forms" else ""
    return FileItem("other", words, partial=True) if words else None


def _names(form: Form) -> set[str]:
    return {name for field in form.fields for name in (field.name, f"{field.name}_words")}


def _has(field: Field, written: set[str], state: State) -> bool:
    return field.name in written and field.name in state.answers


def _type(form: Form, state: State) -> str:
    picked = [
        option.files
        for field in form.fields
        for option in field.options
        if option.files and state.answers.get(field.name) == _value(option)
    ]
    return picked[0] if picked else form.files


def _value(option: Option) -> str:
    return option.language or option.label or option.name


def _choice(field: Field, state: State, text: str, ask: Ask) -> Reading:
    key = pick(text, choices(field, state, ask), ask.normal)
    for option in field.options:
        if option.number == key:
            return Reading({field.name: _value(option)}, language=option.language)
    return Reading(None)


def _yes_or_no(field: Field, state: State, text: str, ask: Ask) -> str | None:
    for word in ("yes", "no"):
        if is_one_of(text, ask.say(word), ask.normal):
            return word
    key = pick(text, choices(field, state, ask), ask.normal)
    return {"1": "yes", "2": "no"}[key] if key else None


def _area(field: Field, state: State, text: str, ask: Ask) -> Reading:
    key = pick(text, choices(field, state, ask), ask.normal)
    if key:
        pcode, name = state.offered[int(key) - 1]
        return Reading({field.name: pcode, f"{field.name}_words": name})
    found = ask.find_areas(text) if text.strip() else ()
    sure = _sure(found, text, ask)
    if sure:
        return Reading({field.name: sure.pcode, f"{field.name}_words": sure.name})
    return Reading(None, tuple((area.pcode, area.name) for area in found[:3]))


def _sure(found: Sequence[Area], text: str, ask: Ask) -> Area | None:
    said = ask.normal(text)
    same = [area for area in found if area.exact or ask.normal(area.name) == said]
    return same[0] if len(same) == 1 else None
