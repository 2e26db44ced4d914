"""The manual keeps its promises: links lead somewhere, commands exist, pictures are small."""

import re
from pathlib import Path

import pytest

from gateway.cli import COMMANDS

ROOT = Path(__file__).parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"(?:\]\(|<img src=\")([^)\"\s]+)")
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LARGEST_PICTURE = 60_000


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The names that a page's headings are linked by."""
    prose = CODE.sub("", page.read_text(encoding="utf-8"))
    words = (re.sub(r"[^\w\s-]", "", heading.lower()) for heading in HEADING.findall(prose))
    return {heading.strip().replace(" ", "-") for heading in words}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_within_the_manual_leads_somewhere(page):
    nowhere = []
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = link.partition("#")
        if path.startswith(("http://", "https://")):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            nowhere.append(link)
    assert nowhere == []


def test_every_command_is_in_the_manual():
    told = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [word for word in COMMANDS if f"`gateway {word}" not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_manual_names_no_command_there_is_not(page):
    said = re.findall(r"`gateway ([a-z]+)", page.read_text(encoding="utf-8"))
    assert set(said) - set(COMMANDS) == set()


def test_pictures_are_small_enough_for_a_slow_link():
    pictures = {name(file): file.stat().st_size for file in (ROOT / "docs").rglob("*.png")}
    assert {file: size for file, size in pictures.items() if size > LARGEST_PICTURE} == {}
    assert pictures
