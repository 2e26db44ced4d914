"""What keeps a modem from working, and what to do about it, for the people who can."""

from gateway.providers import N_
from gateway.providers.modem.machine import BUSY, MISSING, PIN_REFUSED

_GONE = N_("The modem is not there: look at plug and power. It is tried again by itself.")
_SILENT = N_("The modem does not answer: unplug it and plug it in again.")
_NO_SIM = N_("The modem finds no SIM, or cannot read it.")
_PIN = N_("The SIM asks for its PIN: give it as pin.")
_CENTRE = N_("The SIM knows no message centre: give its number as smsc.")

WORDS = {
    MISSING: N_("python-gammu is not installed here. Run: pip install 'gateway-sms[modem]'"),
    BUSY: N_("The modem is still busy with something else."),
    PIN_REFUSED: N_("The SIM refused the PIN. It is not tried again: correct it first."),
    "sim_asks_pin": _PIN,
    "sim_asks_puk": N_("The SIM asks for its PUK: put it into a phone and enter it there."),
    "ERR_SECURITYERROR": _PIN,
    "ERR_NOSIM": _NO_SIM,
    "ERR_EMPTYSMSC": _CENTRE,
    "ERR_DEVICELOCKED": N_("Another program uses the modem: the running gateway, perhaps."),
    "ERR_DEVICENOPERMISSION": N_("This user may not open the device: join the group dialout."),
    "ERR_PERMISSION": N_("This user may not write into /var/lock, where Gammu locks the device."),
    "ERR_DEVICENOTEXIST": _GONE,
    "ERR_DEVICEOPENERROR": _GONE,
    "ERR_DEVICENOTWORK": _GONE,
    "ERR_DEVICEREADERROR": _GONE,
    "ERR_DEVICEWRITEERROR": _GONE,
    "ERR_TIMEOUT": _SILENT,
    "ERR_NOECHO": _SILENT,
    "cms_310": _NO_SIM,
    "cms_311": _PIN,
    "cms_330": _CENTRE,
    "cme_10": _NO_SIM,
    "cme_11": _PIN,
}
