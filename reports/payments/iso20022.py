"""A credit transfer of ISO 20022, pain.001.001.09 or .03: checked against its schema.

The schemas are ISO 20022's own. ``sepaxml`` writes such files, too, but only for IBANs, with ids
and times of its own making, and an address type that the schema of .09 refuses; so the tests ask
it for its opinion, and this module writes.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from lxml import etree

from reports.payments.nacha import ProfileError
from royalties.domain.currencies import exponent
from royalties.domain.payments.accounts import (
    Account,
    AccountType,
    CanadianAccount,
    IbanAccount,
    UsAccount,
    country,
)
from royalties.domain.payments.letters import SEPA, carried, written
from royalties.domain.payments.networks import ISO_REFERENCE, iso_faults, iso_refusals
from royalties.domain.payments.orders import (
    Address,
    IsoProfile,
    NotCarriedError,
    PaymentOrder,
    Schema,
)

_SCHEMAS = Path(__file__).parent / "schemas"
_REMITTANCE = 140
_TYPES = {AccountType.CHECKING: "CACC", AccountType.SAVINGS: "SVGS"}

Parts = Sequence[tuple[str, "str | Parts"]]
"""Elements of XML: each its name, and its text or its own elements."""


def iso_file(
    orders: Sequence[PaymentOrder],
    profile: IsoProfile,
    *,
    message: str,
    made: datetime,
    execution: date,
) -> bytes:
    """A file of payments.

    Args:
        orders: amounts in minor units of each one's currency; our reference is the EndToEndId.
        profile: of the house's bank.
        message: our id of the file, which the bank must not have seen before; 35 characters.
        made: when, in the house's time.
        execution: the day on which the house's account shall be debited.

    Raises:
        NotCarriedError: a payment cannot go this way; it names all of them, and why.
        ProfileError: the profile or the message's id is not possible, or the same reference is
            there twice.
    """
    if refused := iso_refusals(orders, profile):
        raise NotCarriedError(refused)
    faults = iso_faults(profile)
    if not orders:
        faults.append("there is nothing to pay")
    if not 0 < len(message) <= ISO_REFERENCE or any(char not in SEPA for char in message):
        faults.append(f"the file's id must have one to {ISO_REFERENCE} plain characters")
    if len({order.reference for order in orders}) < len(orders):
        faults.append("two payments have the same reference")
    if faults:
        raise ProfileError("; ".join(faults))
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{profile.schema.value}"
    root = etree.Element(f"{{{namespace}}}Document", nsmap={None: namespace})
    transfer = etree.SubElement(root, f"{{{namespace}}}CstmrCdtTrfInitn")
    _add(transfer, namespace, [("GrpHdr", _group_header(orders, profile, message, made))])
    payment = etree.SubElement(transfer, f"{{{namespace}}}PmtInf")
    _add(payment, namespace, _payment_header(orders, profile, message, execution))
    for order in orders:
        _add_transfer(payment, namespace, order, profile)
    schema(profile.schema).assertValid(root)
    file: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return file


@cache
def schema(version: Schema) -> etree.XMLSchema:
    """The schema that a file is checked against."""
    return etree.XMLSchema(file=str(_SCHEMAS / f"{version.value}.xsd"))


def _add(parent: etree._Element, namespace: str, parts: Parts) -> None:
    for name, inside in parts:
        element = etree.SubElement(parent, f"{{{namespace}}}{name}")
        if isinstance(inside, str):
            element.text = inside
        else:
            _add(element, namespace, inside)


def _group_header(
    orders: Sequence[PaymentOrder], profile: IsoProfile, message: str, made: datetime
) -> Parts:
    return [
        ("MsgId", message),
        ("CreDtTm", made.replace(microsecond=0, tzinfo=None).isoformat()),
        *_sums(orders),
        ("InitgPty", [("Nm", written(profile.name, SEPA))]),
    ]


def _sums(orders: Sequence[PaymentOrder]) -> Parts:
    total = sum((_decimal(order) for order in orders), Decimal())
    return [("NbOfTxs", str(len(orders))), ("CtrlSum", f"{total:f}")]


def _payment_header(
    orders: Sequence[PaymentOrder], profile: IsoProfile, message: str, execution: date
) -> Parts:
    level: Parts = [("PmtTpInf", [("SvcLvl", [("Cd", "SEPA")])])] if profile.sepa else []
    day = execution.isoformat()
    return [
        ("PmtInfId", message),
        ("PmtMtd", "TRF"),
        *_sums(orders),
        *level,
        ("ReqdExctnDt", day if profile.schema is Schema.V03 else [("Dt", day)]),
        ("Dbtr", [("Nm", written(profile.name, SEPA)), *_postal(profile.address)]),
        ("DbtrAcct", [*_account(profile.account), ("Ccy", profile.currency)]),
        ("DbtrAgt", _agent(profile.account, profile.agent_bic, profile.schema)),
        ("ChrgBr", "SLEV" if profile.sepa else profile.charges.value),
    ]


def _add_transfer(
    parent: etree._Element, namespace: str, order: PaymentOrder, profile: IsoProfile
) -> None:
    account = order.account
    assert account is not None  # noqa: S101 - those without were refused
    bic = account.bic if isinstance(account, IbanAccount) else ""
    transfer = etree.SubElement(parent, f"{{{namespace}}}CdtTrfTxInf")
    _add(transfer, namespace, [("PmtId", [("EndToEndId", order.reference)])])
    amount = etree.SubElement(
        etree.SubElement(transfer, f"{{{namespace}}}Amt"),
        f"{{{namespace}}}InstdAmt",
        Ccy=order.currency,
    )
    amount.text = f"{_decimal(order):f}"
    agent: Parts = [("CdtrAgt", _agent(account, bic, profile.schema))]
    if profile.sepa and not bic:
        agent = []  # SEPA finds the bank by the IBAN
    _add(
        transfer,
        namespace,
        [
            *agent,
            ("Cdtr", [("Nm", written(order.payee, SEPA)), *_postal(order.address)]),
            ("CdtrAcct", _account(account)),
            ("RmtInf", [("Ustrd", remittance(order))]),
        ],
    )


def remittance(order: PaymentOrder) -> str:
    """What the payee's bank shows: the statements, or how many, with our reference."""
    many = "s" if len(order.statements) > 1 else ""
    named = f"Statement{many} {', '.join(order.statements)}" if order.statements else "Payment"
    text = carried(f"{named} - {order.reference}", SEPA)
    if len(text) <= _REMITTANCE:
        return text
    return carried(f"{len(order.statements)} statements - {order.reference}", SEPA)


def _decimal(order: PaymentOrder) -> Decimal:
    return Decimal(order.amount).scaleb(-exponent(order.currency))


def _postal(address: Address) -> Parts:
    """The address by its parts; nothing where there is no town, as for a house that names none."""
    parts = (
        ("StrtNm", address.street),
        ("BldgNb", address.building),
        ("PstCd", address.postcode),
        ("TwnNm", address.town),
        ("CtrySubDvsn", address.region),
        ("Ctry", address.country),
    )
    if not address.town:
        return []
    return [("PstlAdr", [(name, written(value, SEPA)) for name, value in parts if value.strip()])]


def _account(account: Account) -> Parts:
    match account:
        case IbanAccount(iban=iban):
            return [("Id", [("IBAN", iban)])]
        case UsAccount(number=number, type=type_):
            return [("Id", [("Othr", [("Id", number)])]), ("Tp", [("Cd", _TYPES[type_])])]
        case CanadianAccount(number=number):
            return [("Id", [("Othr", [("Id", number)])])]


def _agent(account: Account, bic: str, version: Schema) -> Parts:
    """A bank, by its BIC, else by its number in its country's clearing."""
    if bic:
        return [("FinInstnId", [("BIC" if version is Schema.V03 else "BICFI", bic)])]
    match account:
        case UsAccount(routing=routing):
            return _member("USABA", routing, account)
        case CanadianAccount(institution=institution, transit=transit):
            return _member("CACPA", f"0{institution}{transit}", account)
        case IbanAccount():
            return [("FinInstnId", [("Othr", [("Id", "NOTPROVIDED")])])]


def _member(system: str, number: str, account: Account) -> Parts:
    """A bank's number in its country's clearing (external code set of ISO 20022)."""
    clearing: Parts = [("ClrSysId", [("Cd", system)]), ("MmbId", number)]
    where: Parts = [("Ctry", country(account))]
    return [("FinInstnId", [("ClrSysMmbId", clearing), ("PstlAdr", where)])]
