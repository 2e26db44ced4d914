"""The keyword that was probably meant: found quickly, and the same as by looking at all."""

import json
import sys
from itertools import groupby, product
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.domain.keywords import Keywords, alike, apart, live, normal

FILE = Path(__file__).parent.parent.parent / "locales/keywords.json"
DATA = json.loads(FILE.read_text(encoding="utf-8"))
TABLE = live(DATA, drafts=list(DATA["languages"]))
UNOFFERED = ("polite", "leaving", "yes", "cry")
OFFERED = {
    tag: [word for intent, said in intents.items() if intent not in UNOFFERED for word in said]
    for tag, intents in TABLE.items()
}
WORDS = Keywords(TABLE)
SCRIPTS = "aeiostlrn\u00e90\u0623\u0639\u0644\u0627\u0628\u092e\u0926\u094d\u0938\u12a0\u121d\u0e01"
WHOLE = [tag for tag in DATA["languages"] if "-" not in tag]  # fa-AF asks fa as well
tags = st.lists(st.sampled_from(WHOLE), max_size=12, unique=True)
letters = st.sampled_from(SCRIPTS)
written = st.sampled_from(sorted({word for said in OFFERED.values() for word in said}))


@st.composite
def mistyped(draw):
    """Draw a word with up to three slips, of any kind."""
    word = draw(written)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(word)))
        here, rest = word[at : at + 1], word[at + 1 :]
        slips = (rest, here + here + rest, rest[:1] + here + rest[1:], draw(letters) + rest)
        word = word[:at] + draw(st.sampled_from((*slips, draw(letters) + here + rest)))
    return word


def edits(one, other):
    """Count the edits between two spellings by the plain definition; a swap of two is one."""
    far: dict[tuple[int, int], int] = {}
    for i, j in product(range(len(one) + 1), range(len(other) + 1)):
        ways = [0] if not i and not j else []
        ways += [far[i - 1, j] + 1] if i else []
        ways += [far[i, j - 1] + 1] if j else []
        if i and j:
            ways.append(far[i - 1, j - 1] + (one[i - 1] != other[j - 1]))
        if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
            ways.append(far[i - 2, j - 2] + 1)
        far[i, j] = min(ways)
    return far[len(one), len(other)]


def once_each(spelling):
    return "".join(letter for letter, _ in groupby(spelling))


def slips(key, meant):
    """Count the slips in a word, or return None where they are too many."""
    forms = [(key, meant)]
    if len(once_each(meant)) >= 4:
        forms.append((once_each(key), once_each(meant)))
    most = 1 if len(meant) <= 5 else 2
    near = [form for form in forms if abs(len(form[0]) - len(form[1])) <= most]
    fewest = min((edits(*form) for form in near), default=99)
    return fewest if len(meant) >= 3 and fewest <= most else None


def nearest_of_all(text, languages):
    """Compare a text with every word, in the order in which they are preferred."""
    key = normal(text)
    if not 3 <= len(key) <= 60 or key.isdigit():
        return None
    near = [
        (found, place, word)
        for place, word in enumerate(word for tag in languages for word in OFFERED[tag])
        if (found := slips(key, normal(word))) is not None
    ]
    return min(near)[2] if near else None


@settings(max_examples=150, deadline=None)
@given(st.one_of(mistyped(), st.text(letters, max_size=12)), tags)
@example("STPO", ["sw", "fr"])
@example("xret", ["fr"])
@example("stooooooooooooooop", ["en"])
@example("unsubscirb", ["en"])
def test_the_nearest_word_is_the_nearest_of_all(text, languages):
    own, *others = languages or [None]
    order = [*languages, "always"]
    assert WORDS.nearest(text, own, others) == nearest_of_all(text, order)


@given(st.text(letters, max_size=9), st.text(letters, max_size=9), st.integers(0, 3))
def test_edits_are_counted_as_defined(one, other, limit):
    assert apart(one, other, limit) == min(edits(one, other), limit + 1)


few = st.text(st.sampled_from("abc"), max_size=7)


@given(few, st.lists(few), st.integers(0, 4))
def test_names_in_a_list_are_compared_as_one_by_one(word, names, limit):
    near = [(name, edits(word, name)) for name in sorted(names)]
    assert list(alike(word, sorted(names), limit)) == [one for one in near if one[1] <= limit]
    assert list(alike(word, names, limit)) == [
        (name, far) for name in names if (far := edits(word, name)) <= limit
    ]


def calls(text):
    """Count the functions called to find the word that was meant, those in C among them."""
    made = []
    sys.setprofile(lambda frame, event, what: made.append(event) if "call" in event else None)
    try:
        WORDS.nearest(text, "en", list(DATA["languages"]))
    finally:
        sys.setprofile(None)
    return len(made)


def test_a_word_is_not_compared_with_every_word():
    WORDS.nearest("water", "en", list(DATA["languages"]))  # what is made once is made
    assert max(map(calls, ("0flood", "watermelons", "mmaannggoo", "z" * 60))) < 300
