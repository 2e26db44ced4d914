"""Those whose words we know, as settings. One more is one more entry here, and its cases."""

from collections.abc import Mapping

from gateway.domain.messages import Phase
from gateway.providers.ussd.dialect import JSON, Dialect

EXTERNAL = "external"  # nobody's words: all is in the settings
PRESETS: Mapping[str, Mapping[str, str]] = {
    EXTERNAL: {"content_type": "urlencoded"},
    "junebug": {
        "send_body": '{"to":{{to}},"from":{{from}},"content":{{text}},"event_url":{{callback}}}',
        "content_type": "json",
        "answer_id": "result.message_id",
        "mo_text_field": "content",
        "mo_to_field": "to",
        "mo_id_field": "message_id",
        "mo_date_field": "timestamp",
        "receipt_id_field": "message_id",
        "receipt_status_field": "event_type",
        "receipt_date_field": "timestamp",
        "receipt_words": "submitted=sent,delivery_pending=sent,delivery_succeeded=delivered,"
        "delivery_failed=failed",
    },
    "dmark": {
        "send_url": "https://smsapi1.dmarkmobile.com/sms/",
        "send_body": "sender={{from_no_plus}}&receiver={{to_no_plus}}&text={{text}}"
        "&dlr_url={{callback}}%26status%3D%25s",
        "content_type": "urlencoded",
        "answer_id": "sms_id",
        "mo_from_field": "msisdn",
        "mo_to_field": "short_code",
        "mo_date_field": "tstamp",
        "receipt_id_field": "uuid",
        "receipt_words": "1=delivered,2=failed,4=sent,8=sent,16=rejected",
    },
    "plivo": {
        "send_url": "https://api.plivo.com/v1/Account/{{user}}/Message/",
        "send_body": '{"src":{{from_no_plus}},"dst":{{to_no_plus}},"text":{{text}},'
        '"url":{{callback}},"method":"POST"}',
        "content_type": "json",
        "send_authorization": "basic",
        "answer_id": "message_uuid.0",
        "mo_from_field": "From",
        "mo_to_field": "To",
        "mo_text_field": "Text",
        "mo_id_field": "MessageUUID",
        "receipt_id_field": "ParentMessageUUID,MessageUUID",
        "receipt_status_field": "Status",
        "receipt_words": "undelivered=failed",
    },
    "messagebird": {
        "send_url": "https://rest.messagebird.com/messages",
        "send_body": '{"recipients":[{{to_no_plus}}],"originator":{{from_no_plus}},'
        '"body":{{text}},"reference":{{uuid}},"reportUrl":{{callback}}}',
        "content_type": "json",
        "answer_id": "id",
        "mo_from_field": "originator",
        "mo_to_field": "recipient",
        "mo_text_field": "body",
        "mo_id_field": "id",
        "mo_date_field": "createdDatetime",
        "receipt_id_field": "id",
        "receipt_words": "scheduled=queued,buffered=sent,delivery_failed=failed",
        "receipt_error_field": "statusErrorCode",
    },
    "i2sms": {
        "send_url": "https://mx2.i2sms.net/mxapi.php",
        "send_body": "action=send_single&mobile={{to_no_plus}}&channel={{from_no_plus}}"
        "&message={{text}}",
        "content_type": "urlencoded",
        "send_authorization": "basic",
        "answer_id": "result.session_id",
        "answer_error": "error_code",
        "answer_codes": "00=ok",
        "mo_from_field": "mobile",
        "mo_text_field": "message",
    },
}

SILENT = frozenset(("i2sms",))  # they give no receipts

# A screen goes back in a call of its own, and not in the answer.
SCREENS = {
    "junebug": (
        Dialect(
            session="",
            phone=("from",),
            text="content",
            code="to",
            at="timestamp",
            reads=JSON,
            phase="channel_data.session_event",
            phases={"new": Phase.START, "resume": Phase.INPUT, "close": Phase.END},
            more=("resume", "close"),
        ),
        '{"to":{{to}},"content":{{text}},"channel_data":{"session_event":{{more}}}}',
    ),
}
