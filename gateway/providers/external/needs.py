"""The settings of a channel over any HTTP API."""

from gateway.domain.messages import Outcome, Status
from gateway.providers import N_, Need, template
from gateway.providers.external.presets import EXTERNAL, PRESETS
from gateway.providers.needs import COUNTRY, NUMBER_OR_NAME, STATUS_CALLBACK, TIMEOUT

NAMES = (
    *("to", "to_no_plus", "from", "from_no_plus", "text", "id", "uuid"),
    *("user", "password", "callback"),
)
CODES = {
    "ok": Outcome.ACCEPTED,
    "again": Outcome.TRANSIENT,
    "slow": Outcome.THROTTLED,
    "never": Outcome.REJECTED,
    "elsewhere": Outcome.REJECTED,
    "left": Outcome.LEFT,
    "account": Outcome.ACCOUNT,
}

_FIELD = r"[\w.@:-]*"
_FIELDS = r"[\w.@:,-]*"
_LINE = r"[^\r\n]*"
_STATUS = "|".join([*Status, "stopped"])
_WORD = rf"[^=,]+=({_STATUS})"
_CODE = rf"[^=,]+=({'|'.join(CODES)})(:\d{{1,5}})?"
_PATH = r"(re:[^\r\n]*\([^\r\n]*\)[^\r\n]*|" + _FIELD + ")"

_SENDING = (
    Need(
        "send_url",
        N_("Where messages go, with {{to}}, {{text}}, {{from}}, {{id}}… in it."),
        default="",
        pattern=r"(?=[!-~]*$)(https?://[^/{}?#]+([/?]" + template.pattern(*NAMES) + ")?)?",
    ),
    Need("send_method", N_("POST, GET or PUT."), default="POST", pattern="GET|POST|PUT"),
    Need(
        "send_body",
        N_("What is sent there, with the same names in it; in JSON they bring their quotes."),
        default="",
        pattern=r"(?!\s)" + template.pattern(*NAMES),
    ),
    Need(
        "content_type",
        N_("What that is: urlencoded, json, xml or a type of your own; empty: as their type."),
        default="",
        pattern=r"(urlencoded|json|xml|[\w.+-]+/[\w.+-]+(; *[\w-]+=[\w-]+)?)?",
    ),
    Need(
        "send_headers",
        N_("Further headers, one to a line, as Name: value."),
        secret=True,
        default="",
        pattern=r"([A-Za-z0-9-]+: [ -~]+(\r?\n|$))*",
    ),
    Need(
        "send_authorization",
        N_("What the Authorization header says; basic: made of user and password."),
        secret=True,
        default="",
        pattern="[ -~]*",
    ),
    Need("user", N_("The user name they gave you: {{user}}."), default="", pattern=_LINE),
    Need(
        "password",
        N_("The password or key they gave you: {{password}}."),
        secret=True,
        default="",
        pattern=_LINE,
    ),
    NUMBER_OR_NAME,
    Need(
        "encoding",
        N_("smart: letters that only look like those of SMS become them, if that saves parts."),
        default="default",
        pattern="default|smart",
    ),
    Need(
        "use_national",
        N_("yes: numbers go out without their country."),
        default="no",
        pattern="yes|no",
    ),
    Need(
        "max_length", N_("The longest text they take, in letters."), default="", pattern=r"\d{0,5}"
    ),
    Need(
        "check_url",
        N_("An address that answers 2xx when the account is right."),
        default="",
        pattern=r"(https?://\S+)?",
    ),
)

_ANSWER = (
    Need(
        "mt_response_check",
        N_("Words that their answer holds when they took the message; empty: any 2xx."),
        default="",
        pattern=_LINE,
    ),
    Need(
        "answer_id",
        N_("Where in the answer their id is: a path as data.0.id, or re: and an expression."),
        default="",
        pattern=_PATH,
    ),
    Need(
        "answer_error",
        N_("Where in the answer a code stands that says what went wrong."),
        default="",
        pattern=_PATH,
    ),
    Need(
        "answer_codes",
        N_("What codes mean: 0=ok,12=never,13=left,14=account,15=again,16=slow:60."),
        default="",
        pattern=rf"({_CODE}(,{_CODE})*)?",
    ),
)

_MESSAGES = (
    Need("mo_from_field", N_("Where calls say who wrote."), default="", pattern=_FIELD),
    Need("mo_to_field", N_("Where they say to whom."), default="", pattern=_FIELD),
    Need("mo_text_field", N_("Where the text is."), default="", pattern=_FIELD),
    Need("mo_id_field", N_("Where their id of it is."), default="", pattern=_FIELD),
    Need("mo_date_field", N_("Where its time is."), default="", pattern=_FIELD),
    Need(
        "date_format",
        N_("How times are written: rfc3339, seconds, milliseconds, none, or %Y%m%d%H%M%S."),
        default="rfc3339",
        pattern=r"rfc3339|seconds|milliseconds|none|[%\w :/.-]*%[%\w :/.-]*",
    ),
    Need(
        "time_zone",
        N_("Of times that name none: UTC, Asia/Kuala_Lumpur."),
        default="UTC",
        pattern=r"\w+([/+-]\w+)*",
    ),
    Need(
        "from_xpath",
        N_("In XML: where it says who wrote, as //src."),
        default="",
        pattern=r"(//?[\w.-]+(/[\w.-]+)*)?",
    ),
    Need(
        "text_xpath",
        N_("In XML: where the text is."),
        default="",
        pattern=r"(//?[\w.-]+(/[\w.-]+)*)?",
    ),
    Need(
        "mo_response",
        N_("What they want to hear; empty: a word in JSON."),
        default="",
        pattern=r"(?!\s)[^\0]*",
    ),
    Need(
        "mo_response_content_type",
        N_("What type that is."),
        default="text/plain",
        pattern=r"[\w.+-]+/[\w.+-]+(; *[\w-]+=[\w-]+)?",
    ),
    Need(
        "repeat_seconds",
        N_("How long the same words of a person are one message, if calls bring no id or time."),
        default="60",
        pattern=r"\d{1,4}",
    ),
)

_RECEIPTS = (
    Need("receipt_id_field", N_("Where receipts say which message."), default="", pattern=_FIELDS),
    Need(
        "receipt_status_field", N_("Where they say what became of it."), default="", pattern=_FIELD
    ),
    Need("receipt_date_field", N_("Where they say when."), default="", pattern=_FIELD),
    Need("receipt_error_field", N_("Where they say why not."), default="", pattern=_FIELD),
    Need(
        "receipt_words",
        N_("What their words mean: DELIVRD=delivered,2=failed,STOP=stopped."),
        default="",
        pattern=rf"({_WORD}(,{_WORD})*)?",
    ),
)

_PROOF = (
    Need(
        "hook_key",
        N_(
            "A word of your own, of 16 to 128 letters, digits, - or _; calls must carry it as "
            "?key=…"
        ),
        secret=True,
        default="",
        pattern=r"([A-Za-z0-9_-]{16,128})?",
    ),
    Need(
        "auth_token",
        N_("What their Authorization header must say, after its first word."),
        secret=True,
        default="",
        pattern=r"[!-~]*",
    ),
    Need(
        "hmac_secret",
        N_("The secret with which they sign what they send (HMAC, SHA-256)."),
        secret=True,
        default="",
        pattern=_LINE,
    ),
    Need("hmac_header", N_("The header that holds it."), default="X-Signature", pattern=r"[\w-]+"),
)

NEEDS: tuple[Need, ...] = (
    Need(
        "type",
        N_("Whose words they speak; external: what the settings below say."),
        default=EXTERNAL,
        pattern="|".join(PRESETS),
    ),
    *_SENDING,
    *_ANSWER,
    *_MESSAGES,
    *_RECEIPTS,
    *_PROOF,
    COUNTRY,
    STATUS_CALLBACK,
    Need("base_url", "Another host.", default="", pattern=r"(https?://\S+)?", hidden=True),
    TIMEOUT,
)
