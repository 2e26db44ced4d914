"""Opening the gateway for one command, and saying what went wrong in a sentence."""

import functools
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import click

from gateway.context import Gateway, open_gateway
from gateway.domain.alerts import Refused
from gateway.sealing import Sealer
from gateway.settings import BadSetting, Settings
from gateway.store import StoreError, home

P = ParamSpec("P")
T = TypeVar("T")

BY = "cli"


def plainly(command: Callable[P, T]) -> Callable[P, T]:
    """Turn what may go wrong into a sentence and exit code 1."""

    @functools.wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except (BadSetting, StoreError, Refused) as error:
            raise click.ClickException(str(error)) from None
        except sqlite3.OperationalError as error:
            raise click.ClickException(
                f"The store cannot be written to ({error}). Is its disk full, or are its files "
                "another user's?"
            ) from None
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}.") from None

    return told


@contextmanager
def gateway() -> Iterator[Gateway]:
    """Open the gateway of the data folder for this command."""
    gw = open_gateway(Settings.load())
    try:
        yield gw
    finally:
        gw.store.close()


def web(gw: Gateway) -> str:
    """Return where the gateway's pages are: what is set, else where it was served last."""
    return (
        gw.settings["PUBLIC_URL"].rstrip("/") or home.last(gw.store.read) or gw.settings.public_url
    )


def opened(sealer: Sealer, row: sqlite3.Row) -> dict[str, str]:
    """Return the settings of a channel's row; Refused where they were sealed with another key."""
    try:
        return sealer.open(row["settings"])
    except ValueError:
        raise Refused(
            f"The key file is not the one of this store: it does not open channel {row['name']}. "
            f"Put the right key file back. If it is lost: gateway channel remove {row['name']}, "
            "and add it again."
        ) from None


def show(rows: Sequence[dict[str, Any]], as_json: bool, empty: str) -> None:
    """Print rows as JSON, or as lines with aligned columns."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, indent=2))
    elif not rows:
        click.echo(empty)
    else:
        _table(rows)


def _table(rows: Sequence[dict[str, Any]]) -> None:
    names = list(rows[0])
    lines = [names] + [["" if row[n] is None else str(row[n]) for n in names] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    for line in lines:
        click.echo("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())


def signed_in(gw: Gateway, name: str, password_file: str | None, roles: Sequence[str]) -> str:
    """Return the actor of a staff member who proves it with a password; else exit 1."""
    from gateway.store import users

    row = users.check_password(gw, name, _password(name, password_file))
    if row is None:
        raise click.ClickException("Wrong name or password.")
    if row["role"] not in roles:
        raise click.ClickException(f"{name} is {row['role']}: only {' or '.join(roles)} may.")
    return f"user:{row['name']}"


def _password(name: str, password_file: str | None) -> str:
    if password_file:
        with open(password_file, encoding="utf-8") as file:
            return file.readline().rstrip("\n")
    answer: str = click.prompt(f"Password of {name}", hide_input=True)
    return answer
