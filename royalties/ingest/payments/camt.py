"""A bank's statement as ISO 20022 camt.053: entries, and each payment inside of a collective one.

A statement is taken only if its opening balance and its entries make its closing balance.
"""

import re
from collections.abc import Iterator

from lxml import etree

from royalties.domain.payments.bank_lines import BankLine
from royalties.ingest.payments.faults import MOST_LINES, BankFile, amount, day, said

_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.[0-9]{2}\}Document")
_OTHER = re.compile(r"\{urn:[a-z0-9:]{1,40}:(camt|pain)\.([0-9]{3})\.[0-9.]{1,12}\}Document")
_PLACEHOLDERS = frozenset({"", "NOTPROVIDED", "NONREF"})
_STRUCTURE = "a camt.053 file has its parts in this order by its schema"


def read_camt(data: bytes) -> BankFile:
    """Bookings of all statements of a file; entries that are pending only are left out."""
    file = BankFile()
    root = _root(data, file)
    if root is None:
        return file.settled()
    statements = [each for each in root.iter() if _name(each) == "Stmt"]
    if not statements:
        file.fault(0, "the file holds no statement", _STRUCTURE)
    for statement in statements:
        _read_statement(statement, file)
        if len(file.lines) > MOST_LINES:
            file.fault(0, f"the file has more than {MOST_LINES:,} bookings", "choose fewer days")
            break
    return file.settled()


def _root(data: bytes, file: BankFile) -> etree._Element | None:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        file.fault(error.lineno or 0, "the file is damaged XML here")
        return None
    if root.getroottree().docinfo.doctype:
        file.fault(1, "the file declares a document type (DOCTYPE), which no bank's file does")
        return None
    if _NAMESPACE.fullmatch(str(root.tag)):
        return root
    if other := _OTHER.fullmatch(str(root.tag)):
        file.fault(
            root.sourceline or 0,
            f"this is {other[1]}.{other[2]}, not a statement (camt.053)",
            "export the statement of booked payments, camt.053",
        )
    else:
        file.fault(root.sourceline or 0, "this XML is not a camt.053 statement")
    return None


def _read_statement(statement: etree._Element, file: BankFile) -> None:
    account = _first(statement, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
    before, faults = len(file.lines), len(file.problems)
    booked: dict[str, int] = {}
    for entry in _children(statement, "Ntry"):
        total = _read_entry(entry, account, file)
        if total is not None:
            currency, minor = total
            booked[currency] = booked.get(currency, 0) + minor
    if len(file.problems) == faults and len(file.lines) >= before:
        _check_balances(statement, booked, file)


def _read_entry(entry: etree._Element, account: str, file: BankFile) -> tuple[str, int] | None:
    row = entry.sourceline or 0
    status = _first(entry, "Sts/Cd", "Sts")
    if status in {"PDNG", "INFO", "FUTR"}:
        return None
    if status != "BOOK":
        file.fault(row, "the entry says neither booked (BOOK) nor pending", value=status)
        return None
    signed = _signed(entry, entry, row, file)
    written = _first(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10]
    booked = day(written)
    if booked is None:
        file.fault(row, "the entry has no day of booking", value=written)
    if signed is None or booked is None:
        return None
    currency, total = signed
    bank_id = _first(entry, "AcctSvcrRef", "NtryRef")
    for part, minor in _parts(entry, currency, total):
        file.lines.append(
            BankLine(
                day=booked,
                amount=minor,
                currency=currency,
                reference=_reference(part),
                text=_text(part, entry),
                return_code=_return_code(part, entry),
                bank_id=said(_first(part, "Refs/AcctSvcrRef") or bank_id),
                account=account,
                row=part.sourceline or row,
            )
        )
    return signed


def _parts(
    entry: etree._Element, currency: str, total: int
) -> Iterator[tuple[etree._Element, int]]:
    """Payments of a collective entry, where their amounts make it up; else the entry as a whole."""
    details = [
        part for group in _children(entry, "NtryDtls") for part in _children(group, "TxDtls")
    ]
    if len(details) == 1:
        yield details[0], total
        return
    amounts = [_detail_amount(part, currency, negative=total < 0) for part in details]
    if details and None not in amounts and sum(filter(None, amounts)) == total:
        for part, minor in zip(details, amounts, strict=True):
            yield part, minor or 0
        return
    yield entry, total


def _detail_amount(part: etree._Element, currency: str, *, negative: bool) -> int | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = _find(part, path)
        if found is not None and found.get("Ccy") == currency:
            minor = amount((found.text or "").strip(), currency)
            mark = _first(part, "CdtDbtInd")
            is_debit = mark == "DBIT" if mark else negative
            return None if minor is None else -minor if is_debit else minor
    return None


def _signed(
    holder: etree._Element, where: etree._Element, row: int, file: BankFile
) -> tuple[str, int] | None:
    found = _find(holder, "Amt")
    currency = "" if found is None else found.get("Ccy", "")
    written = "" if found is None else (found.text or "").strip()
    minor = amount(written, currency)
    if minor is None or written.startswith(("-", "+")):
        file.fault(row, "the amount is none of its currency", value=f"{written} {currency}".strip())
        return None
    mark = _first(where, "CdtDbtInd")
    if mark not in {"CRDT", "DBIT"}:
        file.fault(
            row, "it is not said whether money came in (CRDT) or went out (DBIT)", value=mark
        )
        return None
    return currency, -minor if mark == "DBIT" else minor


def _check_balances(statement: etree._Element, booked: dict[str, int], file: BankFile) -> None:
    known: dict[str, tuple[str, int]] = {}
    for balance in _children(statement, "Bal"):
        code = _first(balance, "Tp/CdOrPrtry/Cd")
        if code in {"OPBD", "CLBD", "PRCD"}:
            signed = _signed(balance, balance, balance.sourceline or 0, file)
            if signed is None:
                return
            known[code] = signed
    opening, closing = known.get("OPBD") or known.get("PRCD"), known.get("CLBD")
    if opening is None or closing is None or opening[0] != closing[0]:
        return
    currency = opening[0]
    if opening[1] + booked.get(currency, 0) != closing[1]:
        file.fault(
            statement.sourceline or 0,
            "opening balance and entries do not make the closing balance: entries are missing, or "
            "were changed",
        )


def _reference(part: etree._Element) -> str:
    for path in ("Refs/EndToEndId", "Refs/PmtInfId", "Refs/MsgId", "Refs/ChqNb"):
        found = said(_first(part, path))
        if found not in _PLACEHOLDERS:
            return found
    return ""


def _text(part: etree._Element, entry: etree._Element) -> str:
    remittance = _find(part, "RmtInf")
    lines = [] if remittance is None else [each.text for each in _children(remittance, "Ustrd")]
    return said(
        _first(part, "RltdPties/Cdtr/Pty/Nm", "RltdPties/Cdtr/Nm"),
        *lines,
        _first(part, "RtrInf/AddtlInf"),
        _first(part, "AddtlTxInf"),
        _first(entry, "AddtlNtryInf"),
    )


def _return_code(part: etree._Element, entry: etree._Element) -> str:
    code = said(_first(part, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"))[:8]
    if not code and _first(entry, "RvslInd") in {"true", "1"}:
        return "NARR"
    return code


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in element if _name(each) == name)


def _find(element: etree._Element, path: str) -> etree._Element | None:
    found: etree._Element | None = element
    for name in path.split("/"):
        found = None if found is None else next(_children(found, name), None)
    return found


def _first(element: etree._Element, *paths: str) -> str:
    """The text of the first of some elements that has any."""
    for path in paths:
        found = _find(element, path)
        if found is not None and (text := (found.text or "").strip()):
            return text
    return ""
