"""What pages of titles call things, at the desk and in public."""

from royalties.domain.terms.catalogue import Format

FORMATS = {
    Format.HARDCOVER: "Hardcover",
    Format.PAPERBACK: "Paperback",
    Format.EBOOK: "E-book",
    Format.AUDIOBOOK: "Audiobook",
    Format.CUSTOM: "Custom edition",
}
