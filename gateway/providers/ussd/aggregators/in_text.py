"""Those who read the screen as plain text, and headers."""

from gateway.domain.messages import Phase
from gateway.providers.ussd.dialect import Dialect

START, INPUT, END, TIMEOUT = Phase.START, Phase.INPUT, Phase.END, Phase.TIMEOUT

DIALECTS = {
    "conend": Dialect(
        session="sessionId",
        phone=("phoneNumber",),
        text="text",
        code="serviceCode",
        network="networkCode",
        path=True,
        page="{{more}} {{text}}",
        more=("CON", "END"),
    ),
    "safaricom": Dialect(
        session="SESSION_ID",
        phone=("ORIG",),
        text="USSD_PARAMS",
        code="DEST",
        path=True,
        short=True,
        wrapped=True,
        page="{{more}} {{text}}",
        more=("CON", "END"),
    ),
    "airtel": Dialect(
        session="SessionID",
        phone=("MSISDN", "msisdn"),
        text="input",
        error="error",
        ends=(("clean", ".+"),),
        wrapped=True,
        bare=True,
        # What people pay is not ours to decide: never a charge.
        headers={"Freeflow": "{{more}}", "charge": "N", "amount": "0"},
        more=("FC", "FB"),
        sign_in=("userid", "password"),
    ),
    "imimobile": Dialect(
        session="",
        phone=("msisdn",),
        text="msg",
        ends=(("msg", "Map Dialog User Abort.*"),),
        headers={"X-USSD-SESSION": "{{more}}"},
        more=("1", "0"),
    ),
    "cellulant": Dialect(
        session="sessionID",
        phone=("MSISDN",),
        text="INPUT",
        network="NETWORK",
        phase="opCode",
        phases={"beg": START, "abo": END},
        other=INPUT,
        ends=(("ABORT", "(?!0$|null$).+"),),
        page="1|{{text}}|null|null|{{more}}|null",
        more=("null", "end"),
        instead={"|": "/"},
        lost="",
    ),
    "truteq": Dialect(
        session="",
        phone=("msisdn",),
        text="message",
        reads="record",
        phase="type",
        phases={"1": START, "2": INPUT, "3": END, "4": TIMEOUT},
        wrapped=True,
        page="SSMI,110,{{call.msisdn}},{{more}},{{text}}\r",
        more=("2", "3"),
        instead={"\r": "\n"},
    ),
}
