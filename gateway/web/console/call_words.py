"""Why a provider's call was not taken, in words; the word itself is for its makers."""

from gateway.web.words import N_, _

WHY = {
    "not understood": N_("It tells nothing we know."),
    "bad_json": N_("It is not the JSON we expect."),
    "bad_type": N_("It is of a kind we do not know."),
    "bad_length": N_("It, or something in it, is too long."),
    "bad_number": N_("A number in it is no phone number."),
    "bad_timestamp": N_("A time in it cannot be read."),
    "told by the network": N_("The network told it to our own SIM, unasked."),
    "missing_field": N_("Something it needs is missing."),
}


def why(reason: str) -> str:
    """Return the sentence for a reason as it was kept, "missing_field: from" for one."""
    word, _colon, _field = reason.partition(":")
    return _(WHY[word]) if word in WHY else ""
