"""Which figures does a sentence state, and does it deny something?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge.stems import stem
from knowledge.words import STOP, fold, words_of

Values = frozenset[str]
"""All that is said in one unit: "3 to 5 days" says two."""

COUNTED = {
    name: number
    for number, names in enumerate(
        (
            "one ein eine einen einem einer un una une um uma",
            "two zwei dos deux dois duas",
            "three drei tres trois",
            "four vier cuatro quatre quatro",
            "five funf cinco cinq",
            "six sechs seis",
            "seven sieben siete sept sete",
            "eight acht ocho huit oito",
            "nine neun nueve neuf nove",
            "ten zehn diez dix dez",
            "eleven elf once onze",
            "twelve zwolf doce douze doze",
        ),
        start=1,
    )
    for name in names.split()
}
"""Written without accents. They count before a measure of time only: "one" is too often no number."""
TIMES = {
    name: (family, factor)
    for family, factor, names in (
        ("minutes", 1, "minute minutes min mins minuten minuto minutos"),
        ("minutes", 60, "hour hours h hrs stunde stunden hora horas heure heures"),
        ("minutes", 1_440, "day days tag tage tagen werktag werktage werktagen dia dias jour jours"),
        ("minutes", 10_080, "week weeks woche wochen semana semanas semaine semaines"),
        ("months", 1, "month months monat monate monaten mes meses mois mês"),
        ("months", 12, "year years jahr jahre jahren ano anos an ans annee annees"),
    )
    for name in names.split()
}
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar enero janvier janeiro",
            "february februar febrero fevrier fevereiro",
            "march marz marzo mars marco",
            "april abril avril",
            "may mai mayo maio",
            "june juni junio juin junho",
            "july juli julio juillet julho",
            "august agosto aout",
            "september septiembre septembre setembro",
            "october oktober octubre octobre outubro",
            "november noviembre novembre novembro",
            "december dezember diciembre decembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
BETWEEN = frozenset(
    "working business calendar full consecutive more whole habiles laborables ouvrables uteis".split()
)
"""Words between a number and its unit."""
CURRENCY = {"€": "eur", "£": "gbp", "$": "usd", "eur": "eur", "euro": "eur", "euros": "eur", "gbp": "gbp"}
CURRENCY |= {"usd": "usd", "chf": "chf", "pounds": "gbp", "pound": "gbp", "dollars": "usd", "pence": "pence"}
MONEY = frozenset(CURRENCY.values())
DENYING = frozenset(
    "not no never cannot nobody none neither nor nicht kein keine keinen keinem keiner nie niemals "
    "nunca jamas tampoco pas aucun aucune jamais nao nenhum nenhuma".split()
)
ADDRESS = re.compile(r"\S*[@/]\S*|\b\w+-\w+\b")
"""Mail and web addresses, and words with a hyphen: "no-reply" denies nothing."""
FIGURE = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)|(?P<clock>(?<![\d:])\d{1,2}:\d\d(?![\d:]))"
    r"|(?P<sign>[€£$])?\s?(?<![\w.,/-])(?P<number>\d{1,3}(?:[ .,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)"
    r"(?![\w:-]*[\d/])"
    rf"|(?<!\w)(?P<counted>{'|'.join(sorted(COUNTED, key=len, reverse=True))})(?=\s+[a-z])"
)
RANGE = re.compile(r"\s*(?:-|–|to|or|and|bis|oder|und|a|ou|ate|até|et|y|e)\s*[€£$]?$")
TAIL = re.compile(r"\s*(?P<mark>[%€£$])|[\s-]*(?P<words>[a-z]+(?:[\s-]+[a-z]+)?)")


FREE = re.compile(
    r"\b(?:(?:is|are|be|stays?|get|gets|delivered|returned|sent|done) (?:always )?free(?! to\b| slot| space)"
    r"|free of charge|for free|at no (?:extra )?(?:cost|charge)|no charge|costs? nothing"
    r"|(?:a |the )?free (?:standard )?(?:delivery|shipping|postage|return|returns|label|replacement)"
    r"|kostenlos\w*|gratis|umsonst|kostet nichts|gratuit\w*)\b|^\|[^|]*\|\s*free\s*\|$"
)
FREE_FROM = re.compile(
    r"(?<=free )(?:(?:for|on) orders )?(?:from|over|above) [€£$]?\d[\d.,]*|(?<=frei )ab \d[\d.,]* ?[€£$]?"
)
"""An amount from which on it is free is no price."""
CONDITION = re.compile(
    r"\b(?:if|unless|when|whenever|while|until|only|except|from|over|above|members?|wenn|falls|sofern|nur|ausser|bis|ab"
    r"|mitglied\w*|si|solo|cuando|socios?|membres?|se|quando)\b"
)
"""What is free for some, or at times, stands against no price."""
CLAUSE = re.compile(r"\b(?:if|unless|when|whenever|wenn|falls|sofern|si|cuando|quando)\b[^,.;:]*")
"""What holds under a condition denies nothing: "only if it is not scheduled"."""


@dataclass(frozen=True, slots=True)
class Claims:
    values: Mapping[str, Values]
    """By unit."""
    denies: bool
    is_free: bool = False
    """Says that something costs nothing, and names no amount beside it."""

    def against(self, other: "Claims") -> tuple[str, ...]:
        """Units in which the two have nothing in common; a price stands against what is free."""
        shared = self.values.keys() & other.values.keys()
        apart = [unit for unit in shared if self.values[unit].isdisjoint(other.values[unit])]
        return tuple(sorted({*apart, *self.prices_against(other), *other.prices_against(self)}))

    def prices_against(self, other: "Claims") -> frozenset[str]:
        return MONEY.intersection(self.values) if other.is_free else frozenset()

    def may_oppose(self, other: "Claims") -> bool:
        """Whether the two count the same, be it differently or not."""
        free = self.prices_against(other) or other.prices_against(self)
        return bool(self.values.keys() & other.values.keys() or free)


@dataclass(frozen=True, slots=True)
class Figure:
    begin: int
    end: int
    number: str
    unit: str


def read_claims(text: str) -> Claims:
    written = fold(text.replace("n't", " not").replace("n’t", " not"))
    folded = FREE_FROM.sub(" ", written)
    values: dict[str, set[str]] = {}
    later = ""
    last = len(folded)
    for figure in reversed(list(read_figures(folded))):
        # "3 to 5 days" and "£4 or 6": the first takes the unit of the second.
        unit = figure.unit
        if not unit and later and RANGE.fullmatch(folded[figure.end : last]):
            unit = later
        if unit:
            values.setdefault(unit.partition(" ")[0], set()).add(scaled(figure.number, unit))
        later, last = unit, figure.begin
    denies = any(word in DENYING for word in words_of(CLAUSE.sub(" ", ADDRESS.sub(" ", written))))
    is_free = not values.keys() & MONEY and bool(FREE.search(written)) and not CONDITION.search(written)
    return Claims({unit: frozenset(said) for unit, said in values.items()}, denies, is_free)


def read_figures(folded: str) -> Iterator[Figure]:
    for found in FIGURE.finditer(folded):
        begin, end = found.span()
        if found["date"] or found["clock"]:
            yield Figure(begin, end, found.group(), "date" if found["date"] else "clock")
        elif found["counted"]:
            number, unit = COUNTED.get(found["counted"]), unit_after(folded, end)
            if number and unit.partition(" ")[0] in ("minutes", "months"):
                yield Figure(begin, end, str(number), unit)
        else:
            sign = CURRENCY.get(found["sign"] or "", "")
            yield Figure(begin, end, plain_number(found["number"]), sign or unit_after(folded, end))


MEASURES = frozenset(("minutes", "months", "percent")) | MONEY


def measures_in(text: str) -> Iterator[str]:
    """Numbers that measure time or money, as words: "35" of "35 days"."""
    folded = fold(text)
    for figure in read_figures(folded):
        if figure.unit.partition(" ")[0] in MEASURES:
            yield from words_of(folded[figure.begin : figure.end])


def unit_after(folded: str, end: int) -> str:
    """ "days" of "5 working days" with its factor; empty when nothing is counted."""
    tail = TAIL.match(folded, end)
    if tail is None:
        return ""
    if tail["mark"]:
        return CURRENCY.get(tail["mark"], "percent")
    words = re.split(r"[\s-]+", tail["words"])
    if words[0] in BETWEEN and len(words) > 1:
        words = words[1:]
    word = words[0]
    if word in TIMES:
        family, factor = TIMES[word]
        return f"{family} {factor}"
    if word in MONTHS:
        return f"date {MONTHS[word]}"
    if word in CURRENCY:
        return CURRENCY[word]
    return "" if word in STOP or len(word) < 2 else stem(word)


def plain_number(written: str) -> str:
    """1,200.50 and 1.200,50 and 1 200,5 are the same."""
    bare = written.replace(" ", "")
    whole, mark, part = bare.rpartition("," if bare.rfind(",") > bare.rfind(".") else ".")
    if not mark or len(part) == 3:
        return re.sub(r"[.,]", "", bare).lstrip("0") or "0"
    fraction = part.rstrip("0")
    return (re.sub(r"[.,]", "", whole).lstrip("0") or "0") + (f".{fraction}" if fraction else "")


def scaled(number: str, unit: str) -> str:
    """Two weeks are fourteen days."""
    family, _, factor = unit.partition(" ")
    if family == "date" and factor:
        return f"{number} {factor}"
    return f"{float(number) * int(factor):g}" if factor else number


def denied_words(text: str) -> Iterator[str]:
    """What each denial is about: "return" of "you cannot return it"."""
    words = words_of(text.replace("n't", " not").replace("n’t", " not"))
    for place, word in enumerate(words):
        if word in DENYING:
            yield from [other for other in words[place + 1 :] if other not in STOP][:1]
