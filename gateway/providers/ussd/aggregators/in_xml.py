"""Those who read the screen in XML or XML-RPC."""

from gateway.domain.messages import Phase
from gateway.providers.ussd.dialect import XML, Dialect

START, INPUT, END = Phase.START, Phase.INPUT, Phase.END


def _struct(**members: str) -> str:
    """Return the XML-RPC answer that holds these members."""
    inside = "".join(
        f"<member><name>{name}</name><value><string>{value}</string></value></member>"
        for name, value in members.items()
    )
    return (
        '<?xml version="1.0"?><methodResponse><params><param><value>'
        f"<struct>{inside}</struct></value></param></params></methodResponse>"
    )


_FAULT = (
    '<?xml version="1.0"?><methodResponse><fault><value><struct>'
    "<member><name>faultCode</name><value><int>4001</int></value></member>"
    "<member><name>faultString</name><value><string>4001: Missing Parameters</string></value>"
    "</member></struct></value></fault></methodResponse>"
)

DIALECTS = {
    "aat": Dialect(
        session="ussdSessionId",
        phone=("msisdn",),
        text="request",
        code="to_addr",
        network="provider",
        phase="to_addr",  # it is in the address that we gave them for the next step
        phases={"": START},
        other=INPUT,
        page="<request><headertext>{{text}}</headertext>{{more}}</request>",
        more=(
            '<options><option command="1" order="1" callback="{{back}}" display="false"/>'
            "</options>",
            "",
        ),
        writes=XML,
    ),
    "mtech": Dialect(
        session="session_id",
        phone=("mobile_number",),
        text="data",
        code="gate",
        reads="xml",
        phase="page_id",
        phases={"0": START},
        other=INPUT,
        ends=(("status", ".*"),),
        once=True,
        page='<page version="2.0"><session_id>{{call.session_id}}</session_id>'
        "<div>{{lines}}</div>{{more}}</page>",
        more=('<navigation><link accesskey="*" pageId="indexX"/></navigation>', ""),
        writes=XML,
        closing='<page version="2.0"><session_id>{{call.session_id}}</session_id></page>',
    ),
    "mtn_rwanda": Dialect(
        session="TransactionId",
        phone=("MSISDN",),
        text="USSDRequestString",
        code="USSDServiceCode",
        reads="rpc",
        needs=("TransactionTime",),
        phase="response",
        phases={"false": START},
        other=INPUT,
        page=_struct(
            TransactionId="{{call.TransactionId}}",
            TransactionTime="{{call.TransactionTime}}",
            MSISDN="{{call.MSISDN}}",
            USSDServiceCode="{{call.USSDServiceCode}}",
            USSDResponseString="{{text}}",
            action="{{more}}",
        ),
        more=("request", "end"),
        writes=XML,
        refusal=_FAULT,
        refused=200,
    ),
    "trueafrican": Dialect(
        session="session",
        phone=("msisdn",),
        text="response",
        code="shortcode",
        reads="rpc",
        phase="methodName",
        phases={"ussd.init": START, "ussd.cont": INPUT, "ussd.end": END},
        once=True,
        page=_struct(session="{{call.session}}", type="{{more}}", message="{{text}}"),
        more=("cont", "end"),
        writes=XML,
        closing=_struct(),
    ),
}
