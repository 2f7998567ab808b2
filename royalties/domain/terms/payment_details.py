"""How the house is paid: payee, bank and numbers, as they hold from a day on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PaymentDetails:
    """Where the house wants its money, from a day on; ``currency`` is empty where any will do.

    ``address`` is where checks are sent.
    """

    key: str
    starts: date
    payee: str
    currency: str = ""
    bank: str = ""
    account: str = ""
    routing: str = ""
    iban: str = ""
    bic: str = ""
    address: tuple[str, ...] = ()
    note: str = ""

    def pairs(self, reference: str) -> list[tuple[str, str]]:
        """What a paper says of it, as labels and words; the reference is the paper's number."""
        iban = " ".join(self.iban[at : at + 4] for at in range(0, len(self.iban), 4))
        labelled = [
            ("Payee", self.payee),
            ("Bank", self.bank),
            ("Routing number", self.routing),
            ("Account", self.account),
            ("IBAN", iban),
            ("BIC", self.bic),
            ("Checks to", ", ".join(self.address)),
            ("Reference", reference),
        ]
        return [each for each in labelled if each[1]]


def payment_on(known: Iterable[PaymentDetails], day: date, currency: str) -> PaymentDetails | None:
    """The details that hold on a day: those for the currency alone, else those for any."""
    begun = [each for each in known if each.starts <= day and each.currency in ("", currency)]
    return max(begun, key=lambda each: (bool(each.currency), each.starts), default=None)
