"""Places by name, as people type them."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from gateway.domain.keywords import normal
from gateway.receive.asking import Asking
from gateway.store import areas
from tests.core.field import Field

Find = Callable[[str], Sequence[tuple[str, bool]]]
PLACES = ("Madogo", "Madoga", "Madoya", "Mariakani", "Mwina", "Wenje", "Wen", "Kipini", "Kau")


@pytest.fixture
def find(field: Field) -> Find:
    """Return what a word finds among a few places and the demo's: names, and which is sure."""
    for number, name in enumerate(PLACES):
        pcode = f"QQ{number:02}"
        field.gw.store.write(partial(areas.add, pcode=pcode, name=name, normal=normal(name)))
    ask = Asking.of(field.gw, field.gw.store.read, "en", (), screens=False)
    return lambda text: [(area.name, area.exact) for area in ask.find_areas(text)]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("Mad", ["Madoga", "Madogo", "Madoya"]),
        ("ma", ["Madoga", "Madogo", "Madoya"]),
        ("Madogu", ["Madoga", "Madogo", "Madoya"]),
        ("MWIAN", ["Mwina"]),
        ("mwinna", ["Mwina"]),
        ("Wenj", ["Wenje", "Wen"]),
        ("Xenje", []),
        ("?!", []),
        ("", []),
        ("w" * 5000, []),
    ],
)
def test_places_begun_or_nearly_named_are_offered(
    find: Find, typed: str, names: Sequence[str]
) -> None:
    assert find(typed) == [(name, False) for name in names]


def test_a_name_of_one_place_is_sure(find: Find) -> None:
    assert find("KIPINI!") == [("Kipini", True)]


def test_a_place_that_is_gone_is_not_offered(field: Field, find: Find) -> None:
    field.do("UPDATE area SET retired_at = 1 WHERE name = 'Mwina'")
    assert find("mwin") == find("mwinna") == []


def test_only_names_that_begin_alike_are_looked_at(field: Field, find: Find) -> None:
    looked = list(areas.names(field.gw.store.read, "m", 5, 6))
    assert looked == ["madoga", "madogo", "madoya", "mwina"]
