"""Words that people send and what they mean.

A table is plain mappings, language, then intent, then words:

    {"always": {"opt_out": ["STOP", ...]},
     "sw": {"opt_out": ["ACHA"], "yes": ["NDIYO"], "flood": ["MAFURIKO"],
            "type:question": ["ULIZA"], "language:sw": ["KISWAHILI"], ...}}

Intents: opt_out, opt_in, yes (joins only a pending contact), help, cry, more, menu, check,
my_data, forget, language; `type:<feedback type>` and help and cry take words after them;
`language:<tag>`; anything else without a colon is a topic code, alone or with a number.
`polite` and `leaving` are words and phrases that mark a soft sign of leaving. A match may
also be `leave:<topic>`, `join:<topic>` or `possible_opt_out`.

locales/keywords.json holds {"always": {intent: [word]}, "languages": {tag: {"status":
documented | proposed | needs_native_check, "words": {intent: [word]}}}}; `live` makes a table
of it.
"""

from gateway.domain.keywords.listing import ALWAYS, is_topic, live, merged
from gateway.domain.keywords.references import first_signs, is_reference, reference, references
from gateway.domain.keywords.slips import alike, apart
from gateway.domain.keywords.spelling import normal, words
from gateway.domain.keywords.table import Keywords, Match

__all__ = [
    "ALWAYS",
    "Keywords",
    "Match",
    "alike",
    "apart",
    "first_signs",
    "is_reference",
    "is_topic",
    "live",
    "merged",
    "normal",
    "reference",
    "references",
    "words",
]
