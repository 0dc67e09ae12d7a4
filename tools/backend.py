"""What must a shop be able to do, so that approved changes happen in it?"""

from typing import Protocol, TypeVar

from store.backend_records import Kept, Written

R = TypeVar("R", bound=Kept)


class Backend(Protocol):
    """The sample backend of `store.backend`, or a real shop behind an adapter."""

    def find(self, record: type[R], key: str) -> R | None: ...

    def list_of(self, record: type[R], field: str, value: str) -> tuple[R, ...]:
        """Those whose field has that value, in the order of their keys."""
        ...

    def find_write(self, key: str) -> Written | None:
        """What was written under this key, so that a crash after the write does not hide it."""
        ...

    def write(self, wanted: Written) -> Written:
        """All edits at once, or none and Overtaken when one record is no longer as the edit says.
        The second time under the same key nothing happens, and what the first wrote is returned."""
        ...
