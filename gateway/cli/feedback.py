"""gateway feedback export."""

from datetime import UTC, datetime
from pathlib import Path

import click

from gateway.cli.opening import BY, gateway, plainly
from gateway.domain.alerts import Refused
from gateway.domain.csv_cells import line
from gateway.store import audit, feedback


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
        rows = list(feedback.export(gw.store.read, _day(since, 0.0), _day(until, gw.clock())))
        detail = {"items": len(rows) - 1}
        gw.store.write(
            lambda db: audit.write(db, gw.clock(), BY, "feedback.export", "file", detail)
        )
    with file.open("w", encoding="utf-8", newline="") as out:
        out.writelines(line(row) for row in rows)
    click.echo(f"{len(rows) - 1} items are in {file}.")


def _day(text: str, otherwise: float) -> float:
    if not text:
        return otherwise
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Refused("Write a date as 2026-11-01.") from None
