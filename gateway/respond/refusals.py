"""Why something cannot be done to a feedback item, in words staff can act on."""

N_ = str  # marks a sentence for translators

REASONS = {
    "unknown": N_("There is no such item."),
    "user": N_("Choose somebody who can sign in and answer people."),
    "code": N_("Choose a code that is in the codebook and not retired."),
    "code_type": N_("This code goes with another type of feedback."),
    "empty": N_("Write something first."),
    "again": N_("This very answer was given a moment ago. It is not sent twice."),
    "long": N_("This is longer than 4 SMS. Write less, or send a second answer."),
    "over": N_("This item is closed or rejected. Reopen it or sort it first."),
    "reason": N_("Give the reason."),
    "left": N_(
        "This person has left and has not written since, so no answer is sent. "
        "Announce it to the community instead, then close the item."
    ),
    "unreachable": N_("No number is known for this person. Announce the answer instead."),
    "channel": N_("No channel can carry an SMS to this person now. Mend or add one."),
    "sensitive": N_(
        "Nothing is sent about a sensitive item: others may read that phone. "
        "Tell the safeguarding contact, by voice or in person."
    ),
}


class Refused(Exception):
    """The act was not done; `reason` is a word, the text says why and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason
