"""The house's banks: which file each takes, and what the file must say of the house."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from royalties.domain.payments.accounts import Account, AccountType, IbanAccount, UsAccount
from royalties.domain.payments.life import FileFormat
from royalties.domain.payments.networks import ach_faults, ach_refusals, iso_faults, iso_refusals
from royalties.domain.payments.orders import (
    AchProfile,
    Address,
    ChargeBearer,
    IsoProfile,
    PaymentOrder,
    Refusal,
    Schema,
)

_SCHEMAS = {FileFormat.PAIN_03: Schema.V03, FileFormat.PAIN_09: Schema.V09}


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank of the house, as the setup describes it.

    Attributes:
        key: its name in commands.
        name: what it is called; a NACHA file names it.
        format: of its files.
        holder: the house's name, as the bank has it.
        currency: of the account that pays; empty: U.S. dollars in a NACHA file.
        account: the account that pays; None: a NACHA file does not name it.
        company_id, origin, description: what the bank's set-up sheet for NACHA files says.
        odfi: routing number of the bank that takes a NACHA file.
        is_offset: whether a NACHA file holds a balancing debit of the account.
        sepa: whether an ISO 20022 file's payments are SEPA credit transfers.
        charges: who pays the banks' charges, in ISO 20022.
        retired: the first day on which it is offered no more.
    """

    key: str
    name: str
    format: FileFormat
    holder: str
    currency: str = ""
    account: Account | None = None
    bic: str = ""
    odfi: str = ""
    company_id: str = ""
    origin: str = ""
    description: str = "ROYALTIES"
    is_offset: bool = False
    sepa: bool = False
    charges: ChargeBearer = ChargeBearer.SHARED
    address: Address = field(default_factory=Address)
    retired: date | None = None

    @property
    def is_ach(self) -> bool:
        """Whether its files are NACHA's."""
        return self.format is FileFormat.NACHA

    @property
    def ach(self) -> AchProfile:
        """What a NACHA file says of the house."""
        offset = self.account if self.is_offset and isinstance(self.account, UsAccount) else None
        return AchProfile(
            self.odfi,
            self.name,
            self.holder,
            self.company_id,
            self.origin,
            self.description,
            offset,
        )

    @property
    def iso(self) -> IsoProfile:
        """What an ISO 20022 file says of the house.

        Raises:
            ValueError: the bank has no account.
        """
        if self.account is None:
            raise ValueError("an ISO 20022 file names the account that pays")
        return IsoProfile(
            self.holder,
            self.account,
            self.currency,
            self.bic,
            _SCHEMAS[self.format],
            self.sepa,
            self.charges,
            self.address,
        )

    def faults(self) -> list[str]:
        """What keeps its files from being possible, each in words."""
        if self.is_ach:
            found = ach_faults(self.ach)
            if self.is_offset and not isinstance(self.account, UsAccount):
                found.append("a balancing debit needs the account's number and routing number")
            return found
        if self.account is None:
            return ["an ISO 20022 file names the account that pays: give its IBAN, or its number"]
        return iso_faults(self.iso)

    def refusals(self, orders: Iterable[PaymentOrder]) -> list[Refusal]:
        """Why its network does not carry payments, each with what to do."""
        return ach_refusals(orders) if self.is_ach else iso_refusals(orders, self.iso)


def account_of(iban: str, bic: str, routing: str, number: str, kind: str) -> Account | None:
    """The account that a bank's entry names: by IBAN, or by routing and account number.

    The number goes into files without the blanks and hyphens by which people read it.
    """
    if iban:
        return IbanAccount(iban, bic)
    if number and routing:
        digits = number.replace(" ", "").replace("-", "")
        return UsAccount(routing, digits, AccountType(kind or AccountType.CHECKING))
    return None
