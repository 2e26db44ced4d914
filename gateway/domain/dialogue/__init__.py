"""Menus, forms and topics: what a person reads, and what their answer means.

Pure: a pack is data, a state is data, and a step is a function of both.
"""

from gateway.domain.dialogue.forms import partial
from gateway.domain.dialogue.moves import (
    Area,
    Ask,
    Effect,
    FileItem,
    Join,
    Move,
    Prompt,
    SetArea,
    SetLanguage,
    ShowTopic,
    State,
    sms,
)
from gateway.domain.dialogue.pack import Field, Form, Menu, Option, Pack, PackError, Topic, load
from gateway.domain.dialogue.prompts import prompt, resume_prompt, topic_text
from gateway.domain.dialogue.walk import HOME, start, step, to_resume, worth_resuming

__all__ = [
    "HOME",
    "Area",
    "Ask",
    "Effect",
    "Field",
    "FileItem",
    "Form",
    "Join",
    "Menu",
    "Move",
    "Option",
    "Pack",
    "PackError",
    "Prompt",
    "SetArea",
    "SetLanguage",
    "ShowTopic",
    "State",
    "Topic",
    "load",
    "partial",
    "prompt",
    "resume_prompt",
    "sms",
    "start",
    "step",
    "to_resume",
    "topic_text",
    "worth_resuming",
]
