"""gateway feedback export."""

from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.background import exports
from gateway.cli.opening import gateway, plainly
from gateway.cli.taking import take_out
from gateway.domain.alerts import Refused


@click.group("feedback")
def feedback_command() -> None:
    """What people told us."""


@feedback_command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--since", default="", help="A date, as 2026-11-01.")
@click.option("--until", default="", help="A date; that day is left out.")
@plainly
def export(file: Path, since: str, until: str) -> None:
    """Write coded items to a CSV file: no numbers, nothing sensitive."""
    with gateway() as gw:
        place = exports.Place(since=_day(since, 0.0), until=_day(until, gw.clock()))
        number = take_out(gw, "export_feedback", file, place)
    click.echo(f"{number} items are in {file}.")


def _day(text: str, otherwise: float) -> float:
    if not text:
        return otherwise
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Refused("Write a date as 2026-11-01.") from None
