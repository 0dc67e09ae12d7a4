"""Do the rows of the articles hold together?"""

from collections.abc import Sequence

import pytest

from store import shelf
from store.articles import Article, Audience, Chunk, readable_by
from store.database import Database
from store.fulltext import Shelf, Tokens, differences
from store.shelf import Filed, Hash, Prepared
from store.shelf_counts import sizes_of
from store.shelf_reading import own_words, reading
from tests.store.conftest import NOON

PUBLIC = ("public",)


def put(
    database: Database, path: str, *texts: str, audience: str = "public", version: str = "000000000001"
) -> None:
    article = Article(path, version, "\n".join(texts), "Title", "en", Audience(audience))
    prepared = [
        Prepared(
            Chunk(path, place, "text", "Title", text, place + 1, place + 1, f"hash of {text}"),
            words=Tokens("title", text),
            grams=Tokens("_tit", " ".join(f"_{word}_" for word in text.split())),
        )
        for place, text in enumerate(texts)
    ]
    filed = Filed(path, 1, 1, 1, version, "")
    database.write(lambda connection: shelf.put_article(connection, article, prepared, filed, now=NOON))


def find(
    database: Database, *tokens: str, kind: Shelf = "chunk_words", audiences: Sequence[str] = PUBLIC
) -> list[str]:
    with reading(database, audiences, "") as reader:
        found = reader.find(kind, tokens, 10)
        texts = {chunk.number: chunk.text for chunk in reader.chunks(found)}
        return [texts[number] for number in found]


@pytest.mark.parametrize("kind", ["chunk_words", "chunk_grams"])
def test_the_rarer_word_weighs_more(database: Database, kind: Shelf) -> None:
    put(database, "a.md", "red disc", "red pad", "red drum", "blue pad")
    mark = "{}" if kind == "chunk_words" else "_{}_"

    assert find(database, mark.format("disc"), mark.format("red"), kind=kind)[0] == "red disc"
    assert find(database, mark.format("green"), kind=kind) == []


def test_a_new_version_takes_the_place_of_the_old_one(database: Database) -> None:
    put(database, "a.md", "old words")
    put(database, "a.md", "new words", version="000000000002")

    assert find(database, "words") == ["new words"]
    assert find(database, "old") == []
    with database.read() as connection:
        assert differences(connection) == []
        assert shelf.find_version(connection, "a.md", "000000000001")


def test_what_is_dropped_is_in_no_index(database: Database) -> None:
    put(database, "a.md", "some words")

    database.write(lambda connection: shelf.drop_article(connection, "a.md"))

    assert find(database, "words") == []
    assert find(database, "_words_", kind="chunk_grams") == []
    with database.read() as connection:
        assert shelf.is_gone(connection, "a.md")
        assert differences(connection) == []


def test_a_reader_finds_and_counts_only_their_own(database: Database) -> None:
    put(database, "a.md", "open words")
    put(database, "b.md", "secret words", audience="staff")

    assert find(database, "words") == ["open words"]
    assert find(database, "words", audiences=("public", "staff")) != ["open words"]
    with database.read() as connection:
        words = own_words(connection, sizes_of(connection))
        assert words.count("chunk_words", ["secret", "words"], audiences=PUBLIC) == {"secret": 0, "words": 1}
        assert words.find("chunk_words", ["words"], audiences=(), limit=5) == {}


def test_a_unit_that_fails_leaves_the_old_version(database: Database) -> None:
    put(database, "a.md", "old words")

    def fails(connection: object) -> None:
        shelf.take_down(connection, "a.md")  # type: ignore[arg-type]  # handed on as it came
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        database.write(fails)

    assert find(database, "words") == ["old words"]


def test_the_same_text_is_embedded_once(database: Database) -> None:
    put(database, "a.md", "same words")
    put(database, "b.md", "same words")

    with database.read() as connection:
        assert [row[0] for row in shelf.texts_to_embed(connection, "e", 10)] == ["hash of same words"]
    database.write(lambda connection: shelf.put_vectors(connection, "e", {Hash("hash of same words"): b"1"}))
    database.write(lambda connection: shelf.put_vectors(connection, "e", {Hash("hash of same words"): b"1"}))

    with database.read() as connection:
        assert shelf.count_to_embed(connection, "e") == 0
        assert shelf.count_to_embed(connection, "another") == 1


def test_vectors_of_texts_that_are_gone_are_dropped(database: Database) -> None:
    put(database, "a.md", "some words")
    database.write(lambda connection: shelf.put_vectors(connection, "e", {Hash("hash of some words"): b"1"}))
    put(database, "a.md", "other words", version="000000000002")

    database.write(shelf.drop_idle_vectors)

    with database.read() as connection:
        assert shelf.read_vectors(connection, [Hash("hash of some words")], "e") == {}


def test_the_generation_rises_with_every_change(database: Database) -> None:
    seen = []
    for change in ("one", "two"):
        put(database, "a.md", change)
        with database.read() as connection:
            seen.append(shelf.read_generation(connection))

    assert seen == sorted(set(seen))


def test_readers_see_what_is_open_to_them() -> None:
    assert readable_by("public") == ("public",)
    assert readable_by("customers") == ("public", "customers")
    assert readable_by("staff") == ("public", "customers", "staff")
    assert readable_by("team:x") == ("public", "customers", "staff", "team:x")
    assert readable_by("nobody") == ()
