"""What an edition is made of, by the words and codes that others use for it."""

from royalties.domain.terms.catalogue import Format
from royalties.ingest.lists.columns import plain

_WORDS = {
    Format.HARDCOVER: (
        "hardcover", "hardback", "hardbound", "hard cover", "hard back", "hb", "hc", "hbk",
        "cloth", "clothbound", "cloth over boards", "library binding", "case", "casebound",
        "gebunden", "hardcover book", "relié", "rilegato", "tapa dura", "board book", "leather",
        "jacketed hardcover", "printed case",
    ),
    Format.PAPERBACK: (
        "paperback", "softcover", "soft cover", "softback", "paper back", "pb", "pbk", "sc",
        "trade paperback", "trade paper", "mass market", "mass market paperback", "perfect bound",
        "perfect", "paper", "taschenbuch", "broschiert", "broché", "poche", "tapa blanda",
        "print on demand", "spiral bound", "brossura",
    ),
    Format.EBOOK: (
        "ebook", "e book", "epub", "epub3", "epub 3", "mobi", "kindle", "kindle edition", "pdf",
        "digital", "web pdf", "epdf", "electronic", "electronic book", "azw", "digital download",
        "ebook epub", "ebook pdf", "ebook mobi", "e pub", "libro electrónico", "livre numérique",
    ),
    Format.AUDIOBOOK: (
        "audiobook", "audio book", "audio", "audio cd", "cd audio", "audio download", "mp3",
        "mp3 cd", "cd", "downloadable audio", "digital audio", "hörbuch", "livre audio",
        "unabridged audiobook", "audible",
    ),
}  # fmt: skip
_BY_WORD = {word: made_of for made_of, words in _WORDS.items() for word in words}

_HARD = ("BB", "BG", "BH")
_SOFT = ("BC", "BE", "BF", "BL", "BM")
_BY_CODE = {
    **dict.fromkeys(_HARD, Format.HARDCOVER),
    **dict.fromkeys(_SOFT, Format.PAPERBACK),
    **dict.fromkeys(("EA", "EB", "EC", "ED", "DG"), Format.EBOOK),
}
"""Of ONIX code list 150; BE is spiral bound, BF a pamphlet, BL slide bound, BM a big book."""

CHOICES = (
    (Format.HARDCOVER.value, "hardcover"),
    (Format.PAPERBACK.value, "paperback"),
    (Format.EBOOK.value, "e-book"),
    (Format.AUDIOBOOK.value, "audiobook"),
)
"""What an unknown form may be, beside nothing that is kept here."""

PRODUCT_FORMS = {
    "00": "form not defined",
    "BA": "book, binding not said",
    "BD": "loose-leaf",
    "BI": "rag book",
    "BJ": "bath book",
    "BK": "novelty book",
    "BN": "part-work",
    "BO": "fold-out book",
    "BP": "foam book",
    "BZ": "other book",
    "DA": "digital on a carrier",
    "DB": "CD-ROM",
    "EZ": "other digital content",
    "PA": "printed item",
    "PC": "calendar",
    "SA": "multiple-component product",
    "ZZ": "other merchandise",
}
"""What some codes of list 150 mean that tell no format."""


def format_of_word(text: str) -> str:
    """The format that a word or a code of list 150 names; empty: none that is known."""
    return _BY_WORD.get(plain(text)) or format_of_code(text.strip().upper())


def format_of_code(code: str) -> str:
    """The format of a product form of ONIX list 150; empty: none, or which is not said."""
    if len(code) == 2 and code[0] == "A" and code.isalpha():
        return Format.AUDIOBOOK
    return _BY_CODE.get(code, "")
