"""What a setup file may say of the house's banks, and of the files that they take."""

from typing import Annotated

from pydantic import Field, PlainValidator

from royalties.domain.payments.accounts import AccountType
from royalties.domain.payments.life import FileFormat
from royalties.domain.payments.orders import ChargeBearer
from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.part import Part

FORMATS = (FileFormat.NACHA, FileFormat.PAIN_09, FileFormat.PAIN_03)

FormatWord = Annotated[str, PlainValidator(s.word_of(FORMATS)), s.one_of(FORMATS)]
AccountWord = Annotated[str, PlainValidator(s.word_of(AccountType)), s.one_of(AccountType)]
ChargesWord = Annotated[str, PlainValidator(s.word_of(ChargeBearer)), s.one_of(ChargeBearer)]


class Bank(Part):
    """A bank of the house, and the file of payments that it takes."""

    key: s.Key = Field(title="Key", description="Its name in commands.")
    name: s.Name = Field(
        title="Name of the bank", description="A NACHA file names it, in up to 23 letters."
    )
    format: FormatWord = Field(
        title="Its files", description="nacha, pain.001.001.09 or pain.001.001.03."
    )
    holder: s.Name = Field(
        title="Our name", description="As the bank has it; up to 16 letters in a NACHA file."
    )
    currency: s.Currency | None = Field(
        title="Currency", default=None, description="Of the account; ISO 20022 needs it."
    )
    iban: s.Iban | None = Field(title="IBAN", default=None, description="Of the account that pays.")
    bic: s.Bic | None = Field(title="BIC (SWIFT)", default=None, description="Of the bank.")
    routing: s.Routing | None = Field(
        title="Routing number",
        default=None,
        description="Of the bank that takes a NACHA file, or of a U.S. account that pays.",
    )
    account: s.Account | None = Field(
        title="Account number", default=None, description="Of the account that pays."
    )
    account_type: AccountWord | None = Field(
        title="Kind of account", default=None, description="checking or savings."
    )
    company_id: s.Name | None = Field(
        title="Company ID",
        default=None,
        description="Ten characters on the bank's set-up sheet; mostly 1 and the EIN.",
    )
    origin: s.Name | None = Field(
        title="Immediate origin",
        default=None,
        description="Where the bank wants another one than the company ID.",
    )
    description: s.Name | None = Field(
        title="What payees read",
        default=None,
        description="Up to ten letters; absent: ROYALTIES.",
    )
    offset: s.Flag = Field(
        title="The file holds a balancing debit of our account",
        default=False,
        description="Only where the bank wants it; most make the debit themselves.",
    )
    sepa: s.Flag = Field(
        title="Payments are SEPA credit transfers",
        default=False,
        description="Euros, to accounts in SEPA countries.",
    )
    charges: ChargesWord | None = Field(
        title="Banks' charges",
        default=None,
        description="SHAR: shared; DEBT: we pay them; SLEV: as the service says. Absent: shared.",
    )
    town: s.Name | None = Field(
        title="Town", default=None, description="Ours, where the bank wants it in ISO 20022."
    )
    country: s.Country | None = Field(
        title="Country", default=None, description="Ours, beside the town."
    )
    retired: s.Day | None = Field(
        title="Not offered since", default=None, description="First day on which it is not offered."
    )
