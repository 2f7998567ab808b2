"""Books whose keys no word of a name resembles: where a page shows one, it is found.

Every key of the setup begins with ``zq-``. What people read (pages, mails, statements, papers, the
log) must never say one; addresses and the values of forms do.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from royalties.domain.terms.references import renamed
from royalties.services.terms.setup import Loaded
from tests.builders.books import Document, Office, Row

MARK = "zq-"
"""How every key of these books begins."""

_PARTS = ("titles", "retailers", "contracts", "beneficiaries", "plans", "organizations")


def keyed(name: str) -> str:
    """The key that these books have in place of another one."""
    return f"{MARK}{name}"


def keyed_setup(setup: Mapping[str, object]) -> Document:
    """A setup file with these books' keys, in entries and wherever others name them."""
    return {
        part: [_keyed_entry(part, each) for each in entries]
        if isinstance(entries, list)
        else entries
        for part, entries in setup.items()
    }


def _keyed_entry(part: str, body: Document) -> Document:
    for of in _PARTS:
        body = renamed(part, body, of, keyed)
    return {**body, "key": keyed(body["key"])} if "key" in body else body


def keyed_rows(rows: Iterable[Mapping[str, str]]) -> list[Row]:
    """Rows of the standard sales file with these books' keys of retailers."""
    return [{**row, "retailer": keyed(row["retailer"])} for row in rows]


class Keyed(Office):
    """An office that gives its keys to whatever it loads and imports."""

    @classmethod
    def of(cls, office: Office) -> "Keyed":
        """The same desk, with these keys."""
        return cls(office.system, office.outside)

    def load(
        self,
        setup: Document,
        name: str = "setup.json",
        *,
        confirm: bool = True,
        ask: bool = False,
    ) -> Loaded:
        """Load a setup with these keys."""
        return super().load(keyed_setup(setup), name, confirm=confirm, ask=ask)

    def report(self, rows: Iterable[Mapping[str, str]], name: str = "") -> Path:
        """A standard sales file with these keys."""
        return super().report(keyed_rows(rows), name)
