"""How a line behaves, and what it tells the link it belongs to."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from gateway.providers.smpp.errands import Errand
from gateway.providers.smpp.pdu import Pdu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.providers.smpp.bind import Bind
    from gateway.providers.smpp.hearing import Heard


@dataclass(frozen=True, slots=True)
class Terms:
    """How a line behaves; times in seconds."""

    command: int
    request: bytes = field(repr=False)  # it holds the password
    window: int
    enquire: float
    timeout: float


class Owner(Protocol):
    """What a line needs of the link it belongs to."""

    def made(self, bind: "Bind") -> None: ...
    def bound(self, bind: "Bind") -> None: ...
    def ready(self) -> None: ...
    def slower(self) -> None: ...
    def again(self, errand: Errand, number: int) -> None: ...
    def heard(self, bind: "Bind", pdu: Pdu) -> None: ...
    def kept(self, heard: "Sequence[Heard]") -> None: ...
    def ended(self, bind: "Bind") -> None: ...
