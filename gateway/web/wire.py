"""What every answer carries: its headers, and few bytes."""

import gzip

from flask import Response, request

LARGEST = 20 * 1024 * 1024  # bytes of a body that is read
SMALL = 500  # bytes; below, compression gains nothing
TEXTS = ("text/", "application/json", "application/xml", "image/svg+xml")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def dress(response: Response) -> Response:
    """Add the headers that keep a page private and alone, unless it set its own."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def pack(response: Response) -> Response:
    """Compress a text for whoever can read it so; what is streamed stays as it is."""
    if response.is_streamed or "Content-Encoding" in response.headers:
        return response
    if not (response.mimetype or "").startswith(TEXTS):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= SMALL and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
