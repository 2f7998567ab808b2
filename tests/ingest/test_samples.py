"""Every sample report against what a correct import says about it, to the cent."""

import json
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

import pytest

from royalties.domain.money import micro_text
from tests.ingest.shelf import CATALOGUE, FILES, SAMPLES, Read, read

EXPECTED: dict[str, Any] = json.loads((FILES / "expected.json").read_text(encoding="utf-8"))[
    "files"
]
SUPPLIED: dict[str, Any] = {
    "ingramspark-compensation.xlsx": {"period": "2025-04"},
    "aba-weekly.csv": {"week": "2025-05-10", "currency": "USD", "discount": "0.40"},
}
ISBNS = {edition.id: edition.isbn for edition in CATALOGUE.editions.values()}
RETAILERS = {retailer.id: key for key, retailer in CATALOGUE.retailers.items()}


@pytest.fixture(params=EXPECTED, scope="module")
def case(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any], Read]:
    name: str = request.param
    return name, EXPECTED[name], read(SAMPLES / name, **SUPPLIED.get(name, {}))


def _amounts(net: dict[str, int]) -> dict[str, Decimal]:
    return {currency: Decimal(micro_text(micro)) for currency, micro in net.items()}


def _decimals(net: dict[str, str]) -> dict[str, Decimal]:
    return {currency: Decimal(amount) for currency, amount in net.items()}


def _grouped(found: Read, key: Any) -> dict[str, dict[str, Any]]:
    units: dict[str, Counter[int]] = defaultdict(Counter)
    net: dict[str, Counter[str]] = defaultdict(Counter)
    for line in found.sales:
        name = key(line)
        units[name][line[4]] += line[6]
        net[name][line[7]] += line[9]
    return {
        name: {
            "units": {
                "sold": count[1],
                "returned": -count[2],
                "free": count[3],
                "net": count[1] + count[2],
            },
            "net": _amounts(net[name]),
        }
        for name, count in units.items()
    }


def _expected_groups(groups: dict[str, Any], *, priced: bool) -> dict[str, Any]:
    return {
        name: {"units": group["units"], "net": _decimals(group["net"]) if priced else {}}
        for name, group in groups.items()
    }


def test_report_retailer_and_account_of_samples(case: tuple[str, dict[str, Any], Read]) -> None:
    name, expected, found = case
    assert found.reading.report == expected["report"]
    if expected["report"] not in ("standard", "bisg-editx-flat"):
        assert found.reading.retailer == expected["retailer"]
    accounts = {"kdp": "kdp", "amazon-kdp": "kdp", "ingramspark": "ingramspark"}
    if name.startswith(("amazon-kdp", "kdp")):
        assert found.reading.account == accounts["kdp"]


def test_row_counts_of_samples(case: tuple[str, dict[str, Any], Read]) -> None:
    _, expected, found = case
    totals = found.reading.totals
    assert totals.rows == expected["rows"]
    assert totals.recordable == expected["recordable"]
    assert totals.lines == len(found.sales) == expected["sale_lines"]
    skipped = found.reading.skipped.by_reason
    assert skipped == {row["reason"]: row["rows"] for row in expected["skipped"]}
    assert found.waiting == expected["waiting"] == []
    assert totals.rows == totals.recordable + totals.refused + sum(skipped.values())
    assert (totals.first_day, totals.last_day) == (expected["period_from"], expected["period_to"])
    kinds = Counter(line[4] for line in found.sales)
    words = {"sale": 1, "return": 2, "free": 3}
    if "lines_by_kind" in expected:
        assert kinds == {words[kind]: count for kind, count in expected["lines_by_kind"].items()}


def test_units_and_net_of_samples(case: tuple[str, dict[str, Any], Read]) -> None:
    _, expected, found = case
    totals = found.reading.totals
    assert expected["units"] == {
        "sold": totals.sold,
        "returned": totals.returned,
        "free": totals.free,
        "net": totals.sold - totals.returned,
    }
    net = expected.get("with_terms", expected)["net"]
    assert _amounts(totals.net) == _decimals(net)


def test_problems_of_samples(case: tuple[str, dict[str, Any], Read]) -> None:
    _, expected, found = case
    assert [
        {
            "sheet": problem.sheet,
            "row": problem.row,
            "column": problem.column,
            "value": problem.value,
        }
        for problem in found.reading.problems
    ] == [
        {key: problem[key] for key in ("sheet", "row", "column", "value")}
        for problem in expected["problems"]
    ]
    assert all(problem.message and problem.remedy for problem in found.reading.problems)


def test_groups_of_samples(case: tuple[str, dict[str, Any], Read]) -> None:
    _, expected, found = case
    priced = "with_terms" not in expected
    groups = {
        "by_isbn": lambda line: ISBNS[line[2]],
        "by_month": lambda line: line[5][:7],
        "by_retailer": lambda line: RETAILERS[line[3]],
        "by_region": lambda line: "-".join(filter(None, line[11:13])) or "(none)",
        "by_city": lambda line: line[13] or "(none)",
    }
    for name, key in groups.items():
        if name not in expected:
            continue
        got = _grouped(found, key)
        if not priced:
            got = {group: {**value, "net": {}} for group, value in got.items()}
        if expected["report"] == "elliott-bay" and name in ("by_region", "by_city"):
            continue  # the store's place comes from the setup, which does not say it here
        assert got == _expected_groups(expected[name], priced=priced), name


@pytest.mark.thorough("combinations", but_one_in=3)
def test_questions_of_samples(case: tuple[str, dict[str, Any], Read]) -> None:
    name, expected, found = case
    assert not found.asked
    unanswered = read(SAMPLES / name)
    assert [choice.key for choice in unanswered.reading.choices] == expected.get("needs_input", [])


def test_confirmations_of_samples(case: tuple[str, dict[str, Any], Read]) -> None:
    _, expected, found = case
    words = {
        "identical rows": "identical-rows",
        "total row": "totals-row",
        "hidden sheet": "hidden-sheet",
        "two periods": "two-periods",
    }
    assert found.codes <= {words[word] for word in expected["may_warn"]}
