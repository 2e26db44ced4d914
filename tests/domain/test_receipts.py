"""Receipts come late, twice and out of order; the row must end the same."""

from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.messages import State, Status
from gateway.domain.receipts import FINAL, MEANS, ORDER, advance

EARLY = (State.QUEUED, State.CLAIMED, State.UNKNOWN, State.SENT)


def walk(state, statuses):
    for status in statuses:
        state = advance(state, status)
    return state


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_meaning(status):
    assert status in MEANS


@pytest.mark.parametrize("state", EARLY)
@pytest.mark.parametrize(
    ("status", "end"),
    [
        ("queued", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "delivered"),
        ("failed", "failed"),
        ("rejected", "failed"),
        ("expired", "expired"),
        ("cancelled", "withdrawn"),
    ],
)
def test_a_receipt_moves_an_open_row_forward(state, status, end):
    assert advance(state, Status(status)) == State(end)


@pytest.mark.parametrize("state", State)
def test_a_provider_that_cannot_say_changes_nothing(state):
    assert advance(state, Status.UNKNOWN) == state


@pytest.mark.parametrize("state", sorted(FINAL))
@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENT])
def test_a_final_state_is_not_undone(state, status):
    assert advance(state, status) == state


@pytest.mark.parametrize(
    ("one", "other", "end"),
    [
        ("expired", "failed", "failed"),
        ("expired", "rejected", "failed"),
        ("cancelled", "failed", "failed"),
        ("cancelled", "expired", "expired"),
        ("failed", "rejected", "failed"),
        ("failed", "delivered", "delivered"),
        ("expired", "read", "delivered"),
        ("cancelled", "sent", "withdrawn"),
        ("unknown", "expired", "expired"),
    ],
)
def test_of_two_words_the_graver_counts_whichever_came_first(one, other, end):
    ends = {walk(State.SENT, map(Status, order)) for order in permutations((one, other))}
    assert ends == {State(end)}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("status", [Status.DELIVERED, Status.READ])
def test_delivered_beats_everything(state, status):
    assert advance(state, status) == State.DELIVERED


@pytest.mark.parametrize("start", EARLY)
def test_the_end_is_the_same_in_any_order(start):
    for size in range(1, 5):
        for chosen in combinations(Status, size):
            assert len({walk(start, order) for order in permutations(chosen)}) == 1


@given(st.data(), st.sampled_from(EARLY))
def test_receipts_told_again_change_nothing(data, start):
    receipts = data.draw(st.lists(st.sampled_from(Status), min_size=1))
    again = data.draw(st.permutations(receipts * 2))
    assert walk(start, again) == walk(start, receipts)


@given(st.lists(st.sampled_from(Status)), st.sampled_from(State))
def test_a_row_never_moves_back(receipts, start):
    rank = {state: place for place, state in enumerate(ORDER)}
    ranks = [rank.get(walk(start, receipts[:n]), -1) for n in range(len(receipts) + 1)]
    assert ranks == sorted(ranks)
