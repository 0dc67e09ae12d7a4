"""What goes on behind the pages about the articles while nobody is kept waiting?"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bot.desk import Desk
from bot.gathering import embedder_for
from bot.rehearsal import be_ready_to_rehearse, rehearse
from knowledge.comparing import Compared, Comparison
from knowledge.locks import FileLock
from knowledge.probes import KEPT, Preview
from knowledge.publishing import Drafts
from knowledge.rehearsed import release
from store.knowledge_use import read_questions
from store.shelf import read_text_generation

log = logging.getLogger("deskbell.web")
PATIENCE = 1.5
"""Seconds that a page waits for work that may be done at once."""
RESULT, PROGRESS, FAILED = "preview.json", "progress", "failed"


def drafts_of(desk: Desk) -> Drafts:
    return Drafts(desk.settings.data_dir / "drafts", desk.settings.knowledge_dir.resolve())


def start_once(mark: Path, work: Callable[[], None], patience: float = PATIENCE) -> None:
    """In a thread, if nobody is at it; waits a moment for its end. The lock goes with the process."""
    lock = FileLock(mark)
    if not lock.take(wait=False):
        return

    def run() -> None:
        try:
            work()
        except Exception:
            log.exception("%s", mark.parent.name)
        finally:
            lock.give_back()

    thread = threading.Thread(target=run, name="editors", daemon=True)
    thread.start()
    thread.join(patience)


def compared_of(desk: Desk) -> Compared:
    return Compared(desk.database, desk.settings.data_dir / "cache" / "compared")


def is_compared(desk: Desk) -> bool:
    return compared_of(desk).is_known()


def find_comparison(desk: Desk) -> Comparison | None:
    """None while it is worked out."""
    compared = compared_of(desk)
    known = compared.find()
    if known is None:
        start_once(compared.folder / "lock", lambda: compare(desk, compared))
        known = compared.find()
    return known


def compare(desk: Desk, compared: Compared) -> None:
    compared.get(embedder_for(desk.settings, desk.library))


def find_preview(desk: Desk, digest: str) -> Preview | None:
    """None while it is worked out; a process that died in the middle is followed by whoever looks next."""
    place = drafts_of(desk).place(digest)
    kept = read_preview(desk, place)
    if (kept is None or not kept.is_whole) and not (place / FAILED).exists():
        start_once(place / "lock", lambda: work_out(desk, digest, place))
        kept = read_preview(desk, place)
    return kept


def work_out(desk: Desk, digest: str, place: Path) -> None:
    _, proposal = drafts_of(desk).get(digest)

    def tell(done: int, total: int) -> None:
        (place / PROGRESS).write_text(f"{done} {total}", encoding="ascii")

    def keep(preview: Preview) -> None:
        beside = place / f".{RESULT}"
        beside.write_bytes(KEPT.dump_json(without_questions(preview)))
        beside.replace(place / RESULT)

    is_done = False
    try:
        keep(rehearse(desk.settings, desk.library, proposal, tell, early=keep))
        is_done = True
    except FileNotFoundError:
        if place.is_dir():
            raise
        # Made live, or thrown away, while the last questions were asked: nobody waits for them any more.
    finally:
        # Whatever it was: nobody begins again by looking, only by asking for it.
        if not is_done and place.is_dir():
            (place / FAILED).touch()


def prepare_previews(desk: Desk) -> None:
    """Returns at once; works once for each state of the shelf, and only beside a desk that runs."""
    if not desk.library.threads:
        return
    with desk.database.read() as connection:
        generation = read_text_generation(connection)
    folder = desk.settings.data_dir / "cache" / "preview"
    mark = folder / "ready"
    said = f"{generation} {desk.library.meaning.find_pointer()} {release()}"
    with suppress(OSError):
        if mark.read_text(encoding="utf-8") == said:
            return

    def work() -> None:
        be_ready_to_rehearse(desk.settings, desk.library)
        mark.write_text(said, encoding="utf-8")

    start_once(folder / "ready.lock", work, patience=0)


def without_questions(preview: Preview) -> Preview:
    """What customers wrote stays on its timeline, where it can be erased."""
    bare = tuple(
        replace(one, probe=replace(one.probe, question="", before="")) if one.probe.place else one
        for one in preview.changes
    )
    return replace(preview, changes=bare)


def read_preview(desk: Desk, place: Path) -> Preview | None:
    try:
        preview = KEPT.validate_json((place / RESULT).read_bytes())
    except (OSError, ValueError):
        return None
    with desk.database.read() as connection:
        asked = read_questions(connection, {one.probe.place for one in preview.changes if one.probe.place})
    told = (
        replace(one, probe=replace(one.probe, question=asked.get(one.probe.place, "")))
        if one.probe.place
        else one
        for one in preview.changes
    )
    return replace(preview, changes=tuple(told))


def read_progress(place: Path) -> tuple[int, int]:
    with suppress(OSError, ValueError):
        done, total = (place / PROGRESS).read_text(encoding="ascii").split()
        return int(done), int(total)
    return 0, 0


def has_failed(place: Path) -> bool:
    return (place / FAILED).exists()
