"""What people send when they want to leave, join, ask or be helped."""

import json
import sys
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import keywords
from gateway.domain.keywords import Keywords, Match, normal
from gateway.domain.keywords.references import SIGNS

ROOT = Path(__file__).parent.parent.parent
VECTORS = json.loads((ROOT / "tests/vectors/keywords.json").read_text(encoding="utf-8"))
DATA = json.loads((ROOT / "locales/keywords.json").read_text(encoding="utf-8"))
EVERY = list(DATA["languages"])
LEAVE, MAYBE = "opt_out", "possible_opt_out"
CONTENT = {
    "en": {
        "flood": ["FLOOD", "FLOODS"],
        "fire": ["FIRE"],
        "alerts": ["ALERT", "ALERTS"],
        "type:question": ["ASK", "Q", "QUESTION"],
        "type:request": ["NEED"],
        "language:en": ["ENGLISH"],
        "language:ne": ["\u0928\u0947\u092a\u093e\u0932\u0940", "NEPALI"],
    },
    "sw": {"flood": ["MAFURIKO"], "more": ["ZAIDI"], "type:question": ["ULIZA"]},
    "bi": {"flood": ["FLUD"]},
}
WORDS = Keywords(keywords.merged(keywords.live(DATA, drafts=EVERY), CONTENT))
CONFIRMED = Keywords(keywords.merged(keywords.live(DATA), CONTENT))


def asked(text, language="en", languages=("en", "sw"), pending=False):
    found = WORDS.match(text, language, languages, pending)
    return found.intent if found else None


# One spelling


@pytest.mark.parametrize("vector", VECTORS["normalisation"], ids=lambda vector: vector["normal"])
def test_words_are_brought_to_one_spelling(vector):
    assert normal(vector["input"]) == vector["normal"]


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("\u0967\u06f2\u0663\uff14\u1039\u1045", "1234\u10395"),
        ("\u1369", "1"),
        ("\u2460", "1"),
        ("\u092c\u0928\u094d\u0926\u0964", "\u092c\u0928\u094d\u0926"),
        ("S\u0130", "si"),
        ("Stra\u00dfe", "strasse"),
        ("\u0419\u043e\u0434", "\u0439\u043e\u0434"),
        ("ta\u00b4ofi", "taofi"),
        ("STOP\ufe0f \U0001f6d1", "stop"),
        ("st\u0640op\x00", "stop"),
        ("a\tb\r\n c\u00a0d", "a b c d"),
        ("", ""),
        ("\U0001f44d", ""),
    ],
)
def test_odd_spellings_are_met(text, spelling):
    assert normal(text) == spelling


@given(st.text())
def test_a_spelling_is_settled_at_once(text):
    assert normal(normal(text)) == normal(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_plain_letters_take_the_short_way_to_the_same_spelling(text):
    assert normal(text + "\u200b") == normal(text)


# Leaving, joining


@pytest.mark.parametrize("tag", EVERY)
@pytest.mark.parametrize("intent", ["opt_out", "opt_in", "help"])
def test_every_word_of_every_language_is_known_to_its_people(tag, intent):
    for word in DATA["languages"][tag]["words"][intent]:
        found = WORDS.match(word, tag, ["en"])
        assert found.exact
        assert found.intent in (intent, "cry"), word
        assert WORDS.match(f' "{word.lower()}"!! ', tag, ["en"]).intent == found.intent


@pytest.mark.parametrize("language", [None, "xx", *EVERY])
def test_stop_and_start_are_heard_in_every_language(language):
    assert asked("STOP", language) == LEAVE
    assert asked("START", language) == "opt_in"
    assert asked("stopall", language) == LEAVE


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("STOP", LEAVE),
        (" Stop!! ", LEAVE),
        ('"STOP"', LEAVE),
        ("\uff33\uff34\uff2f\uff30", LEAVE),
        ("STOP STOP STOP", LEAVE),
        ("STOP ALL", LEAVE),
        ("opt-out", LEAVE),
        ("ACHA", LEAVE),
        ("Stop. Thank you", MAYBE),
        ("Stop.Thank you", MAYBE),
        ("please stop sending", MAYBE),
        ("Please stop", MAYBE),
        ("ok stop now", MAYBE),
        ("Do not text me again!", MAYBE),
        ("don\u2019t text me", MAYBE),
        ("I am tired of this. STOP", MAYBE),
        ("Acha. Asante sana", MAYBE),
        ("remove me from your list", MAYBE),
        ("STOP flod", MAYBE),
        ("STOP 12345", None),
        ("STOP. 12345", None),
        ("stop this bill", None),
        ("we have got to STOP this bill", None),
        ("please stop the water trucks", None),
        ("the rain will stop tomorrow", None),
        ("bus stop", None),
        ("the end", None),
        ("S T O P", None),
        ("", None),
        ("\U0001f44d", None),
        ("1", None),
    ],
)
def test_leaving_is_told_from_ordinary_words(text, intent):
    assert asked(text) == intent


def calls(text):
    """Count the functions called to read a text, those written in C among them."""
    made = []
    sys.setprofile(lambda frame, event, what: made.append(event) if "call" in event else None)
    try:
        WORDS.match(text, "en", ["en", "fr", "sw", "ar"])
        WORDS.nearest(text, "en", ["en", "fr", "sw", "ar"])
    finally:
        sys.setprofile(None)
    return len(made)


@pytest.mark.parametrize("word", ["x. ", "stop it ", "\u0928\u092e\u0938\u094d "])
def test_a_longer_message_takes_no_more_work(word):
    calls(word * 2500)  # what is remembered afterwards is the same for both
    assert 0 < calls(word * 5000) <= calls(word * 1250) * 1.1


@pytest.mark.parametrize("sign", ["x", "\u0645", "\u0301\u0316", "\ufdfa", "!"])
def test_a_long_text_is_compared_by_its_beginning(sign):
    assert normal(sign * 100_000) == normal(sign * 100_000 + "x") == normal(sign * 1024)
    assert keywords.words(sign * 100_000) == keywords.words(sign * 1024)


def test_a_word_said_a_thousand_times_is_that_word():
    assert asked("stop " * 2000) == LEAVE


def test_a_long_message_is_read_at_both_ends():
    assert asked("we are many here " * 500 + ". STOP. Thanks") == MAYBE
    assert asked("ASK " + "when " * 2000) == "type:question"


def test_a_soft_sign_of_leaving_goes_to_a_person():
    assert WORDS.match("STOP flod", "en") == Match(MAYBE, "flod", None, False, True)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("STOP flood", "leave:flood"),
        ("stop: FLOODS!", "leave:flood"),
        ("ACHA MAFURIKO", "leave:flood"),
        ("STOP ALERTS", "leave:alerts"),
        ("START ALERT", "join:alerts"),
        ("START 12", None),
    ],
)
def test_one_topic_can_be_left_or_joined(text, intent):
    assert asked(text) == intent


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("YES", "en"),
        ("NDIYO", "sw"),
        ("\u0646\u0639\u0645", "ar"),
        ("OUI", "fr"),
        ("S\u00ed", "es"),
    ],
)
def test_a_yes_joins_only_somebody_who_was_asked(word, language):
    assert asked(word, language) is None
    assert asked(word, language, pending=True) == "opt_in"


# Languages


def test_the_persons_own_language_wins():
    for tag in ("ne", "ln"):
        found = WORDS.match("BANDA", tag, ["ln", "ne"])
        assert found == Match({"ne": LEAVE, "ln": "opt_in"}[tag], "", tag)


@pytest.mark.parametrize("collision", VECTORS["collisions"], ids=lambda c: c["token"])
def test_where_languages_differ_and_none_is_known_leaving_wins_and_a_person_looks(collision):
    meanings = collision["meanings"]
    languages = [tag for tags in meanings.values() for tag in tags]
    found = WORDS.match(collision["token"], None, languages)
    assert found.review
    assert found.intent == (LEAVE if LEAVE in meanings else next(iter(meanings)))


def test_the_deployments_other_languages_are_understood():
    assert WORDS.match("ACHA", "en", ["en", "sw"]) == Match(LEAVE, "", "sw")
    assert WORDS.match("ACHA", "en", ["en"]) is None


def test_a_regional_tag_has_its_own_words_and_those_of_its_language():
    assert asked("\u0628\u0646\u062f", "fa-AF") == LEAVE
    assert asked("\u0628\u0633", "fa_AF") == LEAVE
    assert asked("\u0628\u0646\u062f", "fa") is None


def test_a_single_letter_is_a_word_only_to_its_own_people():
    assert asked("T", "zh-Hans") == LEAVE
    assert asked("T", "en", ["zh-Hans"]) is None
    assert asked("T", None, ["zh-Hans"]) is None


def test_words_nobody_has_confirmed_are_not_live():
    assert CONFIRMED.match("HUNONG", "ceb") is None
    assert CONFIRMED.match("STOP", "ceb").intent == LEAVE
    assert keywords.live(DATA, drafts=["ceb"])["ceb"]["opt_out"] == ["HUNONG", "UNDANG", "STOP"]


# Asking


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FLOOD", Match("flood", "", "en")),
        ("flood!", Match("flood", "", "en")),
        ("Flood 2", Match("flood", "2", "en", False)),
        ("flood \u0968", Match("flood", "2", "en", False)),
        ("Mafuriko", Match("flood", "", "sw")),
        ("flood is coming", None),
        ("MORE", Match("more", "", "en")),
        ("ASK: When, if at all?", Match("type:question", "When, if at all?", "en", False)),
        ("ask\nwhen?", Match("type:question", "when?", "en", False)),
        ("Q when", Match("type:question", "when", "en", False)),
        ("NEED", Match("type:request", "", "en")),
        ("need STOP signs", Match("type:request", "STOP signs", "en", False)),
        ("asking for water", None),
        ("nepali", Match("language:ne", "", "en")),
        ("\u0928\u0947\u092a\u093e\u0932\u0940", Match("language:ne", "", "en")),
        ("MY DATA", Match("my_data", "", "en")),
        ("forget", Match("forget", "", "en")),
    ],
)
def test_what_is_asked_for(text, expected):
    assert WORDS.match(text, "en", ["en", "sw"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HELP", Match("help", "", "en")),
        ("help my house is under water", Match("help", "my house is under water", "en", False)),
        ("SOS", Match("cry", "", "en")),
        ("SOS SOS SOS!!!", Match("cry", "", "en")),
        ("Emergency: bridge fell", Match("cry", "bridge fell", "en", False)),
        ("we are on the roof SOS", Match("cry", "we are on the roof SOS", None, False, True)),
    ],
)
def test_cries_for_help_are_heard(text, expected):
    assert WORDS.match(text, "en", ["en"]) == expected


def test_a_cry_is_heard_where_words_have_no_space_between_them():
    assert asked("\u5bb6\u65cf\u3092\u52a9\u3051\u3066\u304f\u3060\u3055\u3044", "ja") == "cry"


@pytest.mark.parametrize("tag", [t for t in EVERY if "cry" in DATA["languages"][t]["words"]])
def test_a_cry_comes_before_any_other_meaning(tag):
    for word in DATA["languages"][tag]["words"]["cry"]:
        assert WORDS.match(word, tag, ["en"]).intent == "cry"


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("FLUD", "en", "FLOOD"),
        ("flodo", "en", "FLOOD"),
        ("STPO", "en", "STOP"),
        ("stpo", "xx", "STOP"),
        ("helpp", "en", "HELP"),
        ("unsubscirb", "en", "UNSUBSCRIBE"),
        ("MAFURKO", "sw", "MAFURIKO"),
        ("FLD", "en", "FLOOD"),
        ("new", "en", None),
        ("help", "en", "HELP"),
        ("water", "en", None),
        ("12345", "en", None),
        ("ok", "en", None),
        ("", "en", None),
    ],
)
def test_a_slip_is_forgiven(text, language, meant):
    assert WORDS.nearest(text, language) == meant


@given(st.text(max_size=80), st.sampled_from((None, "en", "ne")), st.booleans())
def test_any_text_is_read_without_trouble(text, language, pending):
    found = WORDS.match(text, language, ["sw", "en"], pending)
    assert found is None or found.intent
    WORDS.nearest(text, language)


TELLING = ["stop", "STOP ALL", "ask", "need", "flood", "thank you", "yes", "help", "do not", "1"]
SAID = st.lists(
    st.sampled_from([*TELLING, "st", "op", "road", "my"]) | st.text("a-.,!' \n_", max_size=3)
)


@given(SAID.map("".join) | SAID.map(" ".join), st.sampled_from((None, "en", "ne")), st.booleans())
def test_what_is_seen_at_once_to_say_nothing_says_nothing(text, language, pending):
    asked = WORDS._ask(language, ("sw", "en"), pending)
    assert WORDS.match(text, language, ["sw", "en"], pending) == WORDS._read(text, asked)


# References


REFERENCES = [
    one for bits in range(30) for one in keywords.references(keywords.first_signs(bits * 7919))
]


def test_references_hold_no_look_alikes_and_no_words():
    assert not set("01ILOQAEIOU2Z5S8B") & set(SIGNS) - set("258")
    for reference in REFERENCES:
        assert len(reference) == 4
        assert keywords.is_reference(reference)
        assert not reference.isalpha()
        assert not reference.isdigit()


def test_a_slip_or_a_swap_in_a_reference_is_noticed():
    for reference in REFERENCES[:100]:
        slips = {
            reference[:at] + sign + reference[at + 1 :]
            for at, sign in product(range(4), SIGNS)
            if sign != reference[at]
        }
        swaps = {
            reference[:at] + reference[at + 1] + reference[at] + reference[at + 2 :]
            for at in range(3)
            if reference[at] != reference[at + 1]
        }
        assert not any(keywords.is_reference(wrong) for wrong in slips | swaps)


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("{} OK", "OK"),
        ("{}", ""),
        ("  {}: still closed ", "still closed"),
        ("ref {}, no water", "no water"),
        ("#{}. asante", "asante"),
    ],
)
def test_a_message_may_begin_with_a_reference(typed, rest):
    for reference in REFERENCES[:50]:
        assert keywords.reference(typed.format(reference.lower())) == (reference, rest)


def test_signs_that_look_alike_are_forgiven():
    reference = next(r for r in REFERENCES if "5" in r and "8" in r)
    typed = reference.replace("5", "S").replace("8", "b")
    assert keywords.reference(typed + " ok") == (reference, "ok")


@pytest.mark.parametrize("text", ["", "STOP", "2026", "2345 OK", "HELP me", "water 98J3", "C19"])
def test_other_words_are_not_references(text):
    assert keywords.reference(text) is None


@pytest.mark.parametrize(
    "text, typed, rest",
    [("km8x ok", "KM8X", "ok"), ("7O3P", "7O3P", ""), ("ref 4HJ9W6", "4HJ9W6", "")],
)
def test_a_reference_with_a_slip_is_told_as_it_was_typed(text, typed, rest):
    assert keywords.reference(text) == (typed, rest)
    assert not keywords.is_reference(typed)


@pytest.mark.parametrize(
    "text", ["10am tomorrow", "H1N10 here", "covid19", "2026 ok", "SICK child"]
)
def test_what_is_two_signs_off_is_no_reference(text):
    assert keywords.reference(text) is None


@pytest.mark.parametrize("length", [4, 5, 6])
@given(st.integers(0, 2**64))
def test_any_bits_begin_references(length, bits):
    found = keywords.references(keywords.first_signs(bits, length))
    assert len(set(found)) == len(found) >= 10
    for reference in found:
        assert len(reference) == length
        assert keywords.is_reference(reference)


def test_of_four_signs_there_are_as_many_references_as_may_be_told():
    found = {
        one for first in product(SIGNS, repeat=2) for one in keywords.references("".join(first))
    }
    every = {"".join(signs) for signs in product(SIGNS, repeat=4)}
    assert found == {one for one in every if keywords.is_reference(one)}
    assert len(found) == 9_786
