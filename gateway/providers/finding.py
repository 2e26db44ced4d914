"""Finding values by name or path in whatever a call or an answer is written in."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from gateway.providers import Garbled, Hook, reading
from gateway.providers.strange_json import parsed

DEEP = 20  # levels of JSON or XML that we look into


class _Plain(TreeBuilder):
    def doctype(self, *told: object) -> None:
        """Refuse documents that define words of their own: some grow without end."""
        raise Garbled("bad_xml")


def xml(body: bytes) -> Element:
    """Return a document's root; raise Garbled if it is not XML."""
    parser = XMLParser(target=_Plain())
    try:
        parser.feed(body)
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError):
        raise Garbled("bad_xml") from None
    return root


def at(root: Element, path: str) -> str | None:
    """Return the text of the first element at a path such as //src or head/src, or None.

    >>> at(xml(b"<sms><src>2020</src><msg/></sms>"), "//src")
    '2020'
    """
    found = root.find(f".{path}" if path.startswith("//") else path.lstrip("/"))
    return None if found is None else "".join(found.itertext())


def flat(found: Any) -> dict[str, Any]:
    """Return the words and numbers of a JSON document by path.

    >>> flat({"a": {"b": [1, {"c": "x"}]}, "d": None, "e": True})
    {'a.b.0': 1, 'a.b.1.c': 'x', 'd': None, 'e': True}
    """
    return dict(_leaves(found, "", DEEP))


def _leaves(found: Any, path: str, deep: int) -> Iterator[tuple[str, Any]]:
    if isinstance(found, dict | list):
        inner = found.items() if isinstance(found, dict) else enumerate(found)
        for name, value in inner if deep else ():
            yield from _leaves(value, f"{path}.{name}" if path else str(name), deep - 1)
    elif path:
        yield path, found


def tags(root: Element) -> dict[str, str]:
    """Return the texts of an XML document by the path of their tags below the root.

    >>> tags(xml(b"<page><id>1</id><who><name>A</name></who></page>"))
    {'id': '1', 'who.name': 'A'}
    """
    found: dict[str, str] = {}
    for path, text in _texts(root, "", DEEP):
        found.setdefault(path, text)
    return found


def _texts(element: Element, path: str, deep: int) -> Iterator[tuple[str, str]]:
    for child in element if deep else ():
        name = f"{path}.{child.tag}" if path else child.tag
        if len(child):
            yield from _texts(child, name, deep - 1)
        else:
            yield name, child.text or ""


def members(root: Element) -> dict[str, str]:
    """Return the members of an XML-RPC call's struct, and its methodName."""
    found = {"methodName": at(root, "methodName") or ""}
    for member in root.iterfind(".//struct/member"):
        value = member.find("value")
        found[at(member, "name") or ""] = "" if value is None else "".join(value.itertext())
    return found


def posted(hook: Hook) -> dict[str, Any]:
    """Return the fields of a call by path, whatever it is written in; its query fills gaps.

    Raise Garbled if the body is not what its type says.
    """
    asked = dict(reversed(hook.query))
    if hook.method == "GET":
        return asked
    return asked | _body(hook, reading.header(hook, "Content-Type").lower())


def _body(hook: Hook, type: str) -> dict[str, Any]:
    if hook.form or not hook.body.strip():
        return dict(reversed(hook.form))
    if "json" in type:
        return flat(reading.document(hook))
    if "xml" in type:
        return dict(tags(xml(hook.body)))
    if type.startswith("multipart/form-data"):
        return dict(_parts(reading.header(hook, "Content-Type"), hook.body))
    return {}


def _parts(header: str, body: bytes) -> Iterator[tuple[str, str]]:
    whole = message_from_bytes(b"Content-Type: " + header.encode() + b"\r\n\r\n" + body)
    for part in whole.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes) and not part.get_filename():
            yield name, content.decode("utf-8", "replace")


def words(found: dict[str, Any]) -> dict[str, str]:
    """Return fields as words: what is absent or null is left out.

    >>> words({"a": True, "b": None, "c": 2, "d": "x"})
    {'a': 'true', 'c': '2', 'd': 'x'}
    """
    return reading.scalars(found)


def answered(body: bytes) -> dict[str, str]:
    """Return the fields of an answer by path: JSON, XML or a query string; else none."""
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("<"):
        try:
            return tags(xml(body))
        except Garbled:
            return {}
    try:
        return words(flat(parsed(text)))
    except ValueError:
        simple = re.fullmatch(r"[\w.]+=[^\s]*", text)
        return dict(parse_qsl(text, keep_blank_values=True)) if simple else {}
