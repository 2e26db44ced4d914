"""A menu or a form over SMS: one question a message, one open dialogue a person."""

import json
import sqlite3
from dataclasses import replace
from typing import Any

import msgspec

from gateway.context import Gateway
from gateway.domain.dialogue import Move, Pack, State, partial, prompt, sms, start, step
from gateway.domain.keywords import Match, normal
from gateway.receive import effects
from gateway.receive.case import Case
from gateway.store import sessions
from gateway.store.sessions import Talk

JOIN = "forms.join"
PLACE_WORDS = 3  # names of places are short; what is longer is a message


def begin(case: Case, talking: Talk | None, name: str, before: str = "") -> str:
    """Start a dialogue; `before` is a sentence that stands in place of its first words."""
    move = start(case.gw.pack, name, case.asking)
    return _show(case, talking, {}, move, name, before)


def ask_place(case: Case) -> None:
    """Ask someone who just joined where they live: alerts go to areas."""
    state = State(JOIN, step=1, answers={"language": case.asking.language})
    talking = sessions.talks(case.db, [case.person.address], 0.0).get(case.person.address)
    _show(case, talking, {}, Move(state, prompt(case.gw.pack, state, case.asking)), JOIN)


def answer(
    case: Case, talking: Talk | None, notes: dict[str, Any], match: Match | None
) -> str | None:
    """Take a message as the answer to the open question; None if it is a message of its own."""
    state = State.from_json(notes["dialogue"])
    move = step(case.gw.pack, state, case.message.text, case.asking)
    if _something_new(case, state, move, match):
        return None
    return _show(case, talking, notes, move, state.dialogue)


def _something_new(case: Case, state: State, move: Move, match: Match | None) -> bool:
    """On a menu, words that are no option are a message of their own, and so is none at all.

    Asked where they live, people who have a question ask it: a long answer that is no place.
    """
    text = case.message.text
    if state.dialogue.startswith("menus."):
        own = match is not None or len(text.split()) > 1 or not normal(text)
        return own and not move.understood
    unread = move.state is not None and move.state.tries > state.tries
    return state.dialogue == JOIN and unread and len(text.split()) > PLACE_WORDS


def _show(
    case: Case,
    talking: Talk | None,
    notes: dict[str, Any],
    move: Move,
    name: str,
    before: str = "",
) -> str:
    case.desk.write_down()
    scene = effects.Scene(
        case.gw, case.db, case.channel, case.person, case.now, case.asking, inbound=case.id
    )
    move, case.asking = effects.apply(scene, move)
    prompt = replace(move.prompt, text=case.asking.say(before)) if before else move.prompt
    case.reply(sms(prompt), name)
    left = {**notes, "dialogue": move.state.to_json() if move.state else None}
    save(case, talking, left)
    return f"dialogue:{name}"


def save(case: Case, talking: Talk | None, notes: dict[str, Any]) -> None:
    """Remember where the talk stands; a new talk begins with this message."""
    begun = (case.channel.id, f"sms-{case.id}")
    channel, reference = (talking.channel, talking.reference) if talking else begun
    state = msgspec.json.encode(notes).decode()
    case.desk.talk(Talk(case.person.address, channel, reference, state, case.asking.language))


def form_for(pack: Pack, type: str) -> str | None:
    """The form that files items of a type, if the pack has one."""
    return next((name for name, form in pack.forms.items() if form.files == type), None)


def expire(gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    """Close a talk nobody went on with; what was typed is kept as a partial item."""
    dialogue = json.loads(row["state"] or "{}").get("dialogue")
    kept = partial(gw.pack, State.from_json(dialogue)) if dialogue else None
    if kept:
        effects.keep_partial(gw, db, row, kept, now)
    sessions.end(db, row["id"], now)
