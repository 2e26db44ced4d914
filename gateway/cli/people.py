"""gateway contacts …, gateway areas …: lists of people and places as CSV files."""

import json
from pathlib import Path
from typing import Any

import click

from gateway import imports
from gateway.cli.opening import BY, gateway, plainly
from gateway.cli.progress import progress
from gateway.cli.taking import take_out
from gateway.context import Gateway
from gateway.store import jobs

_file = click.Path(exists=True, path_type=Path, dir_okay=False)


@click.group("contacts")
def contacts_command() -> None:
    """People and their numbers."""


@click.group("areas")
def areas_command() -> None:
    """Places with their P-codes."""


@contacts_command.command("import")
@click.argument("file", type=_file)
@click.option("--json", "as_json", is_flag=True)
@plainly
def import_contacts(file: Path, as_json: bool) -> None:
    """Import a CSV: address, and as you have them language, area, groups, consent, proof.

    Broken rows are listed with the reason; the rest is imported. Who left stays out.
    """
    _import("contacts", file, as_json)


@areas_command.command("import")
@click.argument("file", type=_file)
@click.option("--json", "as_json", is_flag=True)
@plainly
def import_areas(file: Path, as_json: bool) -> None:
    """Import a CSV: pcode, name, and as you have them parent, level, timezone, quiet, languages."""
    _import("areas", file, as_json)


def _import(kind: str, file: Path, as_json: bool) -> None:
    with gateway() as gw:
        job = imports.start(gw, BY, kind, file.read_bytes(), file.name)
        _run(gw, job, quiet=as_json)
        told = _told(gw, job)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _say(told)
    raise SystemExit(1 if told["state"] == "failed" else 0)


def _run(gw: Gateway, job: int, quiet: bool) -> None:
    with progress("Importing", quiet) as tell:
        imports.run(gw, job, tell)


def _told(gw: Gateway, job: int) -> dict[str, Any]:
    row = jobs.by_id(gw.store.read, job)
    assert row is not None
    total = jobs.refused(gw.store.read, job)
    refused = [
        {"line": refusal["line"], "reason": refusal["reason"]}
        for refusal in jobs.refusals(gw.store.read, job, limit=max(total, 1))
    ]
    result = json.loads(row["result"] or "{}")
    return {"state": row["state"], "lines": row["done"], **result, "refused": refused}


def _say(told: dict[str, Any]) -> None:
    for refusal in told["refused"]:
        click.echo(f"Line {refusal['line']}: {refusal['reason']}")
    counts = [f"{value} {name}" for name, value in told.items() if isinstance(value, int)]
    click.echo(", ".join([*counts, f"{len(told['refused'])} refused"]))


@contacts_command.command("invite")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@plainly
def invite_contacts(yes: bool) -> None:
    """Ask everyone whose number staff wrote down, once, whether they want to join."""
    from gateway import invite

    with gateway() as gw:
        number = invite.waiting(gw)
        if number and (yes or click.confirm(f"Text {number} people now?")):
            number = invite.invite(gw, BY)
            click.echo(f"{number} invitations wait to go out.")
        else:
            click.echo(f"{number} people have neither joined nor been asked.")


@contacts_command.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@plainly
def export_contacts(file: Path) -> None:
    """Write all contacts to a CSV file. It holds numbers: keep it safe, delete it soon."""
    with gateway() as gw:
        take_out(gw, "export_contacts", file)
    click.echo(f"The contacts are in {file}.")
