"""Payments and checks as CSV, by a bank's own columns: plain files, and positive pay."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reports.payments.nacha import ProfileError
from royalties.domain.money import amount_text
from royalties.domain.payments.accounts import CanadianAccount, IbanAccount, UsAccount
from royalties.domain.payments.checks import Check, CheckState
from royalties.domain.payments.orders import PaymentOrder
from royalties.domain.spreadsheets import no_formula

_DELIMITERS = {",": ",", ";": ";", "tab": "\t", "|": "|"}
_DATES = {
    "YYYY-MM-DD": "%Y-%m-%d",
    "MM/DD/YYYY": "%m/%d/%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "YYYYMMDD": "%Y%m%d",
    "MMDDYYYY": "%m%d%Y",
}

PAYMENT_FIELDS = (
    "reference", "payee", "amount", "currency", "day", "statements", "routing", "account",
    "account type", "iban", "bic", "institution", "transit", "street", "building", "postal code",
    "town", "region", "country",
)  # fmt: skip
CHECK_FIELDS = ("account", "number", "day", "amount", "payee", "void", "reference", "currency")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How a bank wants a table.

    Attributes:
        columns: headings, and the field below each, in the file's order.
        delimiter: ``,``, ``;``, ``tab`` or ``|``.
        dates: how days are written, such as ``MM/DD/YYYY``.
        decimal_mark: ``.`` or ``,``; empty: amounts in minor units.
        has_headings: whether the first row says what the columns are.
    """

    columns: Sequence[tuple[str, str]]
    delimiter: str = ","
    dates: str = "YYYY-MM-DD"
    decimal_mark: str = "."
    has_headings: bool = True


def payments_csv(orders: Iterable[PaymentOrder], columns: ColumnMap, day: date) -> bytes:
    """Payments as CSV.

    Args:
        orders: what is paid.
        columns: of :data:`PAYMENT_FIELDS`.
        day: on which the payees shall have it.

    Raises:
        ProfileError: the map names what there is not.
    """
    _require_possible(columns, PAYMENT_FIELDS)
    return _csv((_payment(order, columns, day) for order in orders), columns)


def positive_pay_csv(checks: Iterable[Check], account: str, columns: ColumnMap) -> bytes:
    """Checks as the bank compares them with those that are presented to it.

    Args:
        checks: those issued, and those voided since, by number.
        account: the house's, that the checks are drawn on.
        columns: of :data:`CHECK_FIELDS`; ``void`` is ``V`` or empty.

    Raises:
        ProfileError: the map names what there is not.
    """
    _require_possible(columns, CHECK_FIELDS)
    ordered = sorted(checks, key=lambda check: check.number)
    return _csv((_check(check, account, columns) for check in ordered), columns)


def _require_possible(columns: ColumnMap, fields: Sequence[str]) -> None:
    unknown = [field for _, field in columns.columns if field not in fields]
    faults = []
    if unknown or not columns.columns:
        faults.append(f"there is no field {', '.join(unknown) or 'named'}: use {', '.join(fields)}")
    if columns.delimiter not in _DELIMITERS:
        faults.append(f"columns are separated by one of {' '.join(_DELIMITERS)}")
    if columns.dates not in _DATES:
        faults.append(f"days are written as one of {', '.join(_DATES)}")
    if columns.decimal_mark not in ("", ".", ","):
        faults.append("the decimal mark is . or , or none for minor units")
    if faults:
        raise ProfileError("; ".join(faults))


def _csv(rows: Iterable[Mapping[str, str]], columns: ColumnMap) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=_DELIMITERS[columns.delimiter], lineterminator="\r\n")
    if columns.has_headings:
        writer.writerow([no_formula(heading) for heading, _ in columns.columns])
    for row in rows:
        # No amount is negative, and no day begins with a sign: every value may be made neutral.
        writer.writerow([no_formula(_line(row[field])) for _, field in columns.columns])
    return buffer.getvalue().encode("utf-8")


def _line(text: str) -> str:
    """Text of one line: many banks' readers end a row at any line break."""
    return " ".join(text.split())


def _amount(minor: int, currency: str, columns: ColumnMap) -> str:
    if not columns.decimal_mark:
        return str(minor)
    return amount_text(minor, currency).replace(".", columns.decimal_mark)


def _payment(order: PaymentOrder, columns: ColumnMap, day: date) -> dict[str, str]:
    values = dict.fromkeys(PAYMENT_FIELDS, "")
    address = order.address
    values |= {
        "reference": order.reference,
        "payee": order.payee,
        "amount": _amount(order.amount, order.currency, columns),
        "currency": order.currency,
        "day": day.strftime(_DATES[columns.dates]),
        "statements": " ".join(order.statements),
        "street": address.street,
        "building": address.building,
        "postal code": address.postcode,
        "town": address.town,
        "region": address.region,
        "country": address.country,
    }
    match order.account:
        case UsAccount(routing=routing, number=number, type=type_):
            values |= {"routing": routing, "account": number, "account type": type_.value}
        case IbanAccount(iban=iban, bic=bic):
            values |= {"iban": iban, "bic": bic}
        case CanadianAccount(institution=institution, transit=transit, number=number):
            values |= {"institution": institution, "transit": transit, "account": number}
        case None:
            pass
    return values


def _check(check: Check, account: str, columns: ColumnMap) -> dict[str, str]:
    return {
        "account": account,
        "number": str(check.number),
        "day": check.issued.strftime(_DATES[columns.dates]),
        "amount": _amount(check.amount, check.currency, columns),
        "payee": check.payee,
        "void": "V" if check.state is CheckState.VOID else "",
        "reference": check.reference,
        "currency": check.currency,
    }
