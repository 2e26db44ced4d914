"""Reads a page as a browser does: its elements, who encloses whom, and what it asks for."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    above: "Element | None" = None
    text: str = ""

    def within(self, tag: str) -> bool:
        """Whether the element is inside one of that tag."""
        return any(one.tag == tag for one in self.around())

    def around(self) -> "list[Element]":
        found, one = [], self.above
        while one is not None:
            found.append(one)
            one = one.above
        return found


@dataclass
class Page(HTMLParser):
    """All elements of a page in order; an element's text includes that of those inside."""

    source: str
    elements: list[Element] = field(default_factory=list)
    texts: list[tuple[str, "Element | None"]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        above = self._open[-1] if self._open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, above)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.texts.append((data, self._open[-1] if self._open else None))
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.elements if one.tag in tags]
