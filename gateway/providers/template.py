"""Filling {{names}} in an order or a page, each escaped for where it stands."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

TYPES = {
    "urlencoded": "application/x-www-form-urlencoded",
    "json": "application/json",
    "xml": "text/xml; charset=utf-8",
}
_PLACE = re.compile(r"\{\{([\w.]+)\}\}")


class Written(str):
    """A value that already is as it should stand."""

    __slots__ = ()


def fill(template: str, values: Mapping[str, Any], kind: str) -> str:
    """Return the template with its values; `kind` is urlencoded, json, xml or anything else.

    In JSON a value brings its own quotes. A name without a value becomes empty (null).

    >>> values = {"to": "+15550100", "text": 'Say "hi" & <go>'}
    >>> fill("to={{to}}&text={{text}}", values, "urlencoded")
    'to=%2B15550100&text=Say+%22hi%22+%26+%3Cgo%3E'
    >>> fill('{"text":{{text}},"id":{{id}}}', values, "json")
    '{"text":"Say \\\\"hi\\\\" & <go>","id":null}'
    >>> fill("<t>{{text}}</t>", values, "xml"), fill("CON {{text}}", values, "text")
    ('<t>Say "hi" &amp; &lt;go&gt;</t>', 'CON Say "hi" & <go>')
    """
    escaped = _ESCAPES.get(kind, _word)

    def value(place: re.Match[str]) -> str:
        found = values.get(place[1])
        return found if isinstance(found, Written) else escaped(found)

    return _PLACE.sub(value, template)


def pattern(*names: str) -> str:
    """Return a regular expression for templates that hold no other names than these.

    >>> [bool(re.fullmatch(pattern("to", "text"), t)) for t in ('{"a":{{to}}}', "{{shoe}}")]
    [True, False]
    """
    known = "|".join(re.escape(name) for name in names)
    return r"(?:[^{]|\{(?!\{)|\{\{(?:" + known + r")\}\})*"


def _word(value: Any) -> str:
    return "" if value is None else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _xml(value: Any) -> str:
    return escape(_CONTROL.sub(" ", _word(value)))


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML has no way to write them
_ESCAPES: Mapping[str, Callable[[Any], str]] = {
    "urlencoded": lambda value: quote_plus(_word(value)),
    "json": _json,
    "xml": _xml,
}
