"""What is a Word: something that travels or is kept, frozen and checked?"""

from collections.abc import Iterator
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Personal:
    """Marks a field written by or about a person: it is kept apart from the facts and can be erased."""


PERSONAL = Personal()


class Word(BaseModel):
    """Built strictly (`extra="forbid"`); read back leniently, so that an older release reads a newer row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def personal_fields(cls) -> Iterator[str]:
        for name, field in cls.model_fields.items():
            if any(isinstance(mark, Personal) for mark in field.metadata):
                yield name

    @classmethod
    def read_back(cls, stored: dict[str, Any]) -> Self:
        return cls.model_validate(stored, extra="ignore")
