"""One USSD step: the same transaction as a message, but the screen goes back at once."""

import json
import sqlite3
from dataclasses import replace

from gateway.context import Channel, Gateway
from gateway.domain import ussd
from gateway.domain.dialogue import (
    HOME,
    Move,
    Pack,
    State,
    partial,
    resume_prompt,
    start,
    to_resume,
    worth_resuming,
)
from gateway.domain.dialogue import step as answer
from gateway.domain.messages import Phase, Screen, Turn
from gateway.receive.asking import Asking, asking
from gateway.receive.effects import Scene, apply, keep_partial
from gateway.store import sessions
from gateway.store.contacts import Person

PATIENCE = 600.0  # seconds a dropped session waits to be taken up again
REPEATED = 60.0  # seconds in which a provider may ask again for the last screen of all


def step(
    gw: Gateway, db: sqlite3.Connection, channel: Channel, person: Person, turn: Turn, now: float
) -> Screen | None:
    """Take a step and return the screen; a repeated step gets the same screen again."""
    if turn.phase not in (Phase.START, Phase.INPUT):
        return None
    row = _row(db, channel, person, turn, now)
    said = _said(row, turn)
    if row is not None and (said is None or row["ended_at"]):
        return Screen(row["screen"] or "", bool(row["goes_on"]))
    if row is None:
        key = _key(turn, person)
        row = sessions.begin(db, person.address, channel.id, "ussd", key, now)
        move, ask = _begin(gw, db, channel, person, row, now, said or "")
    else:
        move, ask = _go_on(gw, db, channel, person, row, now, said or "")
    return _show(db, channel, row, turn, move, ask, now)


def _key(turn: Turn, person: Person) -> str:
    """Two people stay apart, even where a provider gives both sessions one id."""
    return f"{turn.session}@{person.address}"


def _row(
    db: sqlite3.Connection, channel: Channel, person: Person, turn: Turn, now: float
) -> sqlite3.Row | None:
    """Return the session as it stands; None if it begins, or its id begins a second time."""
    row = sessions.by_reference(db, channel.id, _key(turn, person))
    if row is not None and turn.phase is Phase.START and _is_over(row, now):
        sessions.set_aside(db, row["id"])
        return None
    return row


def _is_over(row: sqlite3.Row, now: float) -> bool:
    """Some providers call every session of a phone by the phone's number."""
    since: float = now - row["updated_at"]
    return since > (REPEATED if row["ended_at"] else PATIENCE)


def _said(row: sqlite3.Row | None, turn: Turn) -> str | None:
    """The new input, or None where this step was told before."""
    seen = row["seen"] if row else None
    if turn.path is not None:
        return ussd.newest(turn.path, seen)
    if row is None:
        return ""
    if turn.phase is Phase.START or (turn.reference and turn.reference == seen):
        return None
    if turn.hops is None or seen is None or not seen.isdecimal():
        return turn.text
    return None if turn.hops <= int(seen) else turn.text


def _begin(
    gw: Gateway,
    db: sqlite3.Connection,
    channel: Channel,
    person: Person,
    row: sqlite3.Row,
    now: float,
    said: str,
) -> tuple[Move, Asking]:
    """Offer to go on where a dropped session stood, or show the menu; then dialled inputs."""
    old = sessions.open_one(db, person.address, "ussd", 0, not_this=row["id"])
    ask = asking(gw, db, person, screens=True, language=old["language"] if old else None)
    state = _taken_up(gw, db, old, now)
    if state is not None:
        return Move(state, resume_prompt(ask)), ask
    move = start(gw.pack, HOME, ask)
    dialled = ussd.inputs(said)
    while dialled and move.state is not None:
        words = takes_words(gw.pack, move.state)
        first, dialled = ("*".join(dialled), []) if words else (dialled[0], dialled[1:])
        scene = Scene(gw, db, channel, person, now, ask, session=row["id"])
        move, ask = apply(scene, answer(gw.pack, move.state, first, ask))
    return move, ask


def takes_words(pack: Pack, state: State) -> bool:
    """Tell whether the next answer is free text, in which a star is only a star."""
    room, _, name = state.dialogue.partition(".")
    fields = pack.forms[name].fields if room == "forms" else ()
    return state.step < len(fields) and fields[state.step].kind == "text"


def _taken_up(
    gw: Gateway, db: sqlite3.Connection, old: sqlite3.Row | None, now: float
) -> State | None:
    """Close the session that was dropped; return its state if it is worth going on with."""
    if old is None:
        return None
    if now - old["updated_at"] > PATIENCE:
        expire(gw, db, old, now)
        return None
    sessions.end(db, old["id"], now)
    state = State.from_json(old["state"]) if old["state"] else None
    return to_resume(state) if state and worth_resuming(state) else None


def _go_on(
    gw: Gateway,
    db: sqlite3.Connection,
    channel: Channel,
    person: Person,
    row: sqlite3.Row,
    now: float,
    said: str,
) -> tuple[Move, Asking]:
    ask = asking(gw, db, person, screens=True, language=row["language"])
    state = State.from_json(row["state"]) if row["state"] else None
    scene = Scene(gw, db, channel, person, now, ask, session=row["id"])
    return apply(scene, answer(gw.pack, state, said, ask))


def _show(
    db: sqlite3.Connection,
    channel: Channel,
    row: sqlite3.Row,
    turn: Turn,
    move: Move,
    ask: Asking,
    now: float,
) -> Screen:
    """Cut the prompt to what the channel shows, and write down where the dialogue stands."""
    can = channel.provider.can
    state = move.state
    pages = ussd.screens(
        move.prompt,
        ask.say,
        gsm7_limit=can.screen_gsm7,
        ucs2_limit=can.screen_ucs2,
        depth=state.depth if state else 0,
    )
    number = min(state.page if state else 0, len(pages) - 1)
    if state is not None:
        state = replace(state, page=number)
    screen = Screen(pages[number], goes_on=state is not None)
    sessions.save(
        db,
        row["id"],
        now,
        json.loads(state.to_json()) if state else None,
        seen=_told(turn),
        screen=screen.text,
        goes_on=screen.goes_on,
        page=number,
        language=ask.language,
        ended=state is None,
    )
    return screen


def _told(turn: Turn) -> str:
    """Return what tells whether a step is told again: its path, its name, or its number."""
    return turn.path if turn.path is not None else turn.reference or str(turn.hops)


def expire(gw: Gateway, db: sqlite3.Connection, row: sqlite3.Row, now: float) -> None:
    """Close a session nobody took up again; what was typed is kept as a partial item."""
    state = State.from_json(row["state"]) if row["state"] else None
    kept = partial(gw.pack, state) if state else None
    if kept:
        keep_partial(gw, db, row, kept, now)
    sessions.end(db, row["id"], now)
