"""The shapes of contacts: see `shapes`."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from gateway.web.api.shapes import Given, Limit, Number, Time, Word

Consent = Literal["none", "pending", "in", "alerts", "out"]
Groups = Annotated[list[Word], Meta(max_length=100)]
Proof = Annotated[str, Meta(max_length=500, description="Where they said so: a form's number.")]
Id = Annotated[int, Meta(ge=1, le=2**62)]


class NewContact(Given):
    """A person; without a word on consent, they are pending until they join."""

    address: Number
    language: Word | None = None
    area: Word | None = None
    groups: Groups | None = None
    consent: Consent | None = None
    proof: Proof | None = None


class ContactChange(Given):
    """What is to change; null takes a language or an area away."""

    language: Word | UnsetType | None = UNSET
    area: Word | UnsetType | None = UNSET
    groups: Groups | UnsetType = UNSET
    consent: Consent | UnsetType = UNSET
    proof: Proof | None = None


class Contact(msgspec.Struct, kw_only=True):
    """A person: `address` and `consent` are of their first number."""

    id: int
    address: str | None
    addresses: list[str]
    language: str | None
    area: str | None
    groups: list[str]
    consent: Consent
    created: Time
    heard: Time | None


class Contacts(msgspec.Struct):
    contacts: list[Contact]
    next: int | None


class ContactQuery(Given):
    address: Word | None = None
    language: Word | None = None
    area: Word | None = None
    group: Word | None = None
    consent: Consent | None = None
    limit: Limit = 100
    cursor: Id = 2**62
