"""Do all three indexes of words find the same, each in its own way?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge.sync import with_tokens
from knowledge.words import grams_of
from store import shelf
from store.articles import Article, Audience, Chunk
from store.database import Database
from store.fulltext import Shelf
from store.fulltext_postgres import take_stock
from store.lexical import HELD, TantivyWords
from store.shelf import Filed
from store.shelf_reading import Lexical, reading
from tests.databases import POSTGRES, copied, opened
from tests.knowledge.conftest import NOON

PUBLIC = ("public",)
MANY = 2_100
"""More than Postgres looks through for each common word."""


@dataclass(slots=True)
class Shop:
    """A shelf with one index of words over it."""

    database: Database
    folder: Path
    tantivy: TantivyWords | None

    @property
    def lexical(self) -> Lexical | None:
        return self.tantivy

    def put(self, path: str, *texts: str, audience: str = "public") -> None:
        article = Article(
            path, f"{hash(texts) & 0xFFFF:012x}", "\n".join(texts), "T", "en", Audience(audience)
        )
        prepared = [
            with_tokens(Chunk(path, place, "text", "T", one, place + 1, place + 1, f"{one} in {path}"))
            for place, one in enumerate(texts)
        ]
        filed = Filed(path, 1, 1, 1, article.version, "")
        self.database.write(lambda unit: shelf.put_article(unit, article, prepared, filed, now=NOON))
        self.follow()

    def drop(self, path: str) -> None:
        self.database.write(lambda unit: shelf.drop_article(unit, path))
        self.follow()

    def follow(self) -> None:
        if self.tantivy:
            self.tantivy.follow(self.database)
            assert self.is_used()

    def is_used(self) -> bool:
        with self.database.read() as connection:
            return bool(self.tantivy and self.tantivy.at(shelf.read_text_generation(connection)))

    def find(
        self, *tokens: str, kind: Shelf = "chunk_words", audiences: Sequence[str] = PUBLIC, limit: int = 10
    ) -> list[str]:
        with reading(self.database, audiences, "", self.lexical) as reader:
            found = reader.find(kind, tokens, limit)
            assert list(found.values()) == sorted(found.values(), reverse=True)
            texts = {chunk.number: chunk.text for chunk in reader.chunks(found)}
            return [texts[number] for number in found]

    def count(
        self, *tokens: str, kind: Shelf = "chunk_words", audiences: Sequence[str] = PUBLIC
    ) -> dict[str, int]:
        with reading(self.database, audiences, "", self.lexical) as reader:
            return reader.count(kind, tokens)


@pytest.fixture(params=["database", "tantivy"])
def shop(request: pytest.FixtureRequest, empty_shelf: str, tmp_path: Path) -> Iterator[Shop]:
    """FTS5 or Postgres full text, as the run is, and Tantivy over the same rows."""
    if request.param == "tantivy" and POSTGRES:
        pytest.skip("Tantivy stands beside SQLite only; this run is on Postgres")
    with copied(empty_shelf, tmp_path) as settings:
        database = opened(settings)
        folder = tmp_path / "tantivy"
        yield Shop(database, folder, TantivyWords(folder) if request.param == "tantivy" else None)
        database.close()


KINDS: list[tuple[Shelf, Callable[[str], str]]] = [
    ("chunk_words", lambda word: word),
    ("chunk_grams", lambda word: grams_of(word)[0]),
]


class TestEveryIndexOfWords:
    @pytest.mark.parametrize(("kind", "token"), KINDS)
    def test_the_rarer_word_weighs_more(self, shop: Shop, kind: Shelf, token: Callable[[str], str]) -> None:
        shop.put("a.md", "red disc", "red pad", "red drum", "blue pad")

        assert shop.find(token("disc"), token("red"), kind=kind)[0] == "red disc"
        assert shop.find(token("green"), kind=kind) == []

    def test_a_word_of_the_heading_counts_more(self, shop: Shop) -> None:
        shop.put("a.md", "brake disc wear", "brake pad wear")
        article = Article("b.md", "0" * 12, "x", "Pump", "en", Audience("public"))
        above = with_tokens(Chunk("b.md", 0, "text", "Pump", "other words here", 1, 1, "above"))
        below = with_tokens(Chunk("b.md", 1, "text", "Other", "pump words here", 2, 2, "below"))
        filed = Filed("b.md", 1, 1, 1, article.version, "")
        shop.database.write(lambda unit: shelf.put_article(unit, article, [below, above], filed, now=NOON))
        shop.follow()

        assert shop.find("pump") == ["other words here", "pump words here"]

    def test_a_reader_finds_and_counts_only_their_own(self, shop: Shop) -> None:
        shop.put("a.md", "open words")
        shop.put("b.md", "secret words", audience="staff")

        assert shop.find("word", "secret") == ["open words"]
        assert sorted(shop.find("word", audiences=("public", "staff"))) == ["open words", "secret words"]
        assert shop.count("secret", "word") == {"secret": 0, "word": 1}
        assert shop.count("secret", "word", audiences=("public", "staff")) == {"secret": 1, "word": 2}
        assert shop.find("word", audiences=()) == []

    def test_what_others_may_read_takes_no_place_among_the_first(self, shop: Shop) -> None:
        shop.put("b.md", *(f"word word word {number}" for number in range(20)), audience="staff")
        shop.put("a.md", "one word among many others that stand here")

        assert shop.find("word", limit=3) == ["one word among many others that stand here"]

    def test_a_new_version_takes_the_place_of_the_old_one(self, shop: Shop) -> None:
        shop.put("a.md", "old disc")
        shop.put("a.md", "new disc")

        assert shop.find("disc") == ["new disc"]
        assert shop.count("old", "disc") == {"old": 0, "disc": 1}

    def test_what_became_internal_is_gone_for_the_others(self, shop: Shop) -> None:
        shop.put("a.md", "some disc")
        shop.put("a.md", "some disc", audience="staff")

        assert shop.find("disc") == []
        assert shop.find("disc", audiences=("staff",)) == ["some disc"]

    def test_what_is_dropped_is_found_by_nothing(self, shop: Shop) -> None:
        shop.put("a.md", "some disc")
        shop.put("b.md", "other disc")
        shop.drop("a.md")

        assert shop.find("disc") == ["other disc"]
        assert shop.find(*grams_of("some"), kind="chunk_grams") == []

    @pytest.mark.parametrize(("kind", "token"), KINDS)
    def test_among_thousands_a_rare_word_decides_and_then_how_many_of_the_others(
        self, shop: Shop, kind: Shelf, token: Callable[[str], str]
    ) -> None:
        shop.put("a.md", *(f"disc {number}" for number in range(MANY)), "disc pad", "disc pad drum")
        three = [token(word) for word in ("disc", "pad", "drum")]

        assert shop.find(*three, kind=kind, limit=2) == ["disc pad drum", "disc pad"]
        assert shop.count(*three, kind=kind)[three[0]] == pytest.approx(MANY + 2, rel=0.05)
        assert len(shop.find(token("disc"), kind=kind)) == 10

    def test_no_token_and_an_empty_shelf_find_nothing(self, shop: Shop) -> None:
        shop.follow()

        assert shop.find("disc") == []
        assert shop.find() == []
        assert shop.count("disc") == {"disc": 0}


@pytest.fixture
def beside(empty_shelf: str, tmp_path: Path) -> Iterator[Shop]:
    with copied(empty_shelf, tmp_path) as settings:
        database = opened(settings)
        yield Shop(database, tmp_path / "tantivy", TantivyWords(tmp_path / "tantivy"))
        database.close()


def test_what_tantivy_has_not_followed_yet_the_database_answers(beside: Shop) -> None:
    beside.put("a.md", "old disc")
    tantivy, beside.tantivy = beside.tantivy, None
    beside.put("a.md", "new disc")
    beside.tantivy = tantivy

    assert not beside.is_used()
    assert beside.find("disc") == ["new disc"]

    beside.follow()
    assert beside.find("disc") == ["new disc"]


def test_a_vector_more_or_less_leaves_tantivy_in_use(beside: Shop) -> None:
    beside.put("a.md", "some disc")

    beside.database.write(lambda unit: shelf.put_vectors(unit, "e", {shelf.Hash("any"): b"1"}))

    assert beside.is_used()


def test_tantivy_keeps_what_it_held_over_a_restart(beside: Shop) -> None:
    beside.put("a.md", "some disc")
    before = (beside.folder / HELD).stat().st_mtime_ns

    beside.tantivy = TantivyWords(beside.folder)
    beside.follow()

    assert beside.find("disc") == ["some disc"]
    assert (beside.folder / HELD).stat().st_mtime_ns == before


def test_a_commit_that_was_not_noted_any_more_is_made_again(beside: Shop) -> None:
    beside.put("a.md", "first disc")
    noted = (beside.folder / HELD).read_bytes()
    beside.put("b.md", "second disc")
    beside.drop("a.md")
    (beside.folder / HELD).write_bytes(noted)

    beside.tantivy = TantivyWords(beside.folder)
    beside.follow()

    assert beside.find("disc") == ["second disc"]
    assert beside.count("disc") == {"disc": 1}


@pytest.mark.parametrize("name", [HELD, "meta.json"])
def test_files_that_cannot_be_read_are_made_anew(beside: Shop, name: str) -> None:
    beside.put("a.md", "some disc")
    (beside.folder / name).write_bytes(b"\x93NUMPY this is none")

    beside.tantivy = TantivyWords(beside.folder)
    beside.follow()

    assert beside.find("disc") == ["some disc"]
    assert beside.count("disc") == {"disc": 1}


def test_another_database_under_the_same_files_is_told_by_its_texts(
    beside: Shop, empty_shelf: str, tmp_path: Path
) -> None:
    if POSTGRES:
        pytest.skip("there is one database for each run on Postgres")
    beside.put("a.md", "some disc")
    with copied(empty_shelf, tmp_path / "other") as settings:
        other = Shop(opened(settings), beside.folder, TantivyWords(beside.folder))
        other.put("a.md", "other drum")

        assert other.find("drum") == ["other drum"]
        assert other.find("disc") == []
        other.database.close()


@pytest.mark.skipif(not POSTGRES, reason="SQLite needs no figures of its own")
def test_what_postgres_counts_by_itself_is_used_only_where_it_holds(empty_shelf: str, tmp_path: Path) -> None:
    with copied(empty_shelf, tmp_path) as settings:
        database = opened(settings)
        shop = Shop(database, tmp_path, None)
        shop.put("a.md", *(f"disc {number}" for number in range(MANY)))
        shop.put("b.md", *(f"drum {number}" for number in range(MANY // 2)), audience="staff")

        assert database.write(take_stock)
        assert not database.write(take_stock)
        assert shop.count("disc", "drum") == {"disc": MANY, "drum": 0}
        both = shop.count("disc", "drum", audiences=("public", "staff"))
        assert both == {"disc": pytest.approx(MANY, rel=0.1), "drum": pytest.approx(MANY // 2, rel=0.1)}
        shop.put("a.md", "one piece")
        assert shop.count("disc", audiences=("public", "staff")) == {"disc": 0}
        database.close()
