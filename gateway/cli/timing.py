"""gateway clock: whether the time is trusted, and a person's word for it."""

from datetime import UTC, datetime

import click

from gateway.cli.opening import BY, gateway, plainly
from gateway.clock import keeping
from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.domain.clock import RELEASED, WORDS

NOT_A_TIME = "Write the time with its offset, as 2026-11-21T18:00+05:45."


@click.group("clock")
def clock_command() -> None:
    """Whether the time can be relied on."""


@clock_command.command("show")
@plainly
def show() -> None:
    """Say what time it is here, and why that is trusted or not."""
    with gateway() as gw:
        click.echo(told(gw))


@clock_command.command("confirm")
@click.option("--time", "typed", default="", help="As 2026-11-21T18:00+05:45; else as shown.")
@plainly
def confirm(typed: str) -> None:
    """Say that this machine's clock is right, or what time it is instead."""
    with gateway() as gw:
        at = _moment(typed) if typed else gw.time.shows()
        if at < RELEASED:
            raise Refused("That is before this program was made. Set the clock, or give --time.")
        if gw.time.is_slip(at):
            raise Refused("That is years after the last message here. Look at the year.")
        keeping.confirm(gw.store, gw.time, BY, at)
        click.echo(told(gw))


def told(gw: Gateway) -> str:
    """Return the time and whether to trust it, in a line."""
    at = shown(gw.time.now())
    return f"{at} {'is trusted' if gw.time.trusted else 'is NOT trusted'}: {WORDS[gw.time.why]}"


def shown(at: float) -> str:
    """Return a time as the command line writes it.

    >>> shown(0.0)
    '1970-01-01 00:00:00+00:00'
    """
    return datetime.fromtimestamp(at, UTC).isoformat(" ", "seconds")


def _moment(typed: str) -> float:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise Refused(NOT_A_TIME) from None
    if at.tzinfo is None:
        raise Refused(NOT_A_TIME)
    return at.timestamp()
