"""Catalogues written for one test, in a folder of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.language import Languages

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a catalogue; entries are key, English, translation (or several forms)."""

    def write(
        language: str,
        *entries: tuple[str, str | tuple[str, str], str | tuple[str, ...]],
        header: str = "",
        which: str = "content",
        folder: Path = tmp_path,
    ) -> Path:
        lines = [f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n{header}']
        for key, english, said in entries:
            one, *many = (english,) if isinstance(english, str) else english
            forms = {"msgstr": said} if isinstance(said, str) else dict(_forms(said))
            context = [f'msgctxt "{key}"'] if key else []
            texts = {"msgid": one, **({"msgid_plural": many[0]} if many else {}), **forms}
            lines.append("\n".join([*context, *(f'{k} "{v}"' for k, v in texts.items())]))
        file = folder / language / "LC_MESSAGES" / f"{which}.po"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
        return file

    return write


@pytest.fixture
def load(tmp_path: Path) -> Callable[[], Languages]:
    """Load what the test has written."""
    return lambda: Languages.load([tmp_path], default="en")


def _forms(said: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(f"msgstr[{number}]", form) for number, form in enumerate(said)]
