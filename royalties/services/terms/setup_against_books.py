"""Changes of the setup that what is recorded or closed forbids."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from royalties.domain.money import NotAnAmountError, amount_text
from royalties.domain.periods import Calendar, NotAPeriodError, Period, PeriodStatus, parse_period
from royalties.domain.problems import SetupFault
from royalties.domain.terms.identifiers import identifier_key
from royalties.ingest import setup as setup_file
from royalties.ingest.setup import Bodies
from royalties.services.work import Work
from royalties.store.periods import figures, periods, runs
from royalties.store.sales import batches
from royalties.store.terms import catalogue
from royalties.store.terms.balances import closed_keys

DatedPrice = tuple[str, str, date]
"""ISBN, currency and the day from which a price holds."""


def faults_against_books(
    work: Work, document: setup_file.Document, before: Bodies, merged: Bodies
) -> list[SetupFault]:
    """Changes that what is recorded or closed forbids; only of parts that the document has."""
    parts = {part for part, entries in document.entries.items() if entries}
    faults = []
    if "titles" in parts:
        faults += _lost_editions(work, document, merged)
        faults += _taken_names(work, document)
    if parts & {"exchange_rates", "income"}:
        faults += _closed_terms(work, document, before)
    if "publisher" in parts:
        faults += _other_books(work, document, before)
    if "income" in parts:
        faults += _early_income(document, merged)
    if "titles" in parts:
        faults += _used_prices(work, document, before)
    if "contracts" in parts:
        faults += _closed_contracts(work, document, merged)
        faults += _late_reserves(work, document, merged)
    if parts & {"contracts", "beneficiaries"}:
        faults += _carried_openings(work, document, before)
    return faults


def _lost_editions(
    work: Work, document: setup_file.Document, merged: Mapping[str, Mapping[str, Any]]
) -> list[SetupFault]:
    if "titles" in document.unsure:
        return []
    remaining = {
        edition["isbn"]
        for body in merged["titles"].values()
        for edition in body.get("editions", ())
    }
    remaining |= {
        setup_file.isbn_of(edition)
        for (kind, _), title in document.wrong.items()
        if kind == "titles"
        for edition in title.get("editions").each()
    }
    return [
        SetupFault(
            f"{document.paths.get(('titles', row.title), 'titles')}.editions",
            f"edition {row.isbn} stands in the books and cannot be left out: list it again",
        )
        for row in catalogue.edition_rows(work.connection)
        if row.isbn not in remaining
    ]


def _taken_names(work: Work, document: setup_file.Document) -> list[SetupFault]:
    """An alias given by hand still names its edition."""
    by_hand = {
        identifier_key(value): isbn for value, isbn in catalogue.aliases(work.connection).items()
    }
    faults = []
    for key, body in document.entries.get("titles", {}).items():
        for place, edition in enumerate(body.get("editions", ())):
            path = f"{document.paths['titles', key]}.editions[{place}]"
            names = {f"identifiers.{kind}": v for kind, v in edition.get("identifiers", {}).items()}
            names["isbn"] = edition["isbn"]
            faults += [
                SetupFault(
                    f"{path}.{name}",
                    f"{value} stands for {by_hand[identifier_key(value)]} by an alias",
                )
                for name, value in sorted(names.items())
                if by_hand.get(identifier_key(value), edition["isbn"]) != edition["isbn"]
            ]
    return faults


def _closed_terms(work: Work, document: setup_file.Document, before: Bodies) -> list[SetupFault]:
    """Rates and income of closed periods stay as they were used."""
    closed = {
        row.name
        for row in runs.period_rows(work.connection, "period")
        if row.status == PeriodStatus.CLOSED
    }
    return [
        SetupFault(
            document.paths[kind, key],
            f"{body['period']} is closed and keeps what it used: enter it for an open period",
        )
        for kind in ("exchange_rates", "income")
        for key, body in document.entries.get(kind, {}).items()
        if body["period"] in closed and before[kind].get(key) != body
    ]


def _used_prices(work: Work, document: setup_file.Document, before: Bodies) -> list[SetupFault]:
    """A price that stood in for a blank one in a closed run stays as it was."""
    changed = [
        (key, price)
        for key, body in document.entries.get("titles", {}).items()
        for price in _changed_prices(before["titles"].get(key, body), body)
    ]
    if not changed:
        return []
    used = figures.closed_without_price(work.connection, {isbn for _, (isbn, _, _) in changed})
    faults = []
    for key, (isbn, currency, starts) in changed:
        last_day = used.get((isbn, currency))
        if last_day and starts <= last_day:
            faults.append(
                SetupFault(
                    f"{document.paths['titles', key]}.editions",
                    f"closed runs used the {currency} price of {isbn} until {last_day}: leave "
                    f"it as it was and add a price from a later day",
                )
            )
    return faults


def _changed_prices(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[DatedPrice]:
    """Prices that are added, gone or another, in order."""
    old, new = (
        {(e.isbn, p.currency, p.starts): p.micro for e in title.editions for p in e.prices}
        for title in (setup_file.title_of(before), setup_file.title_of(after))
    )
    return [each for each in sorted({*old, *new}) if old.get(each) != new.get(each)]


def _early_income(document: setup_file.Document, merged: Bodies) -> list[SetupFault]:
    """Income of a period in which its contract has not begun would never count."""
    if "publisher" in document.unsure:
        return []
    calendar = Calendar(merged["publisher"]["publisher"]["calendar"])
    faults = []
    for key, body in document.entries.get("income", {}).items():
        contract = merged["contracts"].get(body["contract"])
        if contract is None or ("contracts", body["contract"]) in document.wrong:
            continue
        try:
            ends = parse_period(body["period"], calendar).ends
        except NotAPeriodError:
            continue  # reported already
        if date.fromisoformat(contract["starts"]) > ends:
            faults.append(
                SetupFault(
                    f"{document.paths['income', key]}.period",
                    f"contract {body['contract']!r} begins only after "
                    f"{body['period']}: enter the income for a later period",
                )
            )
    return faults


def _closed_contracts(
    work: Work, document: setup_file.Document, merged: Bodies
) -> list[SetupFault]:
    """A contract keeps its currency, and the advances that closed runs earned back."""
    found = runs.recouped_of(work.connection)
    recouped = {key: amount for key, (_, amount) in found.items()}
    currencies = {key: currency for key, (currency, _) in found.items()}
    faults = []
    for key in document.entries.get("contracts", {}):
        try:
            contract = setup_file.contract_of(merged["contracts"][key])
        except NotAnAmountError:
            continue  # reported already
        used_currency = currencies.get(key, contract.currency)
        if contract.currency != used_currency:
            path = f"{document.paths['contracts', key]}.currency"
            faults.append(
                SetupFault(path, f"is {used_currency} in closed runs and cannot change any more")
            )
            continue
        listed = sum(each.amount - each.recouped for each in contract.advances)
        if listed < recouped.get(key, 0):
            earned_back = amount_text(recouped[key], contract.currency)
            faults.append(
                SetupFault(
                    f"{document.paths['contracts', key]}.advances",
                    f"{earned_back} were earned back already: list those advances again",
                )
            )
    return faults


def _carried_openings(
    work: Work, document: setup_file.Document, before: Bodies
) -> list[SetupFault]:
    """What closed runs carry forward says nothing any more where it was brought in: it stays."""
    parts = ("contracts", "beneficiaries")
    changed = [
        (part, key, name, before[part][key].get(name, absent))
        for part in parts
        for key, body in document.entries.get(part, {}).items()
        if key in before[part]
        for name, absent in (("opening_balance", "0"), ("brought_in", None))
        if before[part][key].get(name, absent) != body.get(name, absent)
    ]
    if not changed:
        return []
    used = dict(zip(parts, closed_keys(work.connection), strict=True))
    return [
        SetupFault(
            f"{document.paths[part, key]}.{name}",
            f"is {old if isinstance(old, str) else 'as it is'} in closed runs, which carry it "
            f"forward: it cannot change any more",
        )
        for part, key, name, old in changed
        if key in used[part]
    ]


def _late_reserves(work: Work, document: setup_file.Document, merged: Bodies) -> list[SetupFault]:
    """A reserve was withheld before the contract's first run here."""
    entries = {
        key: reserves
        for key, body in document.entries.get("contracts", {}).items()
        if (reserves := body.get("brought_in", {}).get("reserves"))
    }
    if not entries or "publisher" in document.unsure:
        return []
    publisher = merged["publisher"]["publisher"]
    first = parse_period(publisher["first_period"], Calendar(publisher["calendar"]))
    last = periods.last_closed(work.connection)
    used, _ = closed_keys(work.connection)
    open_period = first if last is None else first.shift(last + 1 - first.ordinal)
    return [
        SetupFault(
            f"{document.paths['contracts', key]}.brought_in.reserves[{place}].withheld_in",
            f"{reserve['withheld_in']} is not before {open_period}, where the contract begins "
            f"here: what this period withholds is calculated",
        )
        for key, reserves in entries.items()
        if key not in used
        for place, reserve in enumerate(reserves)
        if _is_from(open_period, reserve["withheld_in"])
    ]


def _is_from(period: Period, name: str) -> bool:
    """Whether a period is another one or lies behind it; a bad name is reported elsewhere."""
    try:
        return parse_period(name, period.calendar) >= period
    except NotAPeriodError:
        return False


def _other_books(work: Work, document: setup_file.Document, before: Bodies) -> list[SetupFault]:
    """Calendar, currency and first period carry the books and cannot change once used."""
    old = before["publisher"].get("publisher")
    new = document.entries.get("publisher", {}).get("publisher")
    if old is None or new is None:
        return []
    used = batches.is_any_recorded(work.connection)
    if not used and periods.last_closed(work.connection) is None:
        return []
    return [
        SetupFault(f"publisher.{name}", f"is {old[name]!r} in the books and cannot change any more")
        for name in ("currency", "calendar", "first_period")
        if old[name] != new[name]
    ]
