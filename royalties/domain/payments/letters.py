"""The few letters that banks' networks carry, and names written in them."""

import unicodedata

_BY_HAND = {
    "ß": "ss",
    "Æ": "AE",
    "æ": "ae",
    "Ø": "O",
    "ø": "o",
    "Œ": "OE",
    "œ": "oe",
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "Þ": "Th",
    "þ": "th",
    "ð": "d",
    "\u0131": "i",
    "\u2018": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
    "\u00a0": " ",
}

ACH = frozenset(map(chr, range(0x20, 0x7F)))
"""What a NACHA file may hold: printable ASCII (Nacha Operating Rules, Appendix Three)."""

SEPA = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
"""The letters that every bank of SEPA takes (EPC217-08); banks elsewhere ask for the same."""


def plain(text: str) -> str:
    """Text without accents and typographic signs, where plain letters stand for them.

    >>> plain("Médiathèque Łódź – Straße")
    'Mediatheque Lodz - Strasse'
    """
    by_hand = "".join(_BY_HAND.get(char, char) for char in text)
    apart = unicodedata.normalize("NFKD", by_hand)
    return "".join(char for char in apart if not unicodedata.combining(char))


_INSTEAD = str.maketrans({"&": "+", '"': "'", ";": ",", "_": "-", "[": "(", "]": ")"})
"""What EPC217-08 advises to write for signs that SEPA does not carry."""


def written(text: str, letters: frozenset[str]) -> str:
    """Text in a network's letters, as far as there are any for it.

    >>> written("Food & Shelter", SEPA), written("Food & Shelter", ACH)
    ('Food + Shelter', 'Food & Shelter')
    """
    simple = plain(text)
    return simple if letters >= ACH else simple.translate(_INSTEAD)


def uncarried(text: str, letters: frozenset[str]) -> str:
    """Characters of a text, each once, for which a network has no letter."""
    return "".join(dict.fromkeys(char for char in written(text, letters) if char not in letters))


def carried(text: str, letters: frozenset[str]) -> str:
    """Text of one's own, not a payee's name, in a network's letters; others become blanks."""
    return "".join(char if char in letters else " " for char in written(text, letters))
