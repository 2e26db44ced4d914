"""What another channel may send, and what nobody would: each provider's words told apart."""

import pytest

from gateway.domain.messages import Outcome
from gateway.providers import SendError
from gateway.providers.africastalking.codes import CODES as AFRICASTALKING
from gateway.providers.africastalking.codes import refused
from gateway.providers.external.outcome import result as external
from gateway.providers.http import Reply
from gateway.providers.infobip.codes import verdict
from gateway.providers.jasmin import wire as jasmin
from gateway.providers.kannel import wire as kannel
from gateway.providers.smpp.errands import Errand, Sending
from gateway.providers.twilio.codes import CODES as TWILIO
from gateway.providers.vonage.codes import CODES as VONAGE

SETTINGS = {
    "answer_error": "code",
    "answer_codes": "17=elsewhere,12=never",
    "answer_id": "",
    "mt_response_check": "",
}


def _twilio(code: str) -> bool:
    return TWILIO[code].error.elsewhere


def _vonage(code: str) -> bool:
    return VONAGE[code].elsewhere


def _africastalking(code: str) -> bool:
    return refused(7, AFRICASTALKING[code][0], code, None).elsewhere


def _infobip(code: str) -> bool:
    return verdict(5, int(code)).elsewhere


def _jasmin(words: str) -> bool:
    error = jasmin.refused(Reply(412, {}, words.encode()))
    return error is not None and error.elsewhere


def _kannel(words: str) -> bool:
    error = kannel.refused(Reply(403, {}, words.encode()))
    return error is not None and error.elsewhere


def _http(code: str) -> bool:
    with pytest.raises(SendError) as refused:
        external(7, Reply(200, {}, b'{"code": "%s"}' % code.encode()), SETTINGS)
    return refused.value.result(7).elsewhere


def _smpp(status: str) -> bool:
    sending = Sending(1, lambda give: give())
    errand = Errand(7, [b""], sending)
    errand.begun = 1
    errand.answered(0, int(status, 16), "")
    (told,) = sending.results()
    return told.elsewhere


WORDS = {
    "twilio": (_twilio, "21408 21608 21612 30010", "21211 21610 21614 30005 30007 20003 20500"),
    "vonage": (_vonage, "15 29", "3 7 9 12 33 5"),
    "africastalking": (_africastalking, "402 407 InvalidSenderId", "401 403 405 406 409 500"),
    "infobip": (_infobip, "6 11 13 18 19", "8 10 12 14 20 24 52 99"),
    "http": (_http, "17", "12"),
    "smpp": (_smpp, "0x0a", "0x0b 0x58 0x14 0x08 0x0e"),
}
SENTENCES = {
    "jasmin": (_jasmin, ['Error "No route found"'], ['Error "Cannot charge"', "Error"]),
    "kannel": (_kannel, ["Not routable. Do not try again."], ["Authorization failed", "Who?"]),
}
CASES = [
    *((name, word, True) for name, (_, yes, _no) in WORDS.items() for word in yes.split()),
    *((name, word, False) for name, (_, _yes, no) in WORDS.items() for word in no.split()),
    *((name, word, True) for name, (_, yes, _no) in SENTENCES.items() for word in yes),
    *((name, word, False) for name, (_, _yes, no) in SENTENCES.items() for word in no),
]


@pytest.mark.parametrize("provider, word, elsewhere", CASES)
def test_only_what_is_about_the_sender_or_the_route_goes_elsewhere(
    provider: str, word: str, elsewhere: bool
) -> None:
    told = {**WORDS, **SENTENCES}[provider][0]
    assert told(word) is elsewhere


def test_a_text_of_which_a_part_was_taken_goes_nowhere() -> None:
    sending = Sending(1, lambda give: give())
    errand = Errand(7, [b"", b""], sending)
    errand.begun = 2
    errand.answered(0, 0, "r1")
    errand.answered(1, 0x0A, "")
    (told,) = sending.results()
    assert (told.outcome, told.elsewhere) == (Outcome.UNKNOWN, False)
