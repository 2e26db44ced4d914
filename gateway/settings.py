"""Every setting: its name, default and meaning, read once at start."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.domain import quiet
from gateway.files import is_card
from gateway.sealing import derive


class Setting(NamedTuple):
    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("GATEWAY_DATA", "data", "The folder of the store, its key and backups."),
    Setting("GATEWAY_HOST", "127.0.0.1", "The address the web server listens on."),
    Setting("GATEWAY_PORT", "8080", "The port the web server listens on."),
    Setting("GATEWAY_PUBLIC_URL", "", "What providers call; signatures are checked against it."),
    Setting("GATEWAY_REDIS", "", "Redis for the queue; empty means threads in this process."),
    Setting("GATEWAY_REDIS_AWAY", "wait", "While Redis or all workers are away: wait, or threads."),
    Setting("GATEWAY_LANGUAGE", "en", "For people whose language we do not know yet."),
    Setting("GATEWAY_LANGUAGES", "", "Languages in use, by comma; empty means all with content."),
    Setting("GATEWAY_REGION", "", "Country (two letters) for numbers without a country code."),
    Setting("GATEWAY_TIMEZONE", "UTC", "Time zone of places that have none of their own."),
    Setting("GATEWAY_QUIET_HOURS", "20:00-07:00", "When only emergencies and answers go out."),
    Setting("GATEWAY_CAP_DAY", "3", "Alerts and bulk messages a person gets in a day."),
    Setting("GATEWAY_CAP_WEEK", "1", "Bulk messages a person gets in a week."),
    Setting("GATEWAY_ORGANISATION", "Red Cross", "Who speaks: named in messages to the public."),
    Setting("GATEWAY_EMERGENCY", "112", "The number to call in danger, named in messages."),
    Setting("GATEWAY_CURRENCY", "", "Money of the costs shown, as XOF or KES."),
    Setting("GATEWAY_APPROVAL_MINUTES", "30", "An approval lapses if unused for this long."),
    Setting("GATEWAY_SIGN_IN_MINUTES", "30", "Staff are signed out when idle for this long."),
    Setting("GATEWAY_THREADS", "32", "Pages and other long calls answered at the same time."),
    Setting("GATEWAY_DISK", "", "card or fast, for a new store; empty means it is found out."),
    Setting("GATEWAY_KEEP_WORDS_DAYS", "90", "Words are deleted so long after their end."),
    Setting("GATEWAY_KEEP_PEOPLE_DAYS", "365", "Who has not joined is erased after this silence."),
    Setting("GATEWAY_KEEP_SENSITIVE_DAYS", "30", "Sensitive items are emptied so long after it."),
    Setting("GATEWAY_KEEP_CALLS_DAYS", "7", "Calls are kept as they came for so long."),
    Setting("GATEWAY_KEEP_RECORDS_DAYS", "90", "Receipts, dialogues and old jobs stay so long."),
    Setting("GATEWAY_KEEP_AUDIT_DAYS", "730", "The record of what staff did stays for so long."),
    Setting("GATEWAY_KEEP_EXPORTS_DAYS", "7", "Files written for staff to fetch stay for so long."),
    Setting("GATEWAY_KEEP_HOUR", "3", "The quiet hour (0 to 23) at which old things are deleted."),
    Setting("GATEWAY_SECRET", "", "The secret itself, instead of the key file."),
    Setting("GATEWAY_SECRET_FILE", "", "The key file; empty means `key` in the data folder."),
)

_NAMES = {setting.name for setting in SETTINGS}
_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_MAY_BE_EMPTY = "GATEWAY_QUIET_HOURS"  # in the environment too: empty is none


class BadSetting(Exception):
    """A setting is wrong; the text says which, and what would be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one gateway, checked."""

    values: Mapping[str, str]

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read gateway.toml in the data folder, then the environment, which wins."""
        values = {setting.name: setting.default for setting in SETTINGS}
        folder = Path(environ.get("GATEWAY_DATA") or values["GATEWAY_DATA"])
        values |= _from_toml(folder / "gateway.toml")
        values |= {k: v for k, v in environ.items() if k in _NAMES and (v or k == _MAY_BE_EMPTY)}
        values["GATEWAY_DATA"] = str(folder)
        _check(values)
        return cls(values)

    def __getitem__(self, name: str) -> str:
        return self.values["GATEWAY_" + name]

    @property
    def data(self) -> Path:
        return Path(self["DATA"])

    @property
    def store(self) -> Path:
        return self.data / "gateway.db"

    @property
    def page(self) -> int:
        """Bytes of a page of a new store: small on a card, so that a change writes little."""
        kind = self["DISK"] or ("card" if is_card(self.data) else "fast")
        return 1024 if kind == "card" else 2048

    @property
    def key_file(self) -> Path:
        return Path(self["SECRET_FILE"]) if self["SECRET_FILE"] else self.data / "key"

    @property
    def public_url(self) -> str:
        """What providers call, without a slash at the end."""
        return (self["PUBLIC_URL"] or f"http://{self['HOST']}:{self['PORT']}").rstrip("/")

    @property
    def languages(self) -> list[str]:
        return [tag.strip() for tag in self["LANGUAGES"].split(",") if tag.strip()]

    def secret(self) -> str:
        """Return the secret; BadSetting where there is none."""
        if self["SECRET"]:
            return self["SECRET"]
        try:
            found = self.key_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise BadSetting(
                f"No key file at {self.key_file}. Run 'gateway init' first, "
                "or set GATEWAY_SECRET_FILE to where it is."
            ) from None
        if not found:
            raise BadSetting(
                f"The key file {self.key_file} is empty. Put your copy of the key there. Without "
                "one, remove the file, run 'gateway init', and type the secrets of channels again."
            )
        return found

    def sealing_key(self) -> bytes:
        return derive(self.secret(), "sealing")

    def key_for(self, purpose: str) -> bytes:
        return derive(self.secret(), purpose)


def _from_toml(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{file} is not TOML: {error}") from None
    unknown = sorted(set(found) - _NAMES)
    if unknown:
        raise BadSetting(f"{file} has unknown settings: {', '.join(unknown)}")
    return {name: str(value) for name, value in found.items()}


def _check(values: Mapping[str, str]) -> None:
    for name in ("PORT", "APPROVAL_MINUTES", "SIGN_IN_MINUTES", "THREADS"):
        value = values["GATEWAY_" + name]
        if not value.isdecimal() or not 0 < int(value) < 65536:
            raise BadSetting(f"GATEWAY_{name} must be a whole number from 1 up, not {value!r}")
    if values["GATEWAY_REDIS_AWAY"] not in ("wait", "threads"):
        raise BadSetting("GATEWAY_REDIS_AWAY must be wait or threads")
    redis = values["GATEWAY_REDIS"]
    if redis and not redis.startswith(("redis://", "rediss://", "unix://")):
        raise BadSetting("GATEWAY_REDIS must begin with redis://, as redis://127.0.0.1:6379/0")
    _check_ages(values)
    if values["GATEWAY_DISK"] not in ("", "card", "fast"):
        raise BadSetting(f"GATEWAY_DISK must be card or fast, not {values['GATEWAY_DISK']!r}")
    _check_peace(values)
    _check_words(values)
    url = values["GATEWAY_PUBLIC_URL"]
    if url and not url.startswith(("http://", "https://")):
        raise BadSetting("GATEWAY_PUBLIC_URL must begin with http:// or https://")
    region = values["GATEWAY_REGION"]
    if region and not (len(region) == 2 and region.isalpha() and region.isupper()):
        raise BadSetting(f"GATEWAY_REGION must be two capital letters, as NP, not {region!r}")
    try:
        ZoneInfo(values["GATEWAY_TIMEZONE"])
    except (KeyError, ValueError, OSError):
        raise BadSetting(
            f"GATEWAY_TIMEZONE {values['GATEWAY_TIMEZONE']!r} is unknown; "
            "write it as Asia/Kathmandu"
        ) from None


def _check_ages(values: Mapping[str, str]) -> None:
    for name, value in values.items():
        days = name.startswith("GATEWAY_KEEP_") and name.endswith("_DAYS")
        if days and (not value.isdecimal() or len(value) > 5):
            raise BadSetting(f"{name} must be a number of days, 0 for ever, not {value!r}")
    hour = values["GATEWAY_KEEP_HOUR"]
    if not hour.isdecimal() or int(hour) > 23:
        raise BadSetting(f"GATEWAY_KEEP_HOUR must be an hour from 0 to 23, not {hour!r}")


def _check_words(values: Mapping[str, str]) -> None:
    several = [("LANGUAGES", tag.strip()) for tag in values["GATEWAY_LANGUAGES"].split(",")]
    for name, tag in (("LANGUAGE", values["GATEWAY_LANGUAGE"]), *several):
        if tag and not _TAG.fullmatch(tag):
            raise BadSetting(f"GATEWAY_{name}: a language is a tag, as ne or sw, not {tag!r}")
    if not re.search(r"\d\d", values["GATEWAY_EMERGENCY"]):
        raise BadSetting(
            "GATEWAY_EMERGENCY must be the number to call in danger, as 112: people read it"
        )
    currency = values["GATEWAY_CURRENCY"]
    if currency and not re.fullmatch("[A-Z]{3}", currency):
        raise BadSetting(
            f"GATEWAY_CURRENCY must be three capital letters, as XOF, not {currency!r}"
        )


def _check_peace(values: Mapping[str, str]) -> None:
    for name in ("CAP_DAY", "CAP_WEEK"):
        value = values["GATEWAY_" + name]
        if not value.isdecimal() or int(value) > 1000:
            raise BadSetting(
                f"GATEWAY_{name} must be a whole number, 0 for no limit, not {value!r}"
            )
    try:
        quiet.read(values["GATEWAY_QUIET_HOURS"])
    except ValueError as error:
        raise BadSetting(f"GATEWAY_QUIET_HOURS: {error}; empty is none") from None
