"""What a load is to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """So many calls of a kind, numbered from `first`; `rate` a second, or as fast as answered.

    A program's calls carry its token, and a message for so many people each.
    """

    port: int
    kind: str
    count: int
    first: int = 0
    rate: float | None = None
    connections: int = 16
    token: str = ""
    people: int = 1
