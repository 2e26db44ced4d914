"""Counting, encoding and packing texts, on one core."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.figures import Line, Spread, Target
from bench.size import Size
from gateway.domain.sms import encode, pack, split
from gateway.domain.sms import measure as count

DISTINCT = 50_000  # texts; more would only fill memory
COUNTED = Target(2, at_least=False)  # seconds for a million
PACKED = Target(6, at_least=False)
WORDS = {
    "short seven-bit texts": "Water point {} is open from 8 to 16. Boil water before you drink it.",
    "seven-bit texts with Greek and brackets": "\u0394{} [\u20ac] caf\u00e9",
    "UCS-2 texts": "\u0928\u0926\u0940 {} \u092e\u093e \u092a\u093e\u0928\u0940",
    "seven-bit texts of three parts": "{:06} " + 45 * "water ",
}


def measure(folder: Path, size: Size) -> Iterator[Line]:
    """Work on a million texts; the ceiling is one call of a method of str on each."""
    short, *others = WORDS
    texts = _texts(short, size.texts)
    yield _line(f"a million {short} counted", texts, size, count, COUNTED)
    yield _line("the same encoded and packed", texts, size, _pack, PACKED)
    for name in others:
        yield _line(f"a million {name} counted", _texts(name, size.texts // 10), size, count)
    yield _line(f"a million {name} divided", _texts(name, size.texts // 10), size, split)


def _texts(kind: str, count: int) -> list[str]:
    made = [WORDS[kind].format(number) for number in range(min(count, DISTINCT))]
    return [made[number % len(made)] for number in range(count)]


def _pack(text: str) -> bytes:
    return pack(encode(text))


def _line(
    name: str,
    texts: Sequence[str],
    size: Size,
    work: Callable[[str], object],
    target: Target | None = None,
) -> Line:
    ours, bare = [], []
    for _ in range(size.rounds):
        ours.append(_seconds(texts, work))
        bare.append(_seconds(texts, str.encode))
    return Line(name, "seconds", Spread.of(ours), Spread.of(bare), target)


def _seconds(texts: Sequence[str], work: Callable[[str], object]) -> float:
    """Return the seconds a million would take."""
    began = time.perf_counter()
    for text in texts:
        work(text)
    return (time.perf_counter() - began) * 1_000_000 / len(texts)
