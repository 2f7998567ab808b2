"""Files as banks send them, of invented bookings, in each of their formats."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

from royalties.ingest.payments.table import TableMap

OWN_ACCOUNT = "55500017788"


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking in minor units; less than 0 went out. ``code`` says why it came back."""

    day: date
    amount: int
    reference: str = ""
    text: str = ""
    code: str = ""
    currency: str = "USD"


def camt(booked: Iterable[Booked]) -> bytes:
    """A camt.053 statement."""
    listed = list(booked)
    currency = listed[0].currency
    moved = sum(each.amount for each in listed if each.currency == currency)
    opening, closing = 10_000_000, 10_000_000 + moved

    def balance(code: str, minor: int) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
            f'<Amt Ccy="{currency}">{_major(minor)}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
        )

    entries = "\n".join(
        f'<Ntry><Amt Ccy="{each.currency}">{_major(abs(each.amount))}</Amt>'
        f"<CdtDbtInd>{'DBIT' if each.amount < 0 else 'CRDT'}</CdtDbtInd><Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{each.day}</Dt></BookgDt><AcctSvcrRef>A{at}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{escape(each.reference) or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"<RmtInf><Ustrd>{escape(each.text)}</Ustrd></RmtInf>"
        + (f"<RtrInf><Rsn><Cd>{each.code}</Cd></Rsn></RtrInf>" if each.code else "")
        + "</TxDtls></NtryDtls></Ntry>"
        for at, each in enumerate(listed)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>\n'
        f"<Stmt><Acct><Id><Othr><Id>{OWN_ACCOUNT}</Id></Othr></Id></Acct>\n"
        f"{balance('OPBD', opening)}{balance('CLBD', closing)}\n{entries}\n"
        "</Stmt></BkToCstmrStmt></Document>\n"
    ).encode()


def bai2(booked: Iterable[Booked]) -> bytes:
    """A BAI2 file; each day is a group."""
    groups: dict[date, list[Booked]] = {}
    for each in booked:
        groups.setdefault(each.day, []).append(each)
    lines = ["01,122099999,123456789,261205,0600,1,80,,2/"]
    total = 0
    for day, listed in groups.items():
        begun = len(lines)
        lines.append(f"02,123456789,122099999,1,{day:%y%m%d},,USD,2/")
        lines.append(f"03,{OWN_ACCOUNT},USD/")
        for each in listed:
            kind = "257" if each.code else "475" if each.amount < 0 else "165"
            text = " ".join(filter(None, (each.code, each.text))).replace("/", " ")
            lines.append(f"16,{kind},{abs(each.amount)},,A1,{each.reference},{text}/")
        sum_ = sum(abs(each.amount) for each in listed)
        total += sum_
        lines.append(f"49,{sum_},{len(listed) + 2}/")
        lines.append(f"98,{sum_},1,{len(lines) - begun + 1}/")
    lines.append(f"99,{total},{len(groups)},{len(lines) + 1}/")
    return ("\n".join(lines) + "\n").encode()


def ofx(booked: Iterable[Booked]) -> bytes:
    """An OFX 1 file."""
    transactions = "\n".join(
        f"<STMTTRN><DTPOSTED>{each.day:%Y%m%d}<TRNAMT>{_major(each.amount)}<FITID>F{at}"
        f"<CHECKNUM>{escape(each.reference)}"
        f"<NAME>{'RETURN ' + each.code if each.code else ''} {escape(each.text)}</STMTTRN>"
        for at, each in enumerate(booked)
    )
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>\n"
        f"<CURDEF>USD\n<BANKACCTFROM><ACCTID>{OWN_ACCOUNT}</BANKACCTFROM>\n<BANKTRANLIST>\n"
        f"{transactions}\n</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


COLUMNS = TableMap(
    {"day": "Date", "amount": "Amount", "reference": "Reference", "text": "Details",
     "return code": "Code"},
    "MM/DD/YYYY",
)  # fmt: skip


def table(booked: Iterable[Booked]) -> bytes:
    """A CSV file that :data:`COLUMNS` reads."""
    rows = [
        f'{each.day:%m/%d/%Y},"{_major(each.amount)}",{each.reference},"{each.text}",{each.code}'
        for each in booked
    ]
    return ("Date,Amount,Reference,Details,Code\n" + "\n".join(rows) + "\n").encode()


STATEMENTS: Mapping[str, Callable[[Iterable[Booked]], bytes]] = {
    "camt.053": camt,
    "BAI2": bai2,
    "OFX": ofx,
    "table": table,
}


@dataclass(frozen=True, slots=True)
class Addenda:
    """A returned entry (code R…) or notice of change (C…) of a NACHA file."""

    reference: str
    code: str
    minor: int = 0
    corrected: str = ""
    name: str = "SEATTLE FOOD BANK"


def nacha(entries: Iterable[Addenda], day: date) -> bytes:
    """A NACHA file of returns and notices of change."""
    listed = list(entries)
    made = [f"101 1911234567122105155{day:%y%m%d}0801A094101QUARTO PRESS"]
    whole = credit = 0
    for number, each in enumerate(listed, 1):
        kind = "99" if each.code.startswith("R") else "98"
        made.append(
            f"5200QUARTO PRESS                        1911234567CCDROYALTIES       "
            f"{day:%y%m%d}3391021000020{number:06}"
        )
        made.append(
            f"621122105155{OWN_ACCOUNT:<17}{each.minor:010}{each.reference:<15}{each.name:<22}"
            f"  1{number:015}"
        )
        made.append(
            f"7{kind}{each.code}{number:015}      02100002{each.corrected:<29}".ljust(79)
            + f"{number:015}"
        )
        made.append(
            f"8200000002{12210515:010}{0:012}{each.minor:012}1911234567{'':25}0{number:014}"
        )
        whole += 12210515
        credit += each.minor
    made.append(
        f"9{len(listed):06}000001{2 * len(listed):08}{whole % 10**10:010}{0:012}{credit:012}"
    )
    return "".join(f"{record:<94}\n" for record in made).encode()


def _major(minor: int) -> str:
    sign, whole = "-" if minor < 0 else "", abs(minor)
    return f"{sign}{whole // 100}.{whole % 100:02}"
