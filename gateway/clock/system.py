"""What this machine says about its own clock; None where it does not say."""

import ctypes
import platform
import sys
import time
from pathlib import Path

_UNSYNCHRONISED = 5  # TIME_ERROR: what adjtimex returns while nobody sets the clock
_RTC = Path("/sys/class/rtc")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
# What counts on in sleep: on Linux the one, on macOS the other; on Windows time.monotonic does.
_STEADY: int | None = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
_PERSONAL = {"x86_64", "amd64", "i386", "i686"}  # these were never built without a battery clock


def steady() -> float:
    """Return seconds that only go forward, also while the machine sleeps where it can be had."""
    return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


def synchronised() -> bool | None:
    """Whether the system sets its clock by others', as Linux tells."""
    if sys.platform != "linux":
        return None
    asked = ctypes.create_string_buffer(512)  # a timex of zeros: asks, and changes nothing
    try:
        state = int(ctypes.CDLL(None, use_errno=True).adjtimex(asked))
    except (AttributeError, OSError):
        return None
    return None if state < 0 else state != _UNSYNCHRONISED


def battery() -> bool | None:
    """Whether a clock goes on while the machine is off."""
    if sys.platform != "linux":
        return None
    if platform.machine().lower() in _PERSONAL:
        return True
    try:
        return any(_RTC.glob("rtc*"))
    except OSError:
        return None


def boot() -> str:
    """Return what names this run of the machine, empty where nothing does."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
