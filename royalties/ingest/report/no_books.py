"""Recognises, by name, lines of a web shop's orders that are not sales of books."""

import re

from royalties.ingest.report.declaration import normal

_GIFT_CARDS = (
    "gift card", "gift cards", "e-gift card", "giftcard", "gift certificate", "gift voucher",
    "geschenkgutschein", "geschenkkarte", "gutschein", "carte-cadeau", "carte cadeau",
    "chèque-cadeau", "chèque cadeau", "bon cadeau", "tarjeta de regalo", "tarjeta regalo",
    "buono regalo", "carta regalo", "cadeaubon", "cadeaukaart", "vale-presente",
    "cartão-presente", "cartão presente", "presentkort", "gavekort", "lahjakortti",
)  # fmt: skip
_TIPS = (
    "tip", "tips", "gratuity", "trinkgeld", "pourboire", "propina", "mancia", "fooi", "gorjeta",
    "dricks", "drikkepenge",
)  # fmt: skip
_DONATIONS = ("donation", "donations", "spende", "donación", "donazione", "donatie", "doação")
_AMOUNT = re.compile(r"[$€£¥]? ?\d[\d.,]* ?(?:%|[$€£¥]|\b[a-z]{3}\b)?")
_EDGES = " \t-–—:/()[]"


def is_no_book(name: str) -> bool:
    """Whether a line without a book's number is called a gift card, a tip or a donation.

    >>> is_no_book("Gift card $50"), is_no_book("Tip"), is_no_book("Tips for Writers")
    (True, True, False)
    """
    words = _AMOUNT.sub(" ", normal(name)).strip(_EDGES)
    words = " ".join(words.split())
    if words in _TIPS:
        return True
    edges = [re.escape(each) for each in (*_GIFT_CARDS, *_DONATIONS)]
    either = "|".join(edges)
    return re.search(rf"^(?:{either})\b|\b(?:{either})$", words) is not None
