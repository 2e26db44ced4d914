"""Longer texts come in parts: joined in any order, read once, and read as they are after a day."""

from itertools import permutations

import pytest

from gateway import receive
from gateway.domain.messages import Inbound, Part
from tests.core.field import AMINA, MAYA, NOW, Field

TEXTS = ("Maji yamefika ", "hadi shuleni, ", "tunahitaji mashua")
WHOLE = "".join(TEXTS)


def tell(field, number, text=None, told=None, sender=MAYA, reference=77, total=3):
    text = TEXTS[number - 1] if text is None else text
    told = told or f"{sender}-{reference}-{number}"
    part = Part(reference, total, number)
    return receive.take(field.gw, field.channel, [Inbound(sender, "4040", text, told, part=part)])


def read(field):
    return [(row["text"], row["flags"]) for row in field.rows("SELECT * FROM inbound ORDER BY id")]


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_parts_are_joined_in_whatever_order_they_come(field: Field, order) -> None:
    for number in order:
        assert read(field) == []
        tell(field, number)
    assert read(field) == [(WHOLE, None)]
    assert len(field.items()) == 1


def test_a_part_told_again_before_or_after_the_end_changes_nothing(field: Field) -> None:
    for number in (1, 1, 2, 3, 3, 1):
        tell(field, number)
    assert read(field) == [(WHOLE, None)]
    assert len(field.items()) == 1


def test_the_parts_of_two_people_and_of_two_texts_stay_apart(field: Field) -> None:
    for number in (1, 2):
        tell(field, number)
        tell(field, number, sender=AMINA)
        tell(field, number, reference=78)
    assert read(field) == []
    tell(field, 3, sender=AMINA)
    assert read(field) == [(WHOLE, None)]
    assert field.one("SELECT sender FROM inbound") == AMINA


def test_a_number_used_again_begins_a_new_text(field: Field) -> None:
    for number in (1, 2, 3):
        tell(field, number)
    for number in (1, 2, 3):
        tell(field, number, told=f"later-{number}")
    assert read(field) == [(WHOLE, None)] * 2


def test_what_was_there_is_read_when_its_number_is_used_again(field: Field) -> None:
    tell(field, 1)
    tell(field, 1, text="Habari. ", told="other-1", total=3)
    assert read(field) == [("Maji yamefika […]", "incomplete")]
    tell(field, 2, told="other-2")
    tell(field, 3, told="other-3")
    assert read(field)[1] == ("Habari. hadi shuleni, tunahitaji mashua", None)


def test_after_a_day_what_came_is_read_with_a_mark_where_something_is_missing(field: Field) -> None:
    tell(field, 1)
    tell(field, 3)
    field.clock.now = NOW + 86000
    receive.read_lone_parts(field.gw)
    assert read(field) == []
    field.clock.now = NOW + 86500
    receive.read_lone_parts(field.gw)
    assert read(field) == [("Maji yamefika […]tunahitaji mashua", "incomplete")]
    assert len(field.items()) == 1
    assert field.one("SELECT count(*) FROM part") == 0


def test_joined_parts_are_forgotten_after_a_day(field: Field) -> None:
    for number in (1, 2, 3):
        tell(field, number)
    field.clock.now = NOW + 86500
    receive.read_lone_parts(field.gw)
    assert read(field) == [(WHOLE, None)]
    assert field.one("SELECT count(*) FROM part") == 0


@pytest.mark.parametrize("part", [Part(1, 1, 1), Part(1, 2, 3), Part(1, 0, 0), Part(1, 2, 0)])
def test_a_part_that_cannot_be_joined_is_a_message(field: Field, part) -> None:
    receive.take(field.gw, field.channel, [Inbound(MAYA, "4040", "FLOOD", "r", part=part)])
    assert field.decision() == "topic:flood/1@1"
