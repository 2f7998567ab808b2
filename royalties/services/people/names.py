"""People's names, which the log can distinguish from one another, and e-mail addresses."""

from royalties.domain.one_line import fault_of_line
from royalties.ingest import mailboxes
from royalties.services.work import RefusedError, Work
from royalties.store.people.people import is_name_taken

_LONGEST_NAME = 100


class BadNameError(RefusedError):
    """A name that the log cannot take."""


def plain_address(email: str) -> str:
    """An e-mail address as it is stored; what is none is near to what was typed."""
    return mailboxes.plain(email)


def fit_email(email: str) -> str:
    """An e-mail address that a message can be sent to.

    Raises:
        RefusedError: it is none.
    """
    try:
        return mailboxes.mailbox(email)
    except mailboxes.NotAMailboxError as error:
        raise RefusedError(str(error)) from None


def plain_name(name: str) -> str:
    """A name that the log can record; whether anybody goes by it is not asked.

    Raises:
        BadNameError: it is empty, too long, or holds what cannot be printed.
    """
    name = name.strip()
    if fault := fault_of_line(name):
        raise BadNameError(f"this name cannot be used: {fault}")
    name = " ".join(name.split())
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise BadNameError(f"write a name of up to {_LONGEST_NAME} letters, as the log keeps it")
    return name


def fit_name(work: Work, name: str, but: int | None = None) -> str:
    """A name that the log can distinguish from everybody else's.

    Raises:
        RefusedError: it is empty, or somebody else goes by it.
    """
    name = plain_name(name)
    reserved = name.lower() == "a stranger" or name.lower().endswith("(command line)")
    if reserved or is_name_taken(work.connection, name, but):
        raise BadNameError(
            "somebody goes by this name already, and the log must tell you apart: add an initial "
            "or where you work"
        )
    return name
