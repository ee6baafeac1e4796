"""Words of a query with their places in the text. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from search.query.lexicon import Word, look_up
from search.query.times import Length, When
from search.query.types import Kind


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text: casefolded, with its half-open span.

    ``named`` and ``timed`` stand for the several words of a name or a time. ``breaks``: a comma or
    semicolon stands before it. ``capital``: its first letter is one, where not all of them are.
    """

    word: str
    span: tuple[int, int]
    quoted: bool = False
    named: tuple[Kind, int] | None = None
    timed: When | Length | None = None
    breaks: bool = False
    capital: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is more than a word, and means one thing already."""
        return self.quoted or self.named is not None or self.timed is not None


_TOKEN = re.compile(
    r"[\"“„«](?P<quoted>[^\"“”„«»]+)[\"”“»]"
    r"|(?<!\w)['‘](?P<single>[^'‘’\"\s][^'‘’\"]*)['’](?!\w)"
    r"|(?P<sign>(?<!\w)w/(?:o(?!\w))?|and/or|[&|]|(?<=[\s)\]]|[^\W\d_])/(?=[\s(\[]|[^\W\d_])"
    r"|(?<!\S)-(?=[^\W\d_]))"
    r"|(?P<emoji>[\u2600-\u27bf\U0001f300-\U0001f3fa\U0001f400-\U0001faff])"
    r"|(?P<word>\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}[:.]\d{2}(?:[ap]m\b)?|\d+\.\d+"
    r"|[ap]\.m\b\.?|\d{1,3}\+|\d+–\d+|[^\W_]+(?:['’\-][^\W_]+)*)",
    re.IGNORECASE,
)
_HALVES = {"a.m": "am", "p.m": "pm", "a.m.": "am", "p.m.": "pm"}
_SIGNS = {
    "w/": "with",
    "w/o": "without",
    "&": "and",
    "|": "or",
    "/": "or",
    "and/or": "or",
    "-": "not",
}
_PICTURED = (Word.PERSON, Word.OBJECT, Word.CARRIED, Word.GARMENT, Word.PLACE)


def tokenise(text: str) -> list[Token]:
    """Words and quoted passages with their spans; punctuation is left out, but signs that stand
    for words ("w/o", "a / b", "-cat") and pictures of things count as those words."""
    found: list[Token] = []
    end = 0
    is_loud = text.isupper()
    for match in _TOKEN.finditer(text):
        between = text[end : match.start()]
        found.append(
            Token(
                word=_word_of(match),
                span=match.span(),
                quoted=bool(match["quoted"] or match["single"]),
                breaks="," in between or ";" in between,
                capital=match[0][0].isupper() and not is_loud,
            )
        )
        end = match.end()
    return found


def _word_of(match: re.Match[str]) -> str:
    if match["sign"]:
        return _SIGNS[match["sign"].casefold()]
    if match["emoji"]:
        return _pictured(match["emoji"])
    word = (match["quoted"] or match["single"] or match["word"]).replace("’", "'").casefold()
    word = word.replace("–", "-") if match["word"] else word
    return _HALVES.get(word, word)


def _pictured(symbol: str) -> str:
    """What an emoji shows, by its Unicode name: the thing that we know in it, or all of it."""
    name = unicodedata.name(symbol, symbol).casefold()
    known = (w for w in name.split() if (entry := look_up(w)) and entry.word in _PICTURED)
    return next(known, name)


def bare(word: str) -> str:
    """A word without what makes it somebody's: "anna's"."""
    return word.removesuffix("'s").removesuffix("'")
