"""Those who read the screen in JSON."""

from gateway.domain.messages import Phase
from gateway.providers.ussd.dialect import JSON, Dialect

START, INPUT, END, TIMEOUT = Phase.START, Phase.INPUT, Phase.END, Phase.TIMEOUT

DIALECTS = {
    "hubtel": Dialect(
        session="SessionId",
        phone=("Mobile",),
        text="Message",
        code="ServiceCode",
        network="Operator",
        hops="Sequence",
        reads="json",
        phase="Type",
        phases={"initiation": START, "response": INPUT, "release": END, "timeout": TIMEOUT},
        wrapped=True,
        page='{"SessionId":{{call.SessionId}},"Message":{{text}},"Type":"{{more}}","Label":"",'
        '"DataType":"input","FieldType":"text"}',
        more=("Response", "Release"),
        writes=JSON,
        closing='{"SessionId":{{call.SessionId}},"Message":"","Type":"Release"}',
    ),
    "nalo": Dialect(
        session="SESSIONID",
        phone=("MSISDN",),
        text="USERDATA",
        network="NETWORK",
        reads="json",
        phase="MSGTYPE",
        phases={"true": START, "false": INPUT},
        page='{"USERID":{{call.USERID}},"MSISDN":{{call.MSISDN}},"MSG":{{text}},"MSGTYPE":{{more}}}',
        more=("true", "false"),
        writes=JSON,
        limit=120,
    ),
    "arkesel": Dialect(
        session="sessionID",
        phone=("msisdn",),
        text="userData",
        network="network",
        reads="json",
        phase="newSession",
        phases={"true": START, "false": INPUT},
        page='{"sessionID":{{call.sessionID}},"userID":{{call.userID}},"msisdn":{{call.msisdn}},'
        '"message":{{text}},"continueSession":{{more}}}',
        more=("true", "false"),
        writes=JSON,
    ),
    "korba": Dialect(
        session="sessionID",
        phone=("msisdn",),
        text="ussdString",
        network="network",
        reads="json",
        phase="ussdServiceOp",
        phases={"1": START, "18": INPUT},
        page='{"message":{{text}},"ussdServiceOp":{{more}}}',
        more=("2", "17"),
        writes=JSON,
    ),
    "nsano": Dialect(
        session="UserSessionID",
        phone=("msisdn",),
        text="msg",
        network="network",
        reads="json",
        page='{"USSDResp":{"action":"{{more}}","menus":"","title":{{text}}}}',
        more=("input", "prompt"),
        writes=JSON,
    ),
    "oltranz": Dialect(
        session="sessionId",
        phone=("phoneNumber",),
        text="text",
        code="serviceCode",
        reads="json",
        phase="text",  # their two examples of newRequest say the opposite of each other
        phases={"": START},
        other=INPUT,
        page='{"sessionId":{{call.sessionId}},"serviceCode":{{call.serviceCode}},'
        '"phoneNumber":{{call.phoneNumber}},"text":{{call.text}},"response":{{text}},'
        '"action":"{{more}}","transactionId":{{call.transactionId}},'
        '"requestTime":{{call.requestTime}},"newRequest":{{call.newRequest}},'
        '"charge":"N","amount":0}',
        more=("CON", "END"),
        writes=JSON,
    ),
    "dmark": Dialect(
        session="transactionId",
        phone=("msisdn",),
        text="ussdRequestString",
        code="ussdServiceCode",
        phase="response",
        phases={"false": START},
        other=INPUT,
        wrapped=True,
        page='{"responseString":{{text}},"action":"{{more}}"}',
        more=("request", "end"),
        writes=JSON,
        refusal='{"missing_parameter":[{{field}}]}',
    ),
    "hollatags": Dialect(
        session="session_id",
        phone=("session_msisdn",),
        text="session_msg",
        code="session_from",
        network="session_mno",
        phase="session_operation",
        phases={"begin": START, "continue": INPUT, "end": END},
        page='{"session_operation":"{{more}}","session_id":{{call.session_id}},'
        '"session_msg":{{text}}}',
        more=("continue", "end"),
        writes=JSON,
    ),
}
