"""E-mail addresses as they are typed, in whatever script, brought to the one form that is kept."""

from unicodedata import normalize

import idna

from royalties.domain.mailboxes import LONGEST, is_mailbox


class NotAMailboxError(ValueError):
    """A text that is no e-mail address; the message says how one looks."""


def plain(text: str) -> str:
    """An address in the form in which it is kept, or near to it where it is none.

    Blanks around it go, letters are small and composed (NFC), and the domain is in ASCII as
    IDNA 2008 writes it (with the mapping of UTS 46, as browsers have it).
    """
    address = normalize("NFC", text.strip()).lower()
    local, at, domain = address.rpartition("@")
    if not at or domain.isascii() or len(domain) > LONGEST:
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return address


def mailbox(text: str) -> str:
    """An address that a mail can be sent to, as it is kept.

    Raises:
        NotAMailboxError: it is none.
    """
    address = plain(text)
    if not address:
        raise NotAMailboxError("an e-mail address is missing: write name@place.org")
    domain = address.rpartition("@")[2]
    if not is_mailbox(address) or not ("." in domain or domain == "localhost"):
        raise NotAMailboxError(f"{address[:80]} is no e-mail address: write name@place.org")
    return address
