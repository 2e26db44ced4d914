"""Walk through a dialogue: a state and words in, a new state, a prompt and effects out."""

from dataclasses import replace

from gateway.domain.dialogue import forms
from gateway.domain.dialogue.answers import digits, is_one_of, pick
from gateway.domain.dialogue.moves import (
    REFERENCE,
    Ask,
    Effect,
    Join,
    Move,
    Prompt,
    SetArea,
    SetLanguage,
    ShowTopic,
    State,
)
from gateway.domain.dialogue.pack import Field, Form, Option, Pack
from gateway.domain.dialogue.prompts import (
    confirmation,
    numbered,
    prompt,
    resume_prompt,
    topic_text,
)

HOME = "menus.home"


def start(pack: Pack, name: str, ask: Ask, back: tuple[str, ...] = ()) -> Move:
    """Begin a dialogue such as menus.home or forms.request; KeyError if the pack has none."""
    if name not in pack.names:
        raise KeyError(name)
    return _show(pack, State(name, back=back), ask)


def step(pack: Pack, state: State | None, text: str, ask: Ask) -> Move:
    """Take one answer. Without a state, or with one the pack no longer has, show home.

    What was typed into a form that is no longer there is kept as a partial item.
    """
    if state is None or not _still_there(pack, state):
        kept = forms.partial(pack, state) if state else None
        return replace(start(pack, HOME, ask), effects=(kept,) if kept else ())
    if state.resuming:
        return _resume(pack, state, text, ask)
    said = digits(text)
    if said == "00":
        return start(pack, HOME, ask)
    turn = {"98": 1, "99": -1}.get(said, 0)
    if turn and ask.screens and not _asks_a_number(pack, state):
        turned = replace(state, page=max(0, state.page + turn))
        return Move(turned, prompt(pack, turned, ask))
    rooms = {"menus": _menu, "topics": _topic, "forms": _form}
    return rooms[state.dialogue.partition(".")[0]](pack, state, text, ask)


def _still_there(pack: Pack, state: State) -> bool:
    """Tell whether a state of an earlier pack means anything in this one."""
    if not pack.names.issuperset((state.dialogue, *state.back)):
        return False
    room, _, name = state.dialogue.partition(".")
    steps = {
        "topics": lambda: len(pack.topics[name].messages) - 1,
        "forms": lambda: len(pack.forms[name].fields),
    }
    return room not in steps or state.step <= steps[room]()


def to_resume(state: State) -> State:
    """Mark a state so that the next answer says whether to go on; show resume_prompt with it."""
    return replace(state, resuming=True)


def worth_resuming(state: State) -> bool:
    """Tell whether there is something to go on with: menus begin afresh."""
    return state.dialogue.startswith("forms.")


def _resume(pack: Pack, state: State, text: str, ask: Ask) -> Move:
    asked = resume_prompt(ask)
    key = digits(text) if digits(text) in ("0", "00") else pick(text, asked.options, ask.normal)
    if key is None:
        return Move(state, asked, understood=False)
    if key == "1":
        return _show(pack, replace(state, resuming=False), ask)
    kept = forms.partial(pack, state)
    fresh = _leave(ask) if key == "0" else start(pack, HOME, ask)
    return replace(fresh, effects=(kept,) if kept else ())


def _show(pack: Pack, state: State, ask: Ask, effects: tuple[Effect, ...] = ()) -> Move:
    room, _, name = state.dialogue.partition(".")
    if room != "topics":
        return Move(state, prompt(pack, state, ask), effects)
    shown = (*effects, ShowTopic(name, state.step + 1))
    if ask.screens:
        return Move(state, prompt(pack, state, ask), shown)
    text = topic_text(pack.topics[name], state.step + 1, ask)
    return Move(None, Prompt(text, ends=True), shown)


def _menu(pack: Pack, state: State, text: str, ask: Ask) -> Move:
    options = pack.menus[state.dialogue.partition(".")[2]].options
    key = pick(text, numbered(options, ask), ask.normal)
    chosen = next((option for option in options if option.number == key), None)
    if chosen:
        return _follow(pack, state, chosen, ask)
    if _says_back(text, ask):
        return _back(pack, state, ask)
    if state.tries and not ask.screens:
        plain = prompt(pack, replace(state, tries=0), ask)
        return Move(None, replace(plain, ends=True), understood=False)
    again = replace(state, tries=state.tries + 1, page=0)
    return Move(again, prompt(pack, again, ask), understood=False)


def _follow(pack: Pack, state: State, option: Option, ask: Ask) -> Move:
    if option.go:
        return start(pack, option.go, ask, back=(*state.back, state.dialogue))
    theirs = ask.within(option.language)
    effects = (SetLanguage(option.language),)
    if ask.screens:
        return _show(pack, State(HOME), theirs, effects)
    return Move(None, Prompt(theirs.say("language.set"), ends=True), effects)


def _topic(pack: Pack, state: State, text: str, ask: Ask) -> Move:
    asked = prompt(pack, state, ask)
    wants_more = is_one_of(text, ask.say("word.more"), ask.normal)
    if asked.options and (wants_more or pick(text, asked.options, ask.normal)):
        return _show(pack, replace(state, step=state.step + 1, tries=0, page=0), ask)
    if not asked.options or _says_back(text, ask):
        return _back(pack, replace(state, step=0), ask)
    return Move(state, asked, understood=False)


def _form(pack: Pack, state: State, text: str, ask: Ask) -> Move:
    form = pack.forms[state.dialogue.partition(".")[2]]
    if state.step >= len(form.fields):
        return _confirm(pack, form, state, text, ask)
    field = form.fields[state.step]
    if field.skip and (digits(text) == "0" or is_one_of(text, ask.say("skip"), ask.normal)):
        return _next(pack, form, forms.forget(field, state), ask)
    if _says_back(text, ask):
        return _back(pack, state, ask)
    reading = forms.read(field, state, text, ask)
    if reading.answers is None:
        unread, again = forms.unread(field, state, text, reading)
        return _show(pack, unread, ask) if again else _next(pack, form, unread, ask)
    answered = replace(state, answers={**state.answers, **reading.answers})
    effects = _effects(form, field, state, answered, reading.language)
    speaks = ask.within(reading.language) if reading.language else ask
    return _next(pack, form, answered, speaks, effects)


def _effects(
    form: Form, field: Field, before: State, after: State, language: str
) -> tuple[Effect, ...]:
    effects: list[Effect] = [SetLanguage(language)] if language else []
    if form.joins and not any(one.name in before.answers for one in form.fields):
        effects.append(Join())
    if form.joins and field.kind == "area":
        effects.append(SetArea(after.answers[field.name]))
    return tuple(effects)


def _next(pack: Pack, form: Form, state: State, ask: Ask, effects: tuple[Effect, ...] = ()) -> Move:
    onward = replace(state, step=state.step + 1, tries=0, offered=(), page=0)
    if onward.step < len(form.fields) or (ask.screens and forms.item(form, onward)):
        return _show(pack, onward, ask, effects)
    return _close(form, onward, ask, effects)


def _confirm(pack: Pack, form: Form, state: State, text: str, ask: Ask) -> Move:
    agreed = is_one_of(text, ask.say("yes"), ask.normal)
    if _says_back(text, ask) or is_one_of(text, ask.say("no"), ask.normal):
        return _back(pack, state, ask)
    if agreed or state.tries or pick(text, confirmation(ask), ask.normal):
        return _close(form, state, ask)
    return _show(pack, replace(state, tries=1), ask)


def _close(form: Form, state: State, ask: Ask, effects: tuple[Effect, ...] = ()) -> Move:
    if form.joins:
        return Move(None, Prompt(_welcome(form, state, ask), ends=True), effects)
    item = forms.item(form, state)
    if item is None:
        return Move(None, Prompt(ask.say("form.empty"), ends=True), effects)
    closing = Prompt(ask.say(form.close, reference=REFERENCE), ends=True)
    return Move(None, closing, (*effects, item))


def _welcome(form: Form, state: State, ask: Ask) -> str:
    if not any(field.name in state.answers for field in form.fields):
        return ask.say("join.none")
    for field in form.fields:
        if field.kind == "area" and field.name in state.answers:
            name = state.answers.get(f"{field.name}_words", state.answers[field.name])
            return ask.say("place.saved", place=name)
    return ask.say(form.close)


def _back(pack: Pack, state: State, ask: Ask) -> Move:
    room, _, name = state.dialogue.partition(".")
    if room == "forms" and state.step:
        field = pack.forms[name].fields[state.step - 1]
        return _show(pack, replace(forms.forget(field, state), step=state.step - 1), ask)
    if state.back:
        return start(pack, state.back[-1], ask, back=state.back[:-1])
    return _leave(ask)


def _leave(ask: Ask) -> Move:
    return Move(None, Prompt(ask.say("goodbye"), ends=True))


def _says_back(text: str, ask: Ask) -> bool:
    return digits(text) == "0" or is_one_of(text, ask.say("back"), ask.normal)


def _asks_a_number(pack: Pack, state: State) -> bool:
    room, _, name = state.dialogue.partition(".")
    fields = pack.forms[name].fields if room == "forms" else ()
    return state.step < len(fields) and fields[state.step].kind == "number"
