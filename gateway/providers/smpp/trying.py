"""Binding once, to see whether they let us in."""

import asyncio
from collections.abc import Sequence

from gateway.providers import Account, SendError, Unreachable
from gateway.providers.smpp import codes
from gateway.providers.smpp.bind import Bind
from gateway.providers.smpp.errands import Errand
from gateway.providers.smpp.hearing import Heard
from gateway.providers.smpp.link import Place
from gateway.providers.smpp.pdu import Pdu
from gateway.providers.smpp.terms import Terms


class _Guest:
    """Owns a line that is only looked at."""

    def __init__(self) -> None:
        self.done = asyncio.Event()

    def made(self, bind: Bind) -> None:
        """Wait for more."""

    def bound(self, bind: Bind) -> None:
        self.done.set()

    def ended(self, bind: Bind) -> None:
        self.done.set()

    def ready(self) -> None:
        """Send nothing."""

    def slower(self) -> None:
        """Nothing was sent."""

    def again(self, errand: Errand, number: int) -> None:
        """Nothing was sent."""

    def heard(self, bind: Bind, pdu: Pdu) -> None:
        """Leave it with them: not acknowledged, it comes again to the line that keeps it."""

    def kept(self, heard: Sequence[Heard]) -> None:
        """Nothing was kept."""


async def bind_once(place: Place, terms: Terms) -> None:
    """Bind and unbind; raise the SendError that sending would meet."""
    guest, loop = _Guest(), asyncio.get_running_loop()
    try:
        async with asyncio.timeout(terms.timeout):
            _, bind = await loop.create_connection(
                lambda: Bind(guest, terms), place.host, place.port, ssl=place.tls
            )
    except (OSError, TimeoutError, ValueError) as error:  # ValueError: no name of a host
        raise Unreachable(codes.broken(error)) from None
    await guest.done.wait()
    if bind.is_bound:
        await bind.unbind(1.0)
        return
    raise _meant(bind.refused)


def _meant(status: int | None) -> SendError:
    """Return what a bind that did not come about means for sending."""
    if status is None:
        return Unreachable("they do not answer")
    error = Account if status in codes.SIGN_IN else Unreachable
    return error(codes.code(status))
