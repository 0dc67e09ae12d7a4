"""Do questions and articles meet in the same tokens?"""

import pytest

from knowledge.language import guess, is_latin
from knowledge.stems import stem
from knowledge.words import content_stems, content_words, grams_of, stems_of


@pytest.mark.parametrize(
    ("word", "trunk"),
    [
        ("refunds", "refund"),
        ("refunding", "refund"),
        ("shipped", "ship"),
        ("hopping", "hop"),
        ("agreed", "agre"),
        ("relational", "relat"),
        ("adjustment", "adjust"),
        ("happy", "happi"),
        ("sky", "sky"),
        ("gx4410", "gx4410"),
        ("straße", "straße"),
    ],
)
def test_endings_go(word: str, trunk: str) -> None:
    assert stem(word) == trunk


def test_a_code_counts_also_as_one_word() -> None:
    assert stems_of("Fit GX-4410, not 32/36.") == ["fit", "gx", "4410", "not", "32", "36", "gx4410", "3236"]


def test_a_code_in_one_word_counts_also_as_its_parts_and_one_in_two_words_as_a_whole() -> None:
    assert stems_of("45DCOE") == ["45dcoe", "45", "dcoe"]
    assert stems_of("Weber 45 DCOE") == ["weber", "45", "dcoe", "45dcoe"]
    assert stems_of("within 5 days") == ["within", "5", "dai"]


def test_used_is_no_form_of_us() -> None:
    assert content_stems("do you sell used parts?") == ["sell", "use", "part"]
    assert content_stems("which carrier do you use?") == ["carrier"]


def test_accents_and_case_do_not_matter() -> None:
    assert stems_of("Crème BRÛLÉE") == stems_of("creme brulee")


def test_words_that_say_nothing_are_left_out_unless_nothing_else_is_there() -> None:
    assert content_words("Where is my order?") == ["order"]
    assert content_stems("where is it") == ["where", "is", "it"]


def test_pieces_of_words_know_the_edges() -> None:
    assert grams_of("Öl, rot") == ["_ol_", "_rot", "rot_"]


def test_chinese_is_taken_in_pairs() -> None:
    assert grams_of("退款时间") == ["退款", "款时", "时间"]


def test_marks_of_indian_and_thai_letters_belong_to_their_words() -> None:
    assert grams_of("हिन्दी") == ["_हिन", "हिन्", "िन्द", "न्दी", "्दी_"]


def test_no_word_is_too_long_for_a_row() -> None:
    assert max(map(len, stems_of("a" * 20_000))) <= 64


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("wo ist meine Bestellung?", "de"),
        ("where is my order?", "en"),
        ("reset password", "en"),
        ("GX-4410 torque", "en"),
        ("Versandkosten", "de"),
        ("Où est mon colis ? Je l'attends depuis lundi.", "fr"),
        ("", "en"),
    ],
)
def test_a_short_text_is_in_a_language_of_the_shelf(text: str, language: str) -> None:
    assert guess(text, {"en": 60, "de": 14}) == language


def test_scripts_are_told_apart() -> None:
    assert is_latin("Où est mon colis?")
    assert not is_latin("где моя посылка DPD")
