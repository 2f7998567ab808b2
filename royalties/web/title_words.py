"""What pages of titles call things, at the desk and in public."""

from royalties.domain.terms.catalogue import Channel, Format

FORMATS = {
    Format.HARDCOVER: "Hardcover",
    Format.PAPERBACK: "Paperback",
    Format.EBOOK: "E-book",
    Format.AUDIOBOOK: "Audiobook",
    Format.CUSTOM: "Custom edition",
}

CHANNELS = {
    Channel.ONLINE: "Online shop",
    Channel.BOOKSTORE: "Bookstore",
    Channel.WHOLESALE: "Wholesaler",
    Channel.LIBRARY: "Library supplier",
    Channel.DIRECT: "The publisher's own sales",
    Channel.BULK: "Bulk orders",
    Channel.CUSTOM: "Custom editions",
    Channel.OTHER: "Other",
}
