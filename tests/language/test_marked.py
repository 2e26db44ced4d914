"""Every sentence staff can read is marked, so that translators get to see it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import providers
from gateway.files import folder
from gateway.language import Languages

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "templates/web").glob("*.html"))
SAME_EVERYWHERE = {"USSD"}
TO_PROGRAMS = ("cli", "web/api", "content.py")  # these speak English to whoever calls them

_TAKEN_OUT = (
    r"\{#.*?#\}",
    r"\{% set \w+ %\}.*?\{% endset %\}",
    r"\{%.*?%\}",
    r"\{\{.*?\}\}",
    r"<(script|style|code|pre)\b.*?</\1>",
    r"<!doctype html>",
)
_READ_ALOUD = re.compile(r'\b(?:aria-label|placeholder|title|alt)="([^"]*)"')


def plain_text(page: str) -> Iterator[str]:
    """Yield the words of a template that stand there as they are, outside of any call."""
    for pattern in _TAKEN_OUT:
        page = re.sub(pattern, " ", page, flags=re.DOTALL | re.IGNORECASE)
    yield from (found for told in _READ_ALOUD.findall(page) for found in _words(told))
    yield from _words(re.sub(r"<[^>]*>", " ", page, flags=re.DOTALL))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", " ", text))


@pytest.mark.parametrize(
    "page, found",
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<nav aria-label="More"></nav>', ["More"]),
        ('<p class="card">{{ _("Hello") }} · 12</p>', []),
        ("{% if a > b %}<code>gateway run</code>{% endif %}", []),
    ],
)
def test_plain_text_is_found(page: str, found: list[str]) -> None:
    assert list(plain_text(page)) == found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_has_words_that_are_not_marked(page: Path) -> None:
    found = set(plain_text(page.read_text(encoding="utf-8")))
    assert found - SAME_EVERYWHERE == set()


def refusals() -> Iterator[tuple[str, str]]:
    """Yield file and text of every sentence written into a refusal on the spot."""
    for file in sorted((ROOT / "gateway").rglob("*.py")):
        place = file.relative_to(ROOT / "gateway").as_posix()
        if not place.startswith(TO_PROGRAMS):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                yield from ((place, text) for text in _refused(node))


def _refused(node: ast.AST) -> Iterator[str]:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
        return
    if node.func.id in ("Refused", "NoChannel"):
        first = node.args[0]
        if isinstance(first, ast.JoinedStr):
            yield ast.unparse(first)
        elif isinstance(first, ast.Constant) and " " in str(first.value):
            yield str(first.value)


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_refusal_has_a_translation(language: str) -> None:
    held = Languages.load([folder("locales")]).consoles[language].entries
    assert [(place, text) for place, text in refusals() if text not in held] == []


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("provider", list(providers.PROVIDERS))
def test_every_setting_of_a_channel_has_a_translation(provider: str, language: str) -> None:
    held = Languages.load([folder("locales")]).consoles[language].entries
    asked = [need.meaning for need in providers.load(provider).needs if not need.hidden]
    assert [meaning for meaning in asked if meaning not in held] == []
