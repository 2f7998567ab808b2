"""demo: a small publisher's year on bundled sample reports, from empty home to statements."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from royalties.cli.demo_orders import notify_orders
from royalties.cli.demo_payments import play_payments
from royalties.cli.desk import Desk, amounts, command
from royalties.domain.counting import counted
from royalties.domain.sales.slices import ImportOutcome
from royalties.services.books import setup_in_force
from royalties.services.desk import examples
from royalties.services.examples import EXAMPLES
from royalties.services.ledger.verifying import verify
from royalties.services.periods.close import close, show_run
from royalties.services.sales.batches import import_list
from royalties.services.sales.importing import Request, import_report
from royalties.services.statements.issuing import write_statements
from royalties.services.terms.setup import load
from royalties.services.work import RefusedError


@dataclass(slots=True)
class _Year:
    """What the demo did, as its JSON document."""

    home: str
    loaded: dict[str, int] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    periods: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    verified: int = 0

    def document(self) -> dict[str, Any]:
        return {
            "home": self.home,
            "loaded": self.loaded,
            "reports": self.reports,
            "periods": self.periods,
            "orders": self.orders,
            "payments": self.payments,
            "verify": {"holds": True, "checks": self.verified},
        }


@click.command("demo")
@command
def demo(desk: Desk) -> None:
    """Play a small publisher's year on sample reports, from an empty home to statements.

    Loads the example house, imports a report of every retailer for 2025-H1 and 2025-H2, closes
    2025-H1, takes three orders through as many steps as each allows, pays: one batch arrives, one
    payment comes back, one batch waits; drafts 2025-H2, writes all statements into the home folder
    and verifies the books. Running it again changes nothing.
    Books that are not the demo's are left alone.
    """
    plan = examples.plan()
    setup = EXAMPLES / plan["setup"]
    desk.system.migrate()
    home = desk.system.config.home
    year = _Year(str(home))
    desk.say(f"Home: {_from_here(home)}")
    _require_own_books(desk, json.loads(setup.read_text(encoding="utf-8")))
    with desk.work() as work:
        loaded = load(work, setup, setup.name, confirm=True)
    year.loaded = loaded.added | loaded.amended
    desk.say(f"{setup.name}: {'loaded' if loaded.changed else 'nothing new'}")
    for each in loaded.replaced:
        desk.say(f"    confirmed: {each}")
    for part in plan["periods"]:
        desk.say("")
        desk.say(f"Reports of {part['period']}")
        for report in part["reports"]:
            _import(desk, year, part["period"], report)
        if part["close"]:
            _close(desk, part["period"])
    year.orders = notify_orders(desk, EXAMPLES)
    year.payments = play_payments(desk, EXAMPLES)
    for part in plan["periods"]:
        _state(desk, year, part["period"])
    _verify(desk, year)
    if desk.json:
        desk.show(year.document())
    else:
        _show_year(desk, year)


def _require_own_books(desk: Desk, example: Mapping[str, Any]) -> None:
    """Go on in an empty home or in the demo's own; books of somebody else stay untouched."""
    with desk.work(read_only=True) as work:
        try:
            setup = setup_in_force(work)
        except RefusedError:
            return  # nothing has been loaded yet
    titles = {title["key"] for title in example["titles"]}
    if setup.publisher.name != example["publisher"]["name"] or not titles <= setup.titles.keys():
        raise RefusedError(
            f"{_from_here(desk.system.config.home)} holds the books of {setup.publisher.name}, "
            f"which the demo leaves alone: give it a folder of its own, such as "
            f"ROYALTIES_HOME=demo royalties demo"
        )


def _import(desk: Desk, year: _Year, period: str, report: Mapping[str, Any]) -> None:
    path = EXAMPLES / report["file"]
    request = Request(path, path.name, choices=report.get("choose", {}), confirm=True)
    with desk.work(f"Importing {path.name}") as work:
        result = import_report(work, request)
        if result.outcome not in {ImportOutcome.RECORDED, ImportOutcome.NOTHING_NEW}:
            raise RefusedError(f"{path.name}: {result.outcome}; {_reasons(result.document)}")
        again = result.outcome is ImportOutcome.NOTHING_NEW
        number = result.document["same_as" if again else "batch"]
        recorded = next(row for row in import_list(work) if row.id == number)
    imported = recorded.document
    year.reports.append(
        {"period": period, "file": path.name, **imported, "outcome": result.outcome}
    )
    units = imported["units"]
    desk.say(
        f"  {path.name}: {'nothing new' if again else imported['report']}; "
        f"{counted(imported['rows'], 'row')}, {units['sold']:,} sold, {units['returned']:,} "
        f"returned, {units['free']:,} free, {amounts(imported['net'])}"
    )
    for warning in [] if again else imported["warnings"]:
        desk.say(f"    confirmed: {warning['message']}")
    for waiting in imported["waiting"]:
        desk.say(f"    waiting: {waiting['isbn']} ({counted(waiting['rows'], 'row')}) is unknown")


def _reasons(document: Mapping[str, Any]) -> str:
    return "; ".join(each["message"] for each in document["problems"] + document["choices"])


def _close(desk: Desk, period: str) -> None:
    with desk.work(f"Closing {period}") as work:
        if show_run(work, period)["status"] != "closed":
            close(work, period, confirm=True)


def _state(desk: Desk, year: _Year, period: str) -> None:
    """Write a period's statements: issued ones if it is closed, else drafts."""
    folder = desk.system.config.home / "statements" / period
    with desk.work(f"Running {period}", read_only=True) as work:
        run = show_run(work, period)
    with desk.units(f"Statements of {period}") as units:
        written = write_statements(units, period, folder)
    year.periods.append(
        {
            "period": period,
            "status": run["status"],
            "statements": written.statements,
            "folder": str(folder),
            "run": run,
        }
    )


def _verify(desk: Desk, year: _Year) -> None:
    with desk.work("Verifying", read_only=True) as work:
        checked = verify(work)
    failed = [each.name for each in checked if not each.holds]
    if failed:
        raise RefusedError(f"the books do not verify: {'; '.join(failed)}")
    year.verified = len(checked)


def _show_year(desk: Desk, year: _Year) -> None:
    desk.say("")
    desk.table(
        ("period", ">reports", ">rows", ">lines", ">sold", ">returned", ">free", "net receipts"),
        [(period["period"], *_sums(year, period["period"])) for period in year.periods],
    )
    for period in year.periods:
        run = period["run"]
        desk.say("")
        desk.say(f"{period['period']}, {period['status']}")
        for contract in run["contracts"]:
            desk.say(
                f"  contract {contract['key']}: earned {contract['earned']}, "
                f"withheld {contract['withheld']}, recouped {contract['recouped']}, "
                f"payable {contract['payable']} {contract['currency']}"
            )
        desk.table(
            ("beneficiary", ">allocated", ">due", ">to pay", ">expected tax", ">carried forward"),
            [(payee["key"], *(payee[name] for name in _SETTLED)) for payee in run["beneficiaries"]],
        )
    desk.say("")
    desk.table(
        ("order", "organization", "kind", "state", ">copies", "next"),
        [
            tuple(f"{cell:,}" if isinstance(cell, int) else cell for cell in order.values())
            for order in year.orders
        ],
    )
    desk.say("")
    desk.table(
        ("batch", "beneficiary", "payment"),
        [
            (batch["batch"], key, state)
            for batch in year.payments
            for key, state in batch["payments"].items()
        ],
    )
    desk.say("")
    for period in year.periods:
        word = "statement" if period["status"] == "closed" else "draft"
        count = counted(period["statements"], word)
        desk.say(f"{count} and the period's workbook: {_from_here(Path(period['folder']))}")
    desk.say(f"All {year.verified} invariants hold.")


_SETTLED = ("allocated", "due", "to_pay", "tax", "carried_forward")


def _sums(year: _Year, period: str) -> Iterator[object]:
    reports = [report for report in year.reports if report["period"] == period]
    yield len(reports)
    for name in ("rows", "sale_lines"):
        yield f"{sum(report[name] for report in reports):,}"
    for name in ("sold", "returned", "free"):
        yield f"{sum(report['units'][name] for report in reports):,}"
    net: dict[str, Decimal] = {}
    for report in reports:
        for currency, amount in report["net"].items():
            net[currency] = net.get(currency, Decimal(0)) + Decimal(amount)
    yield amounts(dict(sorted(net.items())))


def _from_here(path: Path) -> str:
    """A path from here, where it lies below."""
    here = Path.cwd()
    return f"./{path.relative_to(here)}" if path.is_relative_to(here) else str(path)


COMMANDS: list[click.Command] = [demo]
