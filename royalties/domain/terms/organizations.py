"""Organizations that order copies in bulk or custom editions, and on what terms they pay."""

from dataclasses import dataclass
from unicodedata import normalize


@dataclass(frozen=True, slots=True)
class Organization:
    """Who orders. ``net_terms``: approved for payment after the invoice, on a purchase order."""

    key: str
    name: str
    country: str
    email: str
    address: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postcode: str = ""
    phone: str = ""
    net_terms: bool = False

    @property
    def place(self) -> str:
        """Country and state as price lists and certificates name them: ``US-WA``."""
        return f"{self.country}-{self.region}" if self.region else self.country

    def is_called(self, name: str) -> bool:
        """Whether a name is its own, whatever case and blanks it is written with."""
        return _plain(name) == _plain(self.name)


def _plain(name: str) -> str:
    return "".join(normalize("NFKC", name).casefold().split())
