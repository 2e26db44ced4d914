"""Whether words may have gone to somebody lately is answered by a table that forgets on purpose."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.store.recent import Recent

LATELY = 600.0


class Clock:
    def __init__(self, at: float = 1000.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def made(complete: bool = True) -> tuple[Recent, Clock]:
    clock = Clock()
    return Recent(LATELY, complete, clock), clock


def test_only_the_same_words_for_the_same_person_need_be_looked_up() -> None:
    recent, _ = made()
    assert recent.note([(1, 7, "Flood"), (2, 8, "Flood"), (3, 7, "Fire")]) == set()
    assert recent.note([(4, 7, "Flood"), (5, 9, "Flood"), (6, None, "Fire")]) == {4}


def test_two_of_one_batch_are_seen() -> None:
    assert made()[0].note([(1, 7, "Flood"), (2, 7, "Flood")]) == {2}


def test_what_went_long_ago_is_forgotten() -> None:
    recent, clock = made()
    recent.note([(1, 7, "Flood")])
    clock.at += 2 * LATELY + 2
    assert recent.note([(2, 7, "Flood")]) == set()


def test_after_a_start_everything_is_looked_up_for_as_long_as_it_may_have_gone_before() -> None:
    recent, clock = made(complete=False)
    clock.at += LATELY - 1
    assert recent.note([(1, 7, "Flood")]) == {1}
    clock.at += 1
    assert recent.note([(2, 8, "Flood")]) == set()


def test_a_late_result_or_one_of_another_run_makes_everything_doubtful() -> None:
    for name in ("late", "of another run", "of another version"):
        recent, clock = made()
        batch = {"of another run": made()[0].batch(), "of another version": "b1"}.get(name)
        batch = batch or recent.batch()
        clock.at += LATELY if name == "late" else 0
        recent.told(batch)
        assert recent.note([(1, 7, "Flood")]) == {1}, name
        clock.at += LATELY
        assert recent.note([(2, 8, "Flood")]) == set(), name


def test_a_result_in_time_leaves_the_rest_certain() -> None:
    recent, clock = made()
    batch = recent.batch()
    clock.at += LATELY - 2
    recent.told(batch)
    assert recent.note([(1, 7, "Flood")]) == set()


WORDS = st.sampled_from(["Flood", "Fire"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), st.integers(1, 2), WORDS),
        st.tuples(st.just("result"), st.integers(0, 2), st.none()),
        st.tuples(st.just("wait"), st.sampled_from([1, 300, 599, 600, 601]), st.none()),
        st.tuples(st.just("start"), st.none(), st.none()),
    ),
    max_size=40,
)


@settings(max_examples=1000)
@given(STEPS)
def test_what_went_within_ten_minutes_or_is_on_its_way_is_never_missed(steps) -> None:
    recent, clock = made()
    went: dict[tuple[int, str], float] = {}
    on_its_way: list[tuple[str, tuple[int, str]]] = []
    for number, (what, one, words) in enumerate(steps):
        if what == "claim":
            key, batch = (one, words), recent.batch()
            lately = went.get(key, -LATELY) > clock.at - LATELY
            assert recent.note([(number, *key)]) == {number} or not lately
            went[key] = clock.at
            on_its_way.append((batch, key))
        elif what == "result" and on_its_way:
            batch, key = on_its_way.pop(one % len(on_its_way))
            recent.told(batch)
            went[key] = clock.at
        elif what == "wait":
            clock.at += one
        elif what == "start":
            recent = Recent(LATELY, complete=False, clock=clock)
