"""Orders to pay: what a payment file says of each payment, and of the house's own bank."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from royalties.domain.payments.accounts import Account, IbanAccount, UsAccount


class PayeeKind(StrEnum):
    """Who is paid; the ACH network carries the two under different rules."""

    ORGANIZATION = "organization"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Address:
    """A structured postal address; ``country`` is two letters, ``region`` a state or province."""

    street: str = ""
    building: str = ""
    postcode: str = ""
    town: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """One payment to one payee.

    Attributes:
        reference: ours, at most 15 characters in a NACHA file, 35 in ISO 20022.
        payee: the name as the bank has it.
        amount: minor units of the currency; 0 only for a prenote.
        statements: numbers of the statements that it settles.
        account: None where a check is written.
        name_at_bank: a shorter name for networks that have few characters; empty: the payee's.
        is_prenote: an entry of nothing that asks a U.S. bank whether it knows the account.
    """

    reference: str
    payee: str
    kind: PayeeKind
    amount: int
    currency: str
    statements: tuple[str, ...] = ()
    account: Account | None = None
    address: Address = field(default_factory=Address)
    name_at_bank: str = ""
    is_prenote: bool = False

    @property
    def short_name(self) -> str:
        """The name for a network that carries few characters."""
        return self.name_at_bank or self.payee


@dataclass(frozen=True, slots=True)
class AchProfile:
    """How the house's bank wants a NACHA file; each is on the bank's set-up sheet.

    Attributes:
        odfi: routing number of the bank that the file is sent to (nine digits).
        destination: the bank's name.
        company: the house's name, at most 16 characters: what a payee's bank shows.
        company_id: ten characters that the bank gave; mostly 1 and the EIN.
        origin: ten characters of the file's sender; empty: the company's id.
        description: up to ten characters, what the payment is.
        offset: an account of the house that a balancing debit is drawn on; None: the bank does
            that itself, as most do.
    """

    odfi: str
    destination: str
    company: str
    company_id: str
    origin: str = ""
    description: str = "ROYALTIES"
    offset: UsAccount | None = None


class Schema(StrEnum):
    """The versions of the ISO 20022 credit transfer that banks take."""

    V03 = "pain.001.001.03"
    V09 = "pain.001.001.09"


class ChargeBearer(StrEnum):
    """Who pays the banks' charges, as ISO 20022 names it."""

    SERVICE_LEVEL = "SLEV"
    SHARED = "SHAR"
    DEBTOR = "DEBT"


@dataclass(frozen=True, slots=True)
class IsoProfile:
    """How the house's bank wants an ISO 20022 file.

    Attributes:
        name: the house's, as its bank has it.
        account: the one that pays.
        bic: of the house's bank, where the account itself does not say it.
        currency: what the account is held in.
        sepa: whether the payments are SEPA credit transfers (euro, IBAN, SEPA country).
    """

    name: str
    account: Account
    currency: str
    bic: str = ""
    schema: Schema = Schema.V09
    sepa: bool = False
    charges: ChargeBearer = ChargeBearer.SHARED
    address: Address = field(default_factory=Address)

    @property
    def agent_bic(self) -> str:
        """The BIC of the house's bank; empty: not known."""
        return self.bic or (self.account.bic if isinstance(self.account, IbanAccount) else "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a network does not carry a payment, and what to do; one payment may have several."""

    reference: str
    payee: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.payee} ({self.reference}): {self.message}; {self.remedy}"


class NotCarriedError(ValueError):
    """A file was asked for with payments that its network does not carry."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("\n".join(map(str, self.refusals)))
