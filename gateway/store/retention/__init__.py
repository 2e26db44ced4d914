"""What is deleted by age: each function finds or deletes some rows, in one short transaction."""

from gateway.store.retention import items, people, records, words

__all__ = ["items", "people", "records", "words"]
