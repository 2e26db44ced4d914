"""The door for programs: who calls, whether they may, and what they brought."""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import msgspec
from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue

from gateway.context import Gateway
from gateway.domain.alerts import Refused
from gateway.store import StoreClosed, users
from gateway.submit import NoChannel
from gateway.web.problems import Problem, problem, told
from gateway.web.words import gateway

__all__ = ["actor", "answer", "blueprint", "body", "caller", "gateway", "needs", "problem", "query"]

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

P = ParamSpec("P")
T = TypeVar("T")
View = Callable[P, ResponseReturnValue]

_AT = re.compile(r" - at `\$\.?(.*)`$")
_NOT_A_TIME = re.compile(r"RFC3339|`datetime")
_NAMED = re.compile(r"(?:unknown|required) field `([^`]*)`")


@dataclass(frozen=True, slots=True)
class Caller:
    """A token in use. `person` and `own_role` are of the user it belongs to, if any."""

    id: int
    name: str
    role: str
    person: str | None = None
    own_role: str | None = None

    @property
    def by(self) -> str:
        return f"user:{self.person}" if self.person else f"token:{self.name}"

    def may(self, roles: tuple[str, ...]) -> bool:
        """Whether it is of these roles; nobody's token may do more than they may themselves."""
        return self.role in roles and self.own_role in (None, "administrator", *roles)


def needs(*roles: str) -> Callable[[View[P]], View[P]]:
    """Let only tokens of these roles call a route."""

    def only(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            g.caller = identified(gateway(), request.headers.get("Authorization", ""))
            if not g.caller.may(roles):
                message = f"A token of role {g.caller.role} may not do this."
                raise problem(403, "forbidden", message)
            return view(*args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return only


def identified(gw: Gateway, authorization: str) -> Caller:
    """Return whose token a call came with; a Problem if it is none in use."""
    scheme, _, token = authorization.partition(" ")
    given = token.strip() if scheme.lower() == "bearer" else ""
    found = gw.tokens.get(given, lambda: _caller(gw.store.read, given)) if given else None
    if found is None:
        raise problem(401, "unauthorised", "Send 'Authorization: Bearer' and a token in use.")
    return found


def _caller(db: sqlite3.Connection, token: str) -> Caller | None:
    row = users.by_token(db, token)
    owner = users.by_id(db, row["user"]) if row and row["user"] else None
    if row is None:
        return None
    if owner is None:
        return Caller(row["id"], row["name"], row["role"])
    return Caller(row["id"], row["name"], row["role"], owner["name"], owner["role"])


def caller() -> Caller:
    """Return the token that called; only for routes that say what they `needs`."""
    found: Caller = g.caller
    return found


def actor() -> str:
    """Return who acts, for the audit and for the rule of two people: `user:sita`, `token:crm`."""
    return caller().by


def body(shape: type[T]) -> T:
    """Read the JSON of this call; what does not fit is a 400, 415 or 422 that names the field."""
    if request.mimetype != "application/json":
        raise problem(415, "not_json", "Send JSON, as Content-Type: application/json.")
    return _read(lambda raw: msgspec.json.decode(raw, type=shape), request.get_data())


def query(shape: type[T]) -> T:
    """Read the query of this call, each name once."""
    given = request.args.to_dict()
    return _read(lambda raw: msgspec.convert(raw, shape, strict=False), given)


def _read(decode: Callable[[Any], T], raw: object) -> T:
    try:
        return decode(raw)
    except msgspec.ValidationError as error:
        field = _field(str(error))
        raise problem(422, "invalid", _said(str(error), field), field) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise problem(400, "bad_json", "This is not JSON in UTF-8.") from None


def _said(message: str, field: str | None) -> str:
    """Return what to tell of a validation message; how a time is written is shown.

    >>> _said("Invalid RFC3339 encoded datetime - at `$.due`", "due")
    'due: write a time with its offset, as 2026-11-18T18:00:00+05:45.'
    """
    if not _NOT_A_TIME.search(message):
        return message
    return f"{field}: write a time with its offset, as 2026-11-18T18:00:00+05:45."


def _field(message: str) -> str | None:
    """Return the path of the field that a validation message is about.

    >>> _field("Expected `str`, got `int` - at `$.audience.areas[0]`")
    'audience.areas[0]'
    >>> _field("Object contains unknown field `txt` - at `$.audience`")
    'audience.txt'
    """
    at, named = _AT.search(message), _NAMED.search(message)
    parts = [found[1] for found in (at, named) if found and found[1]]
    return ".".join(parts) or None


def answer(found: object, status: int = 200) -> ResponseReturnValue:
    """Return structs or mappings as JSON."""
    return Response(msgspec.json.encode(found), status, content_type="application/json")


@blueprint.errorhandler(Problem)
def _problem(error: Problem) -> ResponseReturnValue:
    return told(error.code or 400, str(error.description), error.word, error.field)


@blueprint.errorhandler(Refused)
def _refused(error: Refused) -> ResponseReturnValue:
    """What a verb refuses: for the moment (409), for good (422), or for want of the thing (404)."""
    if isinstance(error, NoChannel):
        return told(409, str(error), "no_channel", error.field)
    if error.field == "id":
        return told(404, str(error))
    if error.field == "by":
        return told(403, str(error), "two_people", error.field)
    if error.field in ("state", "hash"):
        return told(409, str(error), error.field, error.field)
    return told(422, str(error), "invalid", error.field)


@blueprint.errorhandler(StoreClosed)
def _closed(error: StoreClosed) -> ResponseReturnValue:
    return told(503, "The gateway is stopping or starting. Try again in a minute.")
