"""How long something lasted, in words."""

from gateway.web.words import ngettext

MINUTE, HOUR, DAY = 60, 3600, 86400


def lasted(seconds: float) -> str:
    """Return a span of time as a person would say it, in its largest whole unit."""
    if seconds < HOUR:
        n = max(0, int(seconds // MINUTE))
        return ngettext("%(num)s minute", "%(num)s minutes", n) % {"num": n}
    if seconds < 2 * DAY:
        n = int(seconds // HOUR)
        return ngettext("%(num)s hour", "%(num)s hours", n) % {"num": n}
    n = int(seconds // DAY)
    return ngettext("%(num)s day", "%(num)s days", n) % {"num": n}
