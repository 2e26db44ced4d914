"""gateway jobs …: long work in the background, how far it is, and a way to stop it."""

import json
import sqlite3
import time
from typing import Any

import click

from gateway.cli.opening import BY, gateway, plainly, show
from gateway.cli.progress import progress
from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.store import jobs
from gateway.told import moment

LOOK = 0.5  # seconds between two looks at a job that others work on


@click.group("jobs")
def jobs_command() -> None:
    """Long work: lists coming in and going out, alerts, deleting what is old."""


@jobs_command.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.option("--all", "every", is_flag=True, help="Also what is over.")
@plainly
def list_jobs(as_json: bool, every: bool) -> None:
    """List what waits and runs."""
    with gateway() as gw:
        db = gw.store.read
        rows = [_told(row) for row in (jobs.page(db, limit=100) if every else jobs.unfinished(db))]
    show(rows, as_json, "No job waits or runs. See those that are over: gateway jobs list --all")


@jobs_command.command("show")
@click.argument("id", type=int)
@click.option("--follow", is_flag=True, help="Stay until it is over.")
@click.option("--json", "as_json", is_flag=True)
@plainly
def show_job(id: int, follow: bool, as_json: bool) -> None:
    """Show one job, what came of it, and the lines it refused; exit 1 if it failed."""
    with gateway() as gw:
        row = _want(gw, id)
        if follow:
            row = _follow(gw, row, as_json)
        refused = [
            {"line": line["line"], "reason": line["reason"]}
            for line in jobs.refusals(gw.store.read, id, limit=100)
        ]
        result = json.loads(row["result"] or "{}")
    told = {**_told(row), **result}
    if as_json:
        lines = {"refused": refused, "refused_lines": result.get("refused", 0)}
        click.echo(json.dumps(told | lines, ensure_ascii=False, indent=2))
    else:
        for line in refused:
            click.echo(f"Line {line['line']}: {line['reason']}")
        if (more := result.get("refused", 0) - len(refused)) > 0:
            click.echo(f"and {more} lines more")
        click.echo("\n".join(f"{name}: {value}" for name, value in told.items()))
    raise SystemExit(1 if row["state"] == "failed" else 0)


@jobs_command.command("stop")
@click.argument("id", type=int)
@plainly
def stop_job(id: int) -> None:
    """Stop a job between two steps; what it did before is kept."""
    from gateway import background

    with gateway() as gw:
        try:
            background.stop(gw, BY, id)
        except Refused as refused:
            row = jobs.by_id(gw.store.read, id)
            if row and row["kind"] == "alert" and row["state"] in ("waiting", "running"):
                raise Refused(f"{refused} gateway alert stop {row['subject']}") from None
            raise
        row = _want(gw, id)
    click.echo(f"Stopped at {row['done']} of {row['total']}.")


def _want(gw: Gateway, id: int) -> sqlite3.Row:
    row = jobs.by_id(gw.store.read, id)
    if row is None:
        raise Refused(f"There is no job {id}. See them: gateway jobs list --all")
    return row


def _follow(gw: Gateway, row: sqlite3.Row, quiet: bool) -> sqlite3.Row:
    """Look at a job until it is over; somebody else does it."""
    with progress(row["kind"], quiet) as tell:
        while row["state"] in ("waiting", "running"):
            tell(row["done"], row["total"] or 0)
            time.sleep(LOOK)
            row = _want(gw, row["id"])
        tell(row["done"], row["total"] or 0)
    return row


def _told(row: sqlite3.Row) -> dict[str, Any]:
    named = {name: row[name] for name in ("id", "kind", "state", "done", "total", "by")}
    return {**named, "begun": moment(row["created_at"])}
