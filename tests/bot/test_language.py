"""Is the language of a turn noticed when it is clear, and kept when it is not?"""

import pytest

from bot.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How long does the delivery to Ireland take?", "en"),
        ("Wie lange dauert die Lieferung nach Österreich?", "de"),
        ("¿Cuánto tarda el envío a las islas Canarias?", "es"),
        ("Combien de temps prend la livraison en Belgique ?", "fr"),
        ("Quanto tempo demora a entrega para os Açores?", "pt"),
    ],
)
def test_a_clear_sentence_tells_its_language(text: str, language: str) -> None:
    assert detect_language(text, "en") == language
    assert detect_language(text, "de") == language


@pytest.mark.parametrize(
    "text", ["", "ok", "GB-20417", "👍", "Mini Cooper", "no", "jo@example.org", "12.10.2026"]
)
def test_a_word_or_two_changes_nothing(text: str) -> None:
    for current in ("en", "de", "es", "fr", "pt"):
        assert detect_language(text, current) == current
