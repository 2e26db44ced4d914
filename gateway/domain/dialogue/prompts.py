"""What a person reads at each state of a dialogue."""

from collections.abc import Sequence

from gateway.domain.dialogue.answers import words
from gateway.domain.dialogue.moves import Ask, Prompt, State
from gateway.domain.dialogue.pack import Field, Option, Pack, Topic

Pairs = tuple[tuple[str, str], ...]


def prompt(pack: Pack, state: State, ask: Ask) -> Prompt:
    """Write what the person at this state reads; the same state gives the same words."""
    if state.resuming:
        return resume_prompt(ask)
    room, _, name = state.dialogue.partition(".")
    if room == "menus":
        menu = pack.menus[name]
        return Prompt(_once_more(ask.say(menu.title), state, ask), numbered(menu.options, ask))
    if room == "topics":
        return _topic(pack.topics[name], state, ask)
    form = pack.forms[name]
    if state.step >= len(form.fields):
        return _confirm(state, ask)
    return _field(form.fields[state.step], state, ask)


def resume_prompt(ask: Ask) -> Prompt:
    """Ask a person whose session died whether to go on."""
    options = (("1", ask.say("resume.continue")), ("2", ask.say("resume.again")))
    return Prompt(ask.say("resume.prompt"), options)


def topic_text(topic: Topic, number: int, ask: Ask) -> str:
    """Write message `number` (from 1) for SMS, with its place in the row and the hint for more."""
    text = _numbered_message(topic, number, ask)
    return text if number >= len(topic.messages) else f"{text} {ask.say('more.hint')}"


def numbered(options: Sequence[Option], ask: Ask) -> Pairs:
    """Give each option's number and its words in the person's language."""
    return tuple((one.number, one.name or ask.say(one.label)) for one in options)


def choices(field: Field, state: State, ask: Ask) -> Pairs:
    """The numbered answers a field offers at this state, if any."""
    if field.kind == "yesno":
        return (("1", words(ask.say("yes"))[0]), ("2", words(ask.say("no"))[0]))
    if field.kind == "area":
        names = enumerate((name for _, name in state.offered), 1)
        return tuple((str(number), name) for number, name in names)
    return numbered(field.options, ask)


def confirmation(ask: Ask) -> Pairs:
    return (("1", ask.say("form.send")),)


def _confirm(state: State, ask: Ask) -> Prompt:
    return Prompt(_once_more(ask.say("form.confirm"), state, ask), confirmation(ask))


def _field(field: Field, state: State, ask: Ask) -> Prompt:
    options = choices(field, state, ask)
    if field.skip:
        options += (("0", words(ask.say("skip"))[0]),)
    free = field.kind in ("text", "area")
    return Prompt(_question(field, state, ask), options, free=free)


def _question(field: Field, state: State, ask: Ask) -> str:
    asked = ask.say(field.ask)
    if not state.tries or field.kind == "text":
        return asked
    if field.kind == "area":
        return ask.say("place.choose" if state.offered else "place.unknown")
    if field.kind == "number":
        return f"{ask.say('number.wrong')}\n{asked}"
    return _once_more(asked, state, ask)


def _once_more(text: str, state: State, ask: Ask) -> str:
    return f"{ask.say('choice.wrong')}\n{text}" if state.tries else text


def _topic(topic: Topic, state: State, ask: Ask) -> Prompt:
    last = state.step + 1 >= len(topic.messages)
    options = () if last else (("1", ask.say("topic.next")),)
    return Prompt(_numbered_message(topic, state.step + 1, ask), options)


def _numbered_message(topic: Topic, number: int, ask: Ask) -> str:
    return f"{number}/{len(topic.messages)} {ask.say(topic.messages[number - 1])}"
