"""In which language does this person write?"""

import re

from knowledge.language import probabilities

SURE = 0.6
CLEARLY = 3.0
"""Times as likely as the language that is spoken already."""
FEWEST_WORDS = 3
FEWEST_LETTERS = 10


def detect_language(text: str, current: str) -> str:
    """Few words, names and numbers change nothing: the conversation stays in the language that it is in."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    if len(words) < FEWEST_WORDS or sum(map(len, words)) < FEWEST_LETTERS:
        return current
    likely = probabilities(text)
    best = max(likely, key=lambda name: likely[name], default=current)
    if likely.get(best, 0.0) >= max(SURE, CLEARLY * likely.get(current, 0.0)):
        return best
    return current
