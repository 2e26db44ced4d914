"""Which tags are of a language, be it one that nobody has written a word in yet."""

import re
from functools import cache

from gateway.language.table import nearest, normal

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[a-z0-9]{5,8})*")
_SPOKEN_BY_NOBODY = {"mis", "mul", "und", "zxx"}  # codes for what is no one language


def is_language(tag: str) -> bool:
    """Say whether a tag is well formed, and its first part the code of a language.

    >>> is_language("sw_cd"), is_language("lgg"), is_language("npi"), is_language("xx")
    (True, True, True, False)
    """
    tidy = normal(tag)
    well_formed = _TAG.fullmatch(tidy) is not None
    return well_formed and (nearest(tidy) is not None or tidy.partition("-")[0] in _codes())


@cache
def _codes() -> frozenset[str]:
    """Return the codes in CLDR: by a name, by the script of the language, or as other codes."""
    from babel import Locale
    from babel.core import get_global

    placed = [*get_global("likely_subtags"), *get_global("language_aliases")]
    codes = {tag.partition("_")[0] for tag in [*Locale("en").languages, *placed]}
    return frozenset(codes - _SPOKEN_BY_NOBODY)
