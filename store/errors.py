"""Which errors does Deskbell know, and who is told?

DeskbellError                   code, text_key, values
├─ PersonError   (4xx)          NotAllowed, NotFound, AlreadyDecided, Expired, BadAnswer → told to the person
├─ Ignored       (200)          a known delivery that is not for us → counted
├─ NotUnderstood (400)          a payload that the platform cannot have sent → logged
├─ Unavailable   (503)          model, platform or database away → retried
├─ Misconfigured                settings, policies, tables: stops the start, with file, line and what to write
└─ Overtaken                    written by another while we decided → decided again
"""

from typing import ClassVar


class DeskbellError(Exception):
    """`text_key` names a sentence of bot/texts; `values` fill it in."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, hint: str = "", *, text_key: str = "", **values: str | int) -> None:
        super().__init__(hint or self.code)
        self.hint = hint
        self.text_key = text_key or f"error.{self.code}"
        self.values = values


class PersonError(DeskbellError):
    code = "refused"
    status = 400


class NotAllowed(PersonError):
    code = "not_allowed"
    status = 403


class NotFound(PersonError):
    """Said for what is absent and for what is forbidden alike, so that ids cannot be probed."""

    code = "not_found"
    status = 404


class AlreadyDecided(PersonError):
    code = "already_decided"
    status = 409


class Expired(PersonError):
    code = "expired"
    status = 410


class BadAnswer(PersonError):
    code = "bad_answer"
    status = 422


class TooLarge(PersonError):
    code = "too_large"
    status = 413


class TooMany(PersonError):
    code = "too_many"
    status = 429


class Ignored(DeskbellError):
    code = "ignored"
    status = 200


class NotUnderstood(DeskbellError):
    code = "not_understood"
    status = 400


class Unavailable(DeskbellError):
    code = "unavailable"
    status = 503

    def __init__(self, hint: str = "", *, retry_after: float = 1.0) -> None:
        super().__init__(hint)
        self.retry_after = retry_after
        """Seconds."""


class Misconfigured(DeskbellError):
    code = "misconfigured"


class Overtaken(DeskbellError):
    code = "overtaken"
    status = 409


class WrittenAgain(Overtaken):
    """The customer added something before the answer was written; deciding on less would be in vain."""
