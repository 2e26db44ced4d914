"""The one stylesheet, named by its content, so that browsers keep it for ever."""

import gzip
import hashlib
import re
from dataclasses import dataclass

from flask import Response, abort, current_app, request

from gateway.files import folder


@dataclass(frozen=True, slots=True)
class Sheet:
    version: str
    plain: bytes
    packed: bytes


def squeeze(css: str) -> str:
    """Return the same style without comments and spaces nobody needs.

    >>> squeeze("a { /* links */ color: red; }  b{}")
    'a{color:red}b{}'
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,>]) ?", r"\1", css)
    return css.replace(": ", ":").replace(";}", "}").strip()


def sheet() -> Sheet:
    """Read the stylesheet once."""
    file = folder("templates") / "web" / "static" / "console.css"
    plain = squeeze(file.read_text(encoding="utf-8")).encode()
    version = hashlib.sha256(plain).hexdigest()[:12]
    return Sheet(version, plain, gzip.compress(plain, 9, mtime=0))


def kept() -> Sheet:
    """Return the stylesheet this app was made with."""
    found: Sheet = current_app.extensions["style"]
    return found


def style(version: str) -> Response:
    """Answer with the stylesheet; one of another version is not here."""
    ours = kept()
    if version != ours.version:
        abort(404)
    packs = request.accept_encodings.quality("gzip") > 0
    response = Response(ours.packed if packs else ours.plain, mimetype="text/css")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
