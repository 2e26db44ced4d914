"""What the buttons and forms of an item do: the act's name, and the verb it calls."""

from collections.abc import Callable, Mapping

from gateway import respond
from gateway.context import Gateway

Form = Mapping[str, str]
Act = Callable[[Gateway, str, str, Form], object]


LONGEST = 500  # letters of a note or a reason: the page of an item stays small


def short(form: Form) -> Form:
    """Return a form as it is kept; only what is split off may be long, for it becomes items."""
    return {name: words if name == "texts" else words[:LONGEST] for name, words in form.items()}


def _status(gw: Gateway, by: str, reference: str, form: Form) -> None:
    reason = form.get("close_reason") or form.get("reject_reason") or ""
    how = form.get("how") or None
    respond.set_status(gw, by, reference, form.get("status", ""), reason.strip() or None, how)


def _split(gw: Gateway, by: str, reference: str, form: Form) -> None:
    respond.split(gw, by, reference, form.get("texts", "").splitlines())


ACTS: Mapping[str, Act] = {
    "take": lambda gw, by, ref, form: respond.take(gw, by, ref),
    "assign": lambda gw, by, ref, form: respond.assign(gw, by, ref, form.get("to") or None),
    "code": lambda gw, by, ref, form: respond.code(
        gw, by, ref, form.get("type", ""), form.get("code", "")
    ),
    "priority": lambda gw, by, ref, form: respond.prioritise(gw, by, ref, form.get("priority", "")),
    "status": _status,
    "note": lambda gw, by, ref, form: respond.note(gw, by, ref, form.get("note", "")),
    "split": _split,
    "sensitive": lambda gw, by, ref, form: respond.mark_sensitive(
        gw, by, ref, form.get("mark_reason", "").strip() or None
    ),
    "ordinary": lambda gw, by, ref, form: respond.unmark(
        gw, by, ref, form.get("unmark_reason", "")
    ),
}
