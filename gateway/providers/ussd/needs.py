"""The settings of a USSD channel, and what they change in the aggregator's dialect."""

from collections.abc import Mapping
from dataclasses import replace

from gateway.domain.messages import Phase
from gateway.providers import N_, Need
from gateway.providers.needs import COUNTRY, HOOK_KEY
from gateway.providers.ussd.aggregators import DIALECTS
from gateway.providers.ussd.dialect import Dialect

_NAME = r"[\w.-]+"
_PARTS = "session|phone|text|code|network|phase|hops|error"
_PHASES = "start|input|end|timeout"
_ONE = rf"({_PARTS})={_NAME}"
_WORD = rf"[^=,]*=({_PHASES})"

NEEDS: tuple[Need, ...] = (
    Need(
        "type",
        N_("Whose words they speak; conend: CON and END, with all inputs so far in each call."),
        default="conend",
        pattern="|".join(DIALECTS),
    ),
    HOOK_KEY,
    Need("userid", N_("The user name they sign in with, if they do."), default="", pattern=r".*"),
    Need(
        "password",
        N_("The password they sign in with, if they do."),
        secret=True,
        default="",
        pattern=r".*",
    ),
    Need(
        "expired",
        N_("What a person reads whose session is lost."),
        default="Session expired, please dial again.",
        pattern=r"[^\r\n]{1,160}",
    ),
    Need(
        "fields",
        N_("Other names of theirs, as phone=MSISDN,text=INPUT,…"),
        default="",
        pattern=rf"({_ONE}(,{_ONE})*)?",
    ),
    Need(
        "reads",
        N_("What calls are written in: form (or query), json or xml; empty: as their type."),
        default="",
        pattern="(form|json|xml)?",
    ),
    Need(
        "input",
        N_("What a call brings: path (all inputs so far) or last; empty: as their type."),
        default="",
        pattern="(path|last)?",
    ),
    Need(
        "phases",
        N_("Their words for where a session stands, as begin=start,continue=input,stop=end."),
        default="",
        pattern=rf"({_WORD}(,{_WORD})*)?",
    ),
    Need(
        "page",
        N_("How a screen is written, with {{text}} and {{more}} in it; empty: as their type."),
        default="",
        pattern=r"(.*\{\{text\}\}(.|\n)*)?",
    ),
    Need("page_type", N_("What it is: text, json or xml."), default="", pattern="(text|json|xml)?"),
    Need("goes_on", N_("What {{more}} is while the dialogue goes on."), default="", pattern=".*"),
    Need("last", N_("What {{more}} is on the last screen."), default="", pattern=".*"),
    Need("screen", N_("Letters on a screen, if they say."), default="", pattern=r"(\d{2,3})?"),
    COUNTRY,
)


def dialect(settings: Mapping[str, str]) -> Dialect:
    """Return the dialect that the settings name, with what they change in it."""
    known = DIALECTS[settings["type"]]
    changes: dict[str, object] = dict(_pairs(settings["fields"]))
    if "phone" in changes:
        changes["phone"] = (changes["phone"],)
    if settings["input"]:
        changes["path"] = settings["input"] == "path"
    if settings["phases"]:
        changes["phases"] = {w.lower(): Phase(p) for w, p in _pairs(settings["phases"]).items()}
    if settings["goes_on"] or settings["last"]:
        changes["more"] = (settings["goes_on"], settings["last"])
    for name, place in (("reads", "reads"), ("page", "page"), ("page_type", "writes")):
        if settings[name]:
            changes[place] = settings[name]
    if settings["screen"]:
        changes["limit"] = int(settings["screen"])
    return replace(known, **changes)  # type: ignore[arg-type]


def _pairs(told: str) -> dict[str, str]:
    """Return NAME=VALUE,… as a dictionary.

    >>> _pairs("phone=MSISDN,text=INPUT")
    {'phone': 'MSISDN', 'text': 'INPUT'}
    """
    pairs = (pair.partition("=") for pair in told.split(",") if pair)
    return {name: value for name, _, value in pairs}
