"""What payments are decided by that others keep: accounts, rates of tax, the names of payees."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from royalties.services.books import Setup
from royalties.services.work import Work


def fingerprints(_work: Work, beneficiaries: Iterable[str]) -> dict[str, str]:
    """The fingerprint of each beneficiary's bank account; empty where none is known."""
    return dict.fromkeys(beneficiaries, "")


def tax_rate(setup: Setup, beneficiary: str, day: date) -> Fraction:
    """The rate at which tax is withheld of what is sent to a beneficiary on a day."""
    return setup.beneficiaries[beneficiary].tax_rate_on(day)


def name_of_payee(setup: Setup, beneficiary: str) -> str:
    """What a beneficiary is called; its key, where the setup does not know it any more."""
    found = setup.beneficiaries.get(beneficiary)
    return found.name if found else beneficiary
