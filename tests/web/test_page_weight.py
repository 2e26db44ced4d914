"""Every page is small, alone, whole without JavaScript, and readable in every direction.

A new page that takes no arguments is found here by itself; one that does needs an example.
"""

import re
from collections.abc import Callable, Iterator
from gzip import decompress

import pytest

from gateway.context import Gateway
from gateway.store import users
from tests.web.conftest import NOW
from tests.web.people import Browser
from tests.web.reading import Element, Page
from tests.web.rows import WORDS, fill

FIRST_VIEW = 14_000
AFTER = 6_000

EXAMPLES = [
    "/channels/line-0",
    "/channels/line-1",
    "/channels/new/twilio",
    "/channels/new/africastalking",
    "/jobs/1",
    "/alerts/1",
    "/alerts/2",
    "/alerts/2/edit",
    "/contacts?consent=in",
    "/contacts/2",
    "/groups/1",
    "/audit?by=user:ada",
    "/password/gone",
    "/setup/gone",
    "/no/such/page",
]
# Addresses that answer with something other than a page.
NOT_PAGES = {"/healthz", "/metrics"}
FIELDS = ("input", "select", "textarea")
ADDRESSES = ("href", "src", "action", "formaction", "poster", "data")


class Seen:
    """One page as it was answered."""

    def __init__(self, path: str, language: str, packed: bytes) -> None:
        self.name = f"{path} in {language}"
        self.weight = len(packed)
        self.page = Page(decompress(packed).decode())


@pytest.fixture(params=["en", "ar"])
def pages(request, gw: Gateway, sit: Callable[[str], Browser]) -> list[Seen]:
    """Every page, as somebody whose role may open it sees it."""
    fill(gw, NOW)
    seats: dict[str, Browser] = {}
    found = []
    for path, role in _paths(sit("administrator")):
        if role not in seats:
            seats[role] = sit(role)
            seats[role].post("/language", {"language": request.param}, page="/")
        answer = seats[role].get(path, headers={"Accept-Encoding": "gzip"})
        if answer.mimetype == "text/html" and answer.status_code in (200, 404):
            found.append(Seen(path, request.param, answer.data))
    return [*found, *_of_a_visitor(gw, request.param)]


def _of_a_visitor(gw: Gateway, language: str) -> Iterator[Seen]:
    """Return the pages of somebody who is not signed in."""
    visitor = Browser(gw)
    visitor.post("/language", {"language": language})
    token = gw.store.write(lambda db: users.password_link(db, "sita", gw.clock()))
    for path in ("/sign-in", f"/password/{token}"):
        answer = visitor.get(path, headers={"Accept-Encoding": "gzip"})
        yield Seen(path, language, answer.data)


def _paths(browser: Browser) -> Iterator[tuple[str, str]]:
    app = browser.client.application
    for rule in app.url_map.iter_rules():
        plain = "GET" in (rule.methods or ()) and not rule.arguments
        door = rule.endpoint.partition(".")[0] in app.extensions["doors"]
        if plain and not door and rule.rule not in NOT_PAGES:
            roles = getattr(app.view_functions[rule.endpoint], "roles", ())
            yield rule.rule, "administrator" if "administrator" in roles or not roles else roles[0]
    for path in EXAMPLES:
        yield path, "administrator"


def _told(found: list[str]) -> None:
    assert not found, "\n".join(found)


def test_every_page_of_the_menu_is_looked_at(pages: list[Seen]) -> None:
    names = {seen.name.partition(" ")[0] for seen in pages}
    assert {
        "/",
        "/sign-in",
        "/users",
        "/channels",
        "/audit",
        "/channels/line-0",
        "/jobs/1",
    } <= names


def test_a_page_weighs_at_most_6_kb_and_14_with_its_style(pages: list[Seen], gw: Gateway) -> None:
    sheet = Browser(gw).client.application.extensions["style"]
    heavy = [f"{one.name}: {one.weight} bytes" for one in pages if one.weight > AFTER]
    _told(heavy)
    assert max(one.weight for one in pages) + len(sheet.packed) <= FIRST_VIEW
    assert len(sheet.packed) <= 5_000


def test_every_ink_is_dark_enough_on_every_paper(gw: Gateway) -> None:
    css = Browser(gw).client.application.extensions["style"].plain.decode()
    colours = dict(re.findall(r"--(\w+):(#\w+)", css))
    for ink in ("ink", "soft", "red", "good", "warn", "link"):
        for paper in ("paper", "ground"):
            assert _contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    for button in ("ink", "red"):
        assert _contrast("#fff", colours[button]) >= 4.5


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG reckons it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_page_asks_for_itself_and_one_style(pages: list[Seen]) -> None:
    for seen in pages:
        asked = [
            one
            for one in seen.page.all("link", "script", "img", "iframe", "video", "object")
            if not one.attrs.get("href", one.attrs.get("src", "")).startswith("data:")
        ]
        assert [one.tag for one in asked] == ["link"], seen.name


def test_a_page_needs_no_other_host(pages: list[Seen], gw: Gateway) -> None:
    for seen in pages:
        for element in seen.page.elements:
            for name in ADDRESSES:
                address = element.attrs.get(name, "/")
                assert not re.match(r"(\w+:)?//", address), (seen.name, address)
    sheet = Browser(gw).client.application.extensions["style"]
    assert b"url(" not in sheet.plain
    assert b"@import" not in sheet.plain


def test_a_page_works_without_javascript(pages: list[Seen]) -> None:
    for seen in pages:
        for element in seen.page.elements:
            doing = [name for name in element.attrs if name.startswith("on")]
            assert not doing, (seen.name, element.tag, doing)
            assert not element.attrs.get("href", "").startswith("javascript:"), seen.name
            assert "style" not in element.attrs, (seen.name, element.tag)
        for button in seen.page.all("button"):
            assert button.within("form") or "form" in button.attrs, (seen.name, button.text)


def test_a_form_that_changes_something_carries_its_token(pages: list[Seen]) -> None:
    for seen in pages:
        for form in seen.page.all("form"):
            inside = [one for one in seen.page.all("input") if form in one.around()]
            token = any(one.attrs.get("name") == "csrf" for one in inside)
            assert token == (form.attrs.get("method") == "post"), (seen.name, form.attrs)


def test_every_field_has_a_label(pages: list[Seen]) -> None:
    unnamed = []
    for seen in pages:
        labels = {one.attrs.get("for") for one in seen.page.all("label")}
        for one in seen.page.all(*FIELDS):
            hidden = one.attrs.get("type") in ("hidden", "submit")
            named = one.attrs.get("id") in labels or one.within("label")
            if not hidden and not named and not one.attrs.get("aria-label"):
                unnamed.append(f"{seen.name}: {one.tag} {one.attrs}")
    _told(unnamed)


def test_every_button_and_link_says_something(pages: list[Seen]) -> None:
    for seen in pages:
        for one in seen.page.all("button", "a"):
            assert one.text.strip() or one.attrs.get("aria-label"), (seen.name, one.attrs)


def test_no_id_comes_twice_and_every_reference_is_there(pages: list[Seen]) -> None:
    for seen in pages:
        ids = [one.attrs["id"] for one in seen.page.elements if "id" in one.attrs]
        assert len(ids) == len(set(ids)), (seen.name, sorted(ids))
        for one in seen.page.elements:
            for name in ("for", "aria-labelledby", "aria-describedby"):
                assert set(one.attrs.get(name, "").split()) <= set(ids), (seen.name, one.attrs)


def test_what_people_wrote_goes_in_its_own_direction(pages: list[Seen]) -> None:
    wrong = []
    for seen in pages:
        for text, element in seen.page.texts:
            if _from_people(text) and not _own_direction(element):
                wrong.append(f"{seen.name}: {text[:40]}")
    _told(wrong)


def _from_people(text: str) -> bool:
    """Whether a text holds words of the messages in `rows`."""
    return any(whole[at : at + 12] in text for whole in WORDS for at in (70, 90, 110))


def _own_direction(element: Element | None) -> bool:
    if element is None:
        return False
    around = [element, *element.around()]
    return any(one.attrs.get("dir") == "auto" or one.tag in ("bdi", "textarea") for one in around)


def test_a_page_says_its_language_and_direction(pages: list[Seen]) -> None:
    for seen in pages:
        html = seen.page.all("html")[0]
        language = seen.name.rpartition(" ")[2]
        assert html.attrs["lang"] == language, seen.name
        assert html.attrs["dir"] == ("rtl" if language == "ar" else "ltr"), seen.name


def test_a_page_has_one_heading_and_one_main(pages: list[Seen]) -> None:
    for seen in pages:
        assert len(seen.page.all("h1")) == 1, seen.name
        assert len(seen.page.all("main")) == 1, seen.name
        assert seen.page.all("title")[0].text.strip(), seen.name
