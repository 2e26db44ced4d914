"""Tables as text that a spreadsheet opens unharmed: RFC 4180, and no cell is a formula."""

from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_CONTROL = ("\t", "\r", "\n")


def harmless(text: str) -> str:
    """Return a text no spreadsheet takes for a formula: what might be one begins with '.

    >>> harmless('=HYPERLINK("http://x")'), harmless("  +1"), harmless("water at 5")
    ('\\'=HYPERLINK("http://x")', "'  +1", 'water at 5')
    """
    bare = text.lstrip()
    risky = text.startswith(_CONTROL) or bare.startswith(_FORMULA)
    return f"'{text}" if risky else text


def cell(text: str) -> str:
    """Return one cell, quoted where it must be.

    >>> cell('say "no", please')
    '"say ""no"", please"'
    """
    safe = harmless(text.replace("\x00", ""))
    if any(mark in safe for mark in ',"\r\n'):
        return '"' + safe.replace('"', '""') + '"'
    return safe


def line(cells: Iterable[str]) -> str:
    """Return one row, with the line end the standard asks for.

    >>> line(["reference", "@cmd", ""])
    "reference,'@cmd,\\r\\n"
    """
    return ",".join(cell(text) for text in cells) + "\r\n"
