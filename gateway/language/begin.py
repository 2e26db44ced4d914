"""A new catalogue for a language, every sentence still to be said.

`pybabel init` refuses the languages Babel does not know, and writes a wrong Plural-Forms for
others; `pybabel update` drops that header and X-Review.
"""

import re

from gateway.language.table import normal, plural_header

_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"
"X-Review: draft\\n"
"""


def begin(template: str, language: str) -> str:
    r"""Return a catalogue with the sentences of a template (.pot, or the English .po) unsaid.

    >>> print(begin('msgctxt "help"\nmsgid "Help"\nmsgstr "Help"', "bi").partition("X-Review")[2])
    : draft\n"
    <BLANKLINE>
    msgctxt "help"
    msgid "Help"
    msgstr ""
    <BLANKLINE>
    """
    header = _HEADER.format(language=normal(language), plural=plural_header(language))
    forms = int(plural_header(language)[len("nplurals=")])
    blocks = re.split(r"\n\s*\n", template.strip())
    return "\n".join([header, *(_unsaid(b, forms) for b in blocks if _is_entry(b))])


def _is_entry(block: str) -> bool:
    lines = [line for line in block.splitlines() if not line.startswith("#")]
    return bool(lines) and lines[:2] != ['msgid ""', 'msgstr ""']


def _unsaid(block: str, forms: int) -> str:
    asked = [line for line in block.partition("\nmsgstr")[0].splitlines() if line != "#, fuzzy"]
    many = any(line.startswith("msgid_plural") for line in asked)
    said = [f'msgstr[{number}] ""' for number in range(forms)] if many else ['msgstr ""']
    return "\n".join([*asked, *said, ""])
