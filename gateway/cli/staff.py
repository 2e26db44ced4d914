"""gateway user …, gateway token …"""

import sqlite3

import click

from gateway.cli.opening import BY, gateway, plainly, show, web
from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.store import audit, tokens, users

ROLES = ("administrator", "operator", "approver", "field_staff", "auditor")
SEE = "See: gateway user list"


def _why(error: users.UserError) -> Refused:
    return Refused(f"{error} {SEE}" if error.reason == "unknown" else str(error))


@click.group("user")
def user_command() -> None:
    """Staff who sign in."""


@user_command.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--password-file", type=click.Path(exists=True), help="Else a one-time link.")
@click.option("--password", hidden=True, help="Seen by others on this machine: prefer the file.")
@plainly
def add_user(name: str, role: str, password_file: str | None, password: str | None) -> None:
    """Add a user; without a password, print a one-time link to hand over."""
    secret = _from_file(password_file) if password_file else password
    with gateway() as gw:

        def work(db: sqlite3.Connection) -> str | None:
            now = gw.clock()
            _, link = users.add_user(db, name, role, secret, now)
            audit.write(db, now, BY, "user.add", f"user:{name}", {"role": role})
            return link

        try:
            link = gw.store.write(work)
        except users.UserError as error:
            raise _why(error) from None
        click.echo(f"User {name} is added as {role}.")
        if link:
            _hand_over(gw, link)


def _from_file(file: str) -> str:
    with open(file, encoding="utf-8") as lines:
        return lines.readline().rstrip("\r\n")


def _hand_over(gw: Gateway, link: str) -> None:
    click.echo("Hand over this link, once, within a day; it asks for a password:")
    click.echo(f"  {web(gw)}/password/{link}")


@user_command.command("list")
@click.option("--json", "as_json", is_flag=True)
@plainly
def list_users(as_json: bool) -> None:
    """List users."""
    with gateway() as gw:
        rows = [
            {"name": row["name"], "role": row["role"], "state": "on" if row["enabled"] else "off"}
            for row in users.list_users(gw.store.read)
        ]
    show(rows, as_json, "No users yet. 'gateway run' prints a link for the first administrator.")


@user_command.command("disable")
@click.argument("name")
@plainly
def disable(name: str) -> None:
    """End a user's sign-ins and let them in no more."""
    with gateway() as gw:

        def work(db: sqlite3.Connection) -> None:
            users.disable_user(db, name)
            audit.write(db, gw.clock(), BY, "user.disable", f"user:{name}")

        try:
            gw.store.write(work)
        except users.UserError as error:
            raise _why(error) from None
    click.echo(f"User {name} is disabled.")


@user_command.command("reset")
@click.argument("name")
@plainly
def reset(name: str) -> None:
    """Print a one-time link for a new password."""
    with gateway() as gw:

        def work(db: sqlite3.Connection) -> str:
            link = users.password_link(db, name, gw.clock())
            audit.write(db, gw.clock(), BY, "user.reset", f"user:{name}")
            return link

        try:
            _hand_over(gw, gw.store.write(work))
        except users.UserError as error:
            raise _why(error) from None


@click.group("token")
def token_command() -> None:
    """Programs that use the API."""


@token_command.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--user", default=None, help="The person it acts for, if it is one person's.")
@plainly
def add_token(name: str, role: str, user: str | None) -> None:
    """Add a token and print it, this once."""
    with gateway() as gw:

        def work(db: sqlite3.Connection) -> str:
            now = gw.clock()
            owner = users.by_name(db, user) if user else None
            if user and owner is None:
                raise Refused(f"There is no such user. {SEE}")
            try:
                made = tokens.add_token(db, name, role, owner["id"] if owner else None, now)
            except sqlite3.IntegrityError:
                raise Refused(f"There is or was a token {name}: take another name.") from None
            audit.write(db, now, BY, "token.add", f"token:{name}", {"role": role})
            return made

        click.echo(gw.store.write(work))


@token_command.command("list")
@click.option("--json", "as_json", is_flag=True)
@plainly
def list_tokens(as_json: bool) -> None:
    """List tokens, not what they are."""
    with gateway() as gw:
        rows = [
            {
                "name": row["name"],
                "role": row["role"],
                "state": "revoked" if row["revoked_at"] else "on",
            }
            for row in tokens.list_tokens(gw.store.read)
        ]
    show(rows, as_json, "No tokens yet. Add one: gateway token add NAME --role operator")


@token_command.command("revoke")
@click.argument("name")
@plainly
def revoke(name: str) -> None:
    """Stop a token for good."""
    with gateway() as gw:

        def work(db: sqlite3.Connection) -> None:
            if not tokens.revoke_token(db, name, gw.clock()):
                raise Refused(f"There is no token {name} in use.")
            audit.write(db, gw.clock(), BY, "token.revoke", f"token:{name}")

        gw.store.write(work)
    click.echo(f"Token {name} is revoked.")
