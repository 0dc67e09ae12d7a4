"""Which shelf of articles does this process open? Apart from the wiring, so that `ask` starts fast."""

import hashlib
from pathlib import Path

from knowledge.embedders import EmbedderChoice
from knowledge.embedding_openai import Account
from knowledge.index import Wanted
from knowledge.library import Library, open_library
from store.clock import Clock
from store.database import Database, open_database
from store.migrate import prepare
from store.settings import Settings


def open_shelf(settings: Settings, database: Database, clock: Clock) -> Library:
    return open_library(
        database,
        data_dir=settings.data_dir,
        articles_dir=settings.knowledge_dir,
        clock=clock,
        default_audience=settings.default_audience,
        engine=Wanted(settings.index, settings.chroma_url),
        embedder=embedder_of(settings),
    )


def embedder_of(settings: Settings) -> EmbedderChoice:
    account = Account(settings.openai_base_url, settings.openai_api_key.get_secret_value())
    return EmbedderChoice(settings.embedder, account)


def open_beside(settings: Settings, folder: Path, clock: Clock) -> Library:
    """Any folder, with rows and vectors of its own in the cache; the desk's are never touched."""
    place = folder.resolve()
    cache = settings.data_dir / "cache" / hashlib.blake2b(str(place).encode(), digest_size=8).hexdigest()
    # Made anew from the folder at any time, so it need not survive a power cut.
    database = open_database(f"sqlite:///{cache.resolve() / 'shelf.db'}", synchronous="OFF")
    prepare(database, settings.model_copy(update={"data_dir": cache}))
    return open_library(
        database,
        data_dir=cache,
        articles_dir=place,
        clock=clock,
        default_audience="public",
        models_dir=settings.data_dir / "models",
        embedder=embedder_of(settings),
    )
