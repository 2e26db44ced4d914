"""What programs hear when something is not done: one shape, whatever went wrong."""

from flask import jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

CODES = {
    400: "bad_request",
    401: "unauthorised",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "not_json",
    422: "invalid",
    429: "too_often",
    500: "internal",
    503: "unavailable",
}


class Problem(HTTPException):
    """A call is not done; `word` says why to a program, the text to its maker."""

    def __init__(self, status: int, word: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code, self.word, self.field = status, word, field


def problem(status: int, code: str, message: str, field: str | None = None) -> Problem:
    """Return what to raise so that a program hears why its call is not done."""
    return Problem(status, code, message, field)


def told(
    status: int, message: str, word: str = "", field: str | None = None
) -> ResponseReturnValue:
    """Return the answer itself; without a word of its own, the status has one."""
    code = word or CODES.get(status, CODES[400 if status < 500 else 500])
    answer = jsonify(error={"code": code, "message": message, "field": field})
    answer.status_code = status
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
