"""Where is a proposed change of the articles tried, without touching the live ones?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from bot.gathering import embedder_for
from knowledge.library import Library, open_library
from knowledge.locks import alone
from knowledge.preview import Early, Stage, prepare_answers, run_preview
from knowledge.probes import Preview, Probe, real_probes
from knowledge.proposal import Proposal
from knowledge.rehearsed import Memory, steady
from knowledge.sync import Progress
from store.database import open_database
from store.knowledge_use import read_given
from store.migrate import prepare
from store.settings import Settings

DAYS = 30
"""Back to which customers' questions are asked again."""
READER = "public"
"""As conversations read."""


@contextmanager
def open_stage(settings: Settings, live: Library) -> Iterator[Stage]:
    """Rows, vectors and files of its own; one preview at a time. What it holds survives, so that the next one
    has less to read."""
    cache = settings.data_dir.resolve() / "cache" / "preview"
    with alone(cache / "stage.lock"):
        database = open_database(f"sqlite:///{cache / 'shelf.db'}", synchronous="OFF")
        try:
            prepare(database, settings.model_copy(update={"data_dir": cache}))
            library = open_library(
                database,
                data_dir=cache,
                articles_dir=cache / "articles",
                clock=live.clock,
                default_audience=live.default_audience,
                models_dir=live.models_dir,
            )
            library.articles_dir.mkdir(parents=True, exist_ok=True)
            library.embedder = steady(embedder_for(settings, live))
            # A desk that answers by words alone is rehearsed by words alone.
            library.is_loaded = library.embedder is None
            yield Stage(library, live.database, Memory(cache / "answers"))
            library.close()
        finally:
            database.close()


def recent_questions(live: Library) -> Sequence[Probe]:
    since = live.clock.now() - timedelta(days=DAYS)
    with live.database.read() as connection:
        return real_probes(read_given(connection, since), READER)


def rehearse(
    settings: Settings,
    live: Library,
    proposal: Proposal,
    progress: Progress | None = None,
    *,
    early: Early | None = None,
    is_quick: bool = False,
) -> Preview:
    """Everything that was promised and everything that was asked, before and after."""
    real = recent_questions(live)
    with open_stage(settings, live) as stage:
        root = live.articles_dir.resolve()
        return run_preview(stage, proposal, root, real, progress, early=early, is_quick=is_quick)


def be_ready_to_rehearse(settings: Settings, live: Library) -> None:
    """For when somebody looks at the articles: what is answered now is worked out ahead."""
    with open_stage(settings, live) as stage:
        prepare_answers(stage, live.articles_dir.resolve(), recent_questions(live))
