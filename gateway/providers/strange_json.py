"""JSON that strangers wrote: read only as deep as any that we know."""

import json
import re
from typing import Any

DEEP = 100  # levels of a document

_BRACKET = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|[][{}]', re.DOTALL)  # or a whole string


def parsed(text: str) -> Any:
    """Return what a JSON text says; ValueError if it is none, or nests deeper than any we know.

    The parser would give up by itself, but at the end of the stack: whatever else is tidied
    away in that moment fails, and its connections stay open.

    >>> parsed('[{"a": "[[["}]')
    [{'a': '[[['}]
    """
    if text.count("[") + text.count("{") > DEEP:
        level = 0
        for mark in _BRACKET.finditer(text):
            level += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark[0], 0)
            if level > DEEP:
                raise ValueError("too deep")
    return json.loads(text)
