"""Menus, forms and topics, walked without a phone."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gateway.domain import dialogue
from gateway.domain.dialogue import (
    Area,
    FileItem,
    Join,
    Move,
    PackError,
    SetArea,
    SetLanguage,
    ShowTopic,
    State,
    load,
    sms,
    start,
    step,
)

PACK = load(
    tomllib.loads("""
[topics.flood]
hazard = "flood"
stage = "prepare"
audience = "households"
version = "1"
review = 2027-06-30
approver = "none yet"
messages = ["flood.1", "flood.2", "flood.3"]

[menus.home]
title = "home"
options = [
    { number = 1, label = "Question", go = "forms.question" },
    { number = 2, label = "Help", go = "forms.request" },
    { number = 3, label = "Idea", go = "forms.idea" },
    { number = 5, label = "Information", go = "menus.information" },
]
[menus.information]
title = "information"
options = [
    { number = 1, label = "Flood", go = "topics.flood" },
    { number = 6, label = "Language", go = "menus.language" },
]
[menus.language]
title = "which language"
options = [
    { number = 1, name = "English", language = "en" },
    { number = 2, name = "नेपाली", language = "ne" },
]

[forms.question]
files = "question"
close = "thanks"
fields = [{ name = "words", kind = "text", ask = "question?" }]

[forms.request]
files = "request"
close = "thanks"
fields = [
    { name = "place", kind = "area", ask = "place?", skip = true },
    { name = "words", kind = "text", ask = "what?" },
]

[forms.idea]
files = "suggestion"
close = "thanks"
fields = [
    { name = "which", kind = "choice", ask = "which?", options = [
        { number = 1, label = "Idea", files = "suggestion" },
        { number = 2, label = "Problem", files = "complaint" },
    ] },
    { name = "words", kind = "text", ask = "words?" },
]

[forms.survey]
files = "situation_report"
close = "thanks"
fields = [
    { name = "people", kind = "number", ask = "how many?", skip = true },
    { name = "water", kind = "yesno", ask = "water?", skip = true },
]

[forms.join]
joins = true
close = "welcome"
fields = [
    { name = "language", kind = "choice", ask = "which language", menu = "language" },
    { name = "place", kind = "area", ask = "your place?", skip = true },
]
""")
)

WORDS = {"yes": "Yes, y", "no": "No, n", "skip": "Skip", "back": "Back", "word.more": "More"}
PLACES = [Area("KE0401", "Garsen"), Area("KE0402", "Garissa"), Area("NP0101", "Sunsari")]


@dataclass(frozen=True)
class Village:
    """Three places, and words that show their own key."""

    screens: bool = False
    language: str = "en"

    def say(self, key: str, **values: object) -> str:
        said = WORDS.get(key, key)
        for name, value in values.items():
            said += f" {name}={value}"
        return said if self.language == "en" else f"[{self.language}] {said}"

    def find_areas(self, text: str) -> Sequence[Area]:
        return [area for area in PLACES if area.name[:2].casefold() == text[:2].casefold()]

    def normal(self, text: str) -> str:
        return text.strip(" .!").casefold()

    def within(self, tag: str) -> "Village":
        return replace(self, language=tag)


SMS, USSD = Village(), Village(screens=True)


def walk(name: str, *said: str, ask: Village = SMS) -> list[Move]:
    """Start a dialogue and give the answers one after the other, through JSON each time."""
    moves = [start(PACK, name, ask)]
    for text in said:
        state = moves[-1].state
        kept = State.from_json(state.to_json()) if state else None
        assert kept == state
        moves.append(step(PACK, kept, text, ask))
    return moves


def effects(moves: list[Move]) -> list[Any]:
    return [effect for move in moves for effect in move.effects]


ITEMS = [
    ("forms.question", ["when?"], FileItem("question", "when?")),
    ("forms.question", ["YES"], FileItem("question", "YES")),
    ("forms.question", ["2"], FileItem("question", "2")),
    ("forms.question", [" ", "when?"], FileItem("question", "when?")),
    ("forms.request", ["0", "water"], FileItem("request", "water")),
    ("forms.request", ["skip", "water"], FileItem("request", "water")),
    (
        "forms.request",
        ["garsen", "no * water"],
        FileItem("request", "no * water", {"place": "KE0401", "place_words": "Garsen"}),
    ),
    (
        "forms.request",
        ["Garsin", "2", "water"],
        FileItem("request", "water", {"place": "KE0402", "place_words": "Garissa"}),
    ),
    (
        "forms.request",
        ["Garsin", "Garsen", "water"],
        FileItem("request", "water", {"place": "KE0401", "place_words": "Garsen"}),
    ),
    ("forms.request", ["Garsin", "0", "water"], FileItem("request", "water")),
    (
        "forms.request",
        ["Xanadu", "Xanadu", "Xanadu", "water"],
        FileItem("request", "water", {"place_words": "Xanadu"}),
    ),
    ("forms.request", ["Sunsari", "", ""], FileItem("request", "", {"place": "NP0101"})),
    ("forms.idea", ["2", "late"], FileItem("complaint", "late", {"which": "Problem"})),
    ("forms.idea", ["१", "late"], FileItem("suggestion", "late", {"which": "Idea"})),
    ("forms.idea", ["prob", "late"], FileItem("complaint", "late", {"which": "Problem"})),
    ("forms.idea", ["7", "8", "x"], FileItem("suggestion", "x", {"which_words": "8"})),
    ("forms.survey", ["४५", "y"], FileItem("", "", {"people": "45", "water": "yes"})),
    ("forms.survey", ["12 people", "2"], FileItem("", "", {"people": "12", "water": "no"})),
    ("forms.survey", ["many", "lots", "NO."], FileItem("", "", {"water": "no"})),
]


@pytest.mark.parametrize("name, said, wanted", ITEMS)
def test_a_form_files_what_was_said(name, said, wanted):
    moves = walk(name, *said)
    (item,) = effects(moves)
    assert item.text == wanted.text
    assert item.type == wanted.type or not wanted.type
    assert wanted.answers.items() <= item.answers.items()
    assert not item.partial
    assert moves[-1].state is None
    assert moves[-1].prompt.ends
    assert moves[-1].prompt.with_reference("A7K2").text == "thanks reference=A7K2"


def test_words_that_were_not_understood_are_kept_for_staff():
    (item,) = effects(walk("forms.survey", "many", "lots", "0"))
    assert item.answers == {"people_words": "lots"}


def test_a_form_with_nothing_said_files_nothing():
    moves = walk("forms.request", "0", "", "")
    assert effects(moves) == []
    assert moves[-1].prompt.text == "form.empty"


def test_a_wrong_answer_is_asked_again_once_with_an_example():
    texts = [move.prompt.text for move in walk("forms.survey", "many", "lots", "maybe", "perhaps")]
    assert texts == [
        "how many?",
        "number.wrong\nhow many?",
        "water?",
        "choice.wrong\nwater?",
        "thanks reference={reference}",
    ]


def test_an_unknown_place_offers_names_and_never_loops_more_than_twice():
    moves = walk("forms.request", "Garsin", "Garso", "Garsu")
    assert moves[1].prompt.options == (("1", "Garsen"), ("2", "Garissa"), ("0", "Skip"))
    assert moves[1].prompt.text == "place.choose"
    assert moves[1].prompt.free
    assert moves[2].prompt == moves[1].prompt
    assert moves[3].prompt.text == "what?"


def test_a_place_without_neighbours_asks_for_another_name():
    assert walk("forms.request", "Xanadu")[1].prompt.text == "place.unknown"


MENUS = [
    ([], "home"),
    (["5"], "information"),
    (["info"], "information"),
    (["5", "6"], "which language"),
    (["5", "6", "0"], "information"),
    (["5", "back"], "home"),
    (["5", "6", "00"], "home"),
    (["1", "0"], "home"),
    (["2", "0"], "what?"),
    (["2", "Garsen", "0"], "place?"),
    (["2", "Garsen", "0", "0"], "what?"),
    (["9"], "choice.wrong\nhome"),
    (["9", "9"], "choice.wrong\nhome"),
    (["9", "5"], "information"),
    (["5", "1"], "1/3 flood.1"),
    (["5", "1", "1"], "2/3 flood.2"),
    (["5", "1", "more", "1"], "3/3 flood.3"),
    (["5", "1", "1", "1", "1"], "information"),
    (["5", "1", "1", "0"], "information"),
    (["5", "1", "7"], "1/3 flood.1"),
    (["0"], "goodbye"),
]


@pytest.mark.parametrize("said, wanted", MENUS)
def test_a_menu_leads_where_its_number_says(said, wanted):
    assert walk("menus.home", *said, ask=USSD)[-1].prompt.text == wanted


def test_a_stranger_and_a_lost_dialogue_begin_at_home():
    assert step(PACK, None, "anything", USSD).prompt.text == "home"
    assert step(PACK, State("forms.retired"), "1", USSD).prompt.text == "home"


def test_a_text_that_is_no_option_may_be_a_new_message():
    first, again, last = walk("menus.home", "the bridge is gone", "it fell")
    assert first.understood
    assert not again.understood
    assert again.state is not None
    assert not last.understood
    assert last.state is None


def test_a_topic_by_sms_is_one_message_and_the_hint_for_more():
    move = walk("menus.home", "5", "1")[-1]
    assert move.state is None
    assert move.prompt.text == "1/3 flood.1 more.hint"
    assert move.effects == (ShowTopic("flood", 1),)
    assert dialogue.topic_text(PACK.topics["flood"], 3, SMS) == "3/3 flood.3"


def test_each_topic_message_shown_is_told():
    shown = effects(walk("topics.flood", "1", "1", ask=USSD))
    assert shown == [ShowTopic("flood", 1), ShowTopic("flood", 2), ShowTopic("flood", 3)]


def test_a_chosen_language_is_spoken_at_once():
    by_screen = walk("menus.language", "२", ask=USSD)[-1]
    assert by_screen.effects == (SetLanguage("ne"),)
    assert by_screen.prompt.text == "[ne] home"
    by_text = walk("menus.language", "2")[-1]
    assert by_text.prompt.text == "[ne] language.set"
    assert by_text.state is None


JOINS = [
    (["2", "Sunsari"], [SetLanguage("ne"), Join(), SetArea("NP0101")]),
    (["english", "0"], [SetLanguage("en"), Join()]),
    (["x", "y", "Sunsari"], [Join(), SetArea("NP0101")]),
    (["x", "y", "0"], []),
]


@pytest.mark.parametrize("said, wanted", JOINS)
def test_an_answer_to_the_invitation_joins_once_and_silence_does_not(said, wanted):
    moves = walk("forms.join", *said)
    assert effects(moves) == wanted
    assert moves[-1].state is None


def test_the_join_form_goes_on_in_the_language_chosen():
    assert walk("forms.join", "2")[-1].prompt.text == "[ne] your place?"


CLOSINGS = [
    (["1", "Sunsari"], "place.saved place=Sunsari"),
    (["1", "0"], "welcome"),
    (["x", "y", "0"], "join.none"),
]


@pytest.mark.parametrize("said, wanted", CLOSINGS)
def test_the_join_form_ends_with_what_became_of_it(said, wanted):
    assert walk("forms.join", *said)[-1].prompt.text == wanted


def test_a_screen_asks_before_it_sends():
    asked, sent = walk("forms.question", "when?", "1", ask=USSD)[1:]
    assert asked.prompt.text == "form.confirm"
    assert asked.effects == ()
    assert sent.effects == (FileItem("question", "when?"),)


@pytest.mark.parametrize("said", ["0", "no", "back"])
def test_words_not_sent_can_be_written_again(said):
    move = walk("forms.question", "when?", said, ask=USSD)[-1]
    assert move.prompt.text == "question?"
    assert move.state == State("forms.question")


@pytest.mark.parametrize("said", [["yes"], ["form.s"], ["?", "?"]])
def test_words_at_the_last_screen_are_never_lost(said):
    moves = walk("forms.question", "when?", *said, ask=USSD)
    assert effects(moves) == [FileItem("question", "when?")]


def session(*said: str) -> State:
    state = walk("menus.home", *said, ask=USSD)[-1].state
    assert state is not None
    return state


def test_a_session_that_died_goes_on_where_it_was():
    died = dialogue.to_resume(session("2", "Garsen", "maji hakuna * tangu jana"))
    assert dialogue.worth_resuming(died)
    assert dialogue.prompt(PACK, died, USSD) == dialogue.resume_prompt(USSD)
    unsure = step(PACK, died, "what", USSD)
    assert unsure.prompt == dialogue.resume_prompt(USSD)
    went_on = step(PACK, State.from_json(died.to_json()), "1", USSD)
    assert went_on.prompt.text == "form.confirm"
    assert went_on.state is not None
    sent = step(PACK, went_on.state, "1", USSD)
    answers = {"place": "KE0401", "place_words": "Garsen"}
    assert sent.effects == (FileItem("request", "maji hakuna * tangu jana", answers),)


@pytest.mark.parametrize("said, text", [("2", "home"), ("00", "home"), ("0", "goodbye")])
def test_starting_again_keeps_what_was_typed_as_a_partial_item(said, text):
    move = step(PACK, dialogue.to_resume(session("1", "when?")), said, USSD)
    assert move.effects == (FileItem("question", "when?", partial=True),)
    assert move.prompt.text == text


PARTIALS = [
    ([], None),
    (["1"], None),
    (["3", "1"], None),
    (["5", "1"], None),
    (["2", "Garsen"], FileItem("request", "", {"place": "KE0401", "place_words": "Garsen"}, True)),
    (["2", "Nowhere"], FileItem("request", "", {"place_words": "Nowhere"}, True)),
    (["3", "2", "late"], FileItem("complaint", "late", {"which": "Problem"}, True)),
]


@pytest.mark.parametrize("said, wanted", PARTIALS)
def test_what_was_typed_before_a_session_died_is_a_partial_item(said, wanted):
    assert dialogue.partial(PACK, session(*said)) == wanted


def test_98_and_99_turn_the_page_without_answering():
    first, second, third, back = walk("menus.home", "98", "९८", "99", ask=USSD)
    assert [move.state and move.state.page for move in (first, second, third, back)] == [0, 1, 2, 1]
    assert back.prompt == first.prompt
    (item,) = effects(walk("forms.survey", "98", "0", "1", ask=USSD))
    assert item.answers == {"people": "98"}


def test_an_answer_begins_on_the_first_page_again():
    state = session("98", "2")
    assert state.page == 0


def test_a_prompt_is_one_text_with_an_option_a_line():
    assert sms(start(PACK, "forms.idea", SMS).prompt) == "which?\n1 Idea\n2 Problem"


def test_an_unknown_dialogue_cannot_be_started():
    with pytest.raises(KeyError):
        start(PACK, "menus.nowhere", SMS)


FIELD = {"name": "words", "kind": "text", "ask": "a"}
TOPIC = {
    "hazard": "flood",
    "stage": "prepare",
    "audience": "all",
    "version": "1",
    "approver": "none yet",
    "messages": ["a"],
}
WRONG = [
    ({"menus": []}, "menus: must be a table"),
    ({"menus": {"home": 3}}, "menus.home: must be a table"),
    ({"menus": {"home": {"options": []}}}, "menus.home: title"),
    ({"menus": {"home": {"title": "t"}}}, "menus.home: options must not be empty"),
    (
        {"menus": {"home": {"title": "t", "options": [{"number": 98, "label": "a"}]}}},
        "menus.home: an option's number must be from 1 to 97, not 98",
    ),
    (
        {"menus": {"home": {"title": "t", "options": [{"number": 1, "name": "a", "to": "b"}]}}},
        "menus.home option 1: does not know to",
    ),
    (
        {"menus": {"home": {"title": "t", "options": [{"number": 1, "name": "a"}]}}},
        "menus.home option 1: needs either go or language",
    ),
    (
        {
            "menus": {
                "home": {"title": "t", "options": [{"number": 1, "name": "a", "language": "a"}] * 2}
            }
        },
        "menus.home: two options have the same number",
    ),
    (
        {
            "menus": {
                "home": {"title": "t", "options": [{"number": 1, "name": "a", "go": "forms.x"}]}
            }
        },
        "menus.home option 1: goes to forms.x, which is not in the pack",
    ),
    ({"forms": {"f": {"close": "c", "files": "question"}}}, "forms.f: fields must be there"),
    ({"forms": {"f": {"fields": [FIELD], "files": "question"}}}, "forms.f: close is missing"),
    ({"forms": {"f": {"fields": [FIELD], "close": "c"}}}, "forms.f: needs either files"),
    (
        {"forms": {"f": {"fields": [FIELD | {"kind": "date"}], "close": "c"}}},
        "forms.f field words: kind must be one of",
    ),
    (
        {"forms": {"f": {"fields": [FIELD | {"kind": "choice", "menu": "x"}], "close": "c"}}},
        "forms.f field words: there is no menu 'x'",
    ),
    ({"topics": {"flood": TOPIC}}, "topics.flood: review must be a date"),
    ({"topics": {"flood": TOPIC | {"review": None}}}, "topics.flood: review must be a date"),
]


@pytest.mark.parametrize("raw, sentence", WRONG)
def test_a_wrong_pack_is_refused_and_the_entry_named(raw, sentence):
    with pytest.raises(PackError) as caught:
        load(raw)
    assert str(caught.value).startswith(sentence)


def test_a_pack_names_its_words():
    assert {"flood.2", "topic.flood", "keyword.flood", "place?", "Problem", "thanks"} <= PACK.keys
