"""The power goes at any write: nothing accepted is lost, nothing ordinary goes twice."""

import os
from collections.abc import Callable

import pytest

from tests.soak import judging
from tests.soak.judging import Noted, Stored
from tests.soak.life import Life

CUTS = int(os.environ.get("CUTS", "150"))
SEED = int(os.environ.get("SEED", "1"))
ONE_LIFE = 50  # cuts of one store
LIVES = [SEED * 1000 + number for number in range(-(-CUTS // ONE_LIFE))]


@pytest.fixture
def life(driver, tmp_path) -> Callable[..., Life]:
    """Begin a life: what its seed, and what its fault is."""
    return lambda seed, fault="": Life(tmp_path, driver, seed, fault)


def is_lost(stored: Stored, noted: Noted) -> bool:
    return bool(judging.lost_in(stored, noted) or judging.lost_out(stored, noted))


@pytest.mark.parametrize("seed", LIVES)
def test_a_power_cut_at_any_write_loses_and_doubles_nothing(life, counted, seed):
    one = life(seed)
    for _ in range(ONE_LIFE):
        assert not is_lost(*one.cut()), one.where
    one.end()
    stored, noted = one.look()
    counted("power cuts", **one.counts())
    assert judging.findings(stored, noted, one.claimed) == {}, one.where
    assert one.lacks() == [], one.where


@pytest.mark.parametrize("fault", ["OFF", "NORMAL"])
def test_a_store_that_does_not_sync_its_commits_loses_some(life, fault):
    one = life(SEED, fault)
    assert any(is_lost(*one.cut(tears=False)) for _ in range(10))


def test_a_gateway_that_goes_on_where_it_was_cut_doubles_some(life):
    one = life(SEED, "resume")
    assert any(judging.doubled(*one.cut()) for _ in range(ONE_LIFE))
