"""Every rule of the setup file: its path, and a message that says what to do."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from royalties.domain.problems import SetupFault
from royalties.ingest.setup import SetupError, check, in_order, parse_setup

FILES = Path(__file__).parent / "setup_files"
EXAMPLE: dict[str, Any] = json.loads((FILES / "interface.json").read_text(encoding="utf-8"))
GONE = object()
C = "contracts[0]"
R0 = "contracts[0].rules[0]"
R1 = "contracts[0].rules[1]"
V = "plans[0].versions[0]"
S = "plans[0].versions[0].steps"
B = "beneficiaries[0]"
E = "titles[0].editions[0]"
M = "reports[0]"


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    """The example with some values put elsewhere; a place past a list's end adds to it."""
    data = copy.deepcopy(EXAMPLE)
    for path, value in changes:
        *way, last = [int(p) if p.isdigit() else p for p in re.findall(r"[\w$ -]+", path)]
        at: Any = data
        for part in way:
            at = at[part]
        if value is GONE:
            del at[last]
        elif isinstance(at, list) and last == len(at):
            at.append(value)
        else:
            at[last] = value
    return data


def faults_of(data: object) -> list[SetupFault]:
    try:
        document = parse_setup(data, "setup.json")
    except SetupError as error:
        further = check(error.right, error.right.entries) if error.right else []
        return in_order(error.faults, further)
    return check(document, document.entries)


def version(*steps: dict[str, Any], start: str = "2020-01-01") -> dict[str, Any]:
    return {"from": start, "steps": list(steps)}


def rule(**more: object) -> dict[str, Any]:
    return {"name": "Third", "basis": "net", "rate": "0.1"} | more


SEATTLE = {"beneficiary": "seattle"}
REST = {"remainder": True, "to": [SEATTLE]}
CAP = {"amount": "10.00", "per": "period"}
INCOME = EXAMPLE["income"][0]

# (what is changed), (path of the fault, part of its message)
# fmt: off
FAULTS: list[tuple[list[tuple[str, Any]], str, str]] = [
    # Shapes, types and words
    ([("publishers", {})], "publishers", 'did you mean "publisher"?'),
    ([(f"{R0}.basiss", "net")], f"{R0}.basiss", 'unknown key: did you mean "basis"?'),
    ([(f"{S}[1].when.region", ["WA"])], f"{S}[1].when.region", "known here: formats, channels"),
    ([(f"{M}.columns.price", "Price")], f"{M}.columns.price", "unknown key"),
    ([(f"{C}.starts", GONE)], f"{C}.starts", "is missing: add it"),
    ([("titles", {"key": "a"})], "titles", "must be a list"),
    ([("titles[0]", "collab")], "titles[0]", "must be an object"),
    ([("publisher", [])], "publisher", "must be an object"),
    ([(f"{C}.subsidiary_rights", [])], f"{C}.subsidiary_rights", "must be an object"),
    ([(f"{C}.rules", []), (f"{C}.subsidiary_rights", {}), ("income", [])], f"{C}.rules", "add"),
    ([(f"{C}.titles", [])], f"{C}.titles", "must not be empty"),
    ([(f"{R0}.formats", [])], f"{R0}.formats", "must not be empty"),
    ([(f"{S}[0].to", [])], f"{S}[0].to", "must not be empty"),
    ([("plans[0].versions", [])], "plans[0].versions", "must not be empty"),
    ([(f"{V}.steps", [])], f"{V}.steps", "must not be empty"),
    ([(f"{C}.reserve.rate", [])], f"{C}.reserve.rate", "must not be empty"),
    ([(f"{B}.tax_rate", [])], f"{B}.tax_rate", "must not be empty"),
    ([("publisher.calendar", "weekly")], "publisher.calendar", "yearly, half-yearly, quarterly"),
    ([(f"{E}.format", "cloth")], f"{E}.format", "hardcover, paperback, ebook, audiobook, custom"),
    ([("retailers[0].channel", "web")], "retailers[0].channel", "online, bookstore, wholesale"),
    ([(f"{R0}.formats[0]", "cloth")], f"{R0}.formats[0]", "is not one of hardcover"),
    ([(f"{R0}.basis", "gross")], f"{R0}.basis", "list, net, unit, profit"),
    ([(f"{R0}.tiers_by", "copies")], f"{R0}.tiers_by", "units, list, net"),
    ([(f"{R0}.counter.resets", "daily")], f"{R0}.counter.resets", "never, period, year"),
    ([(f"{S}[0].cap.per", "month")], f"{S}[0].cap.per", "period, year, lifetime"),
    ([("titles[0].royalties", "yes")], "titles[0].royalties", "neither true nor false"),
    ([(f"{B}.on_hold", 1)], f"{B}.on_hold", "neither true nor false"),
    ([(f"{S}[2].remainder", False)], f"{S}[2].remainder", "write true, or leave"),
    ([(f"{C}.reserve.hold_periods", 0)], f"{C}.reserve.hold_periods", "from 1 up"),
    ([(f"{C}.reserve.hold_periods", "2")], f"{C}.reserve.hold_periods", "without quotes"),
    ([(f"{C}.reserve.hold_periods", True)], f"{C}.reserve.hold_periods", "not a whole number"),
    # Numbers
    ([(f"{R1}.rate", 0.1)], f"{R1}.rate", 'write it as a string, "0.1"'),
    ([(f"{R0}.tiers[1].rate", 1)], f"{R0}.tiers[1].rate", 'write it as a string, "1"'),
    ([(f"{E}.unit_cost", 9)], f"{E}.unit_cost", "write it as a string"),
    ([(f"{E}.unit_cost", float("nan"))], f"{E}.unit_cost", "nan is no number"),
    ([("exchange_rates[0].rate", 1.27)], "exchange_rates[0].rate", "write it as a string"),
    ([(f"{S}[1].share", 0.3)], f"{S}[1].share", "write it as a string"),
    ([("income[0].amount", 1000)], "income[0].amount", "write it as a string"),
    ([(f"{C}.opening_balance", 0)], f"{C}.opening_balance", "write it as a string"),
    ([(f"{R1}.rate", "10%")], f"{R1}.rate", "not a plain decimal number such as 0.125"),
    ([(f"{R1}.rate", "1e-1")], f"{R1}.rate", "not a plain decimal"),
    ([(f"{E}.unit_cost", "1,000.00")], f"{E}.unit_cost", "not a plain decimal"),
    ([(f"{E}.unit_cost", "NaN")], f"{E}.unit_cost", "not a plain decimal"),
    ([(f"{E}.unit_cost", "٣")], f"{E}.unit_cost", "not a plain decimal"),
    ([(f"{E}.unit_cost", "1" * 13)], f"{E}.unit_cost", "more than 12 digits"),
    ([(f"{E}.unit_cost", "0." + "1" * 60)], f"{E}.unit_cost", "more than 60 characters"),
    ([(f"{E}.unit_cost", True)], f"{E}.unit_cost", "True is not a decimal number"),
    ([(f"{E}.unit_cost", "-1.00")], f"{E}.unit_cost", "must not be negative"),
    ([(f"{E}.prices[0].amount", "-1")], f"{E}.prices[0].amount", "must not be negative"),
    ([(f"{E}.prices[0].amount", "1.1234567")], f"{E}.prices[0].amount", "more than 6 digits"),
    ([(f"{R1}.rate", "-0.1")], f"{R1}.rate", "must not be negative"),
    ([(f"{R1}.rate", "1.01")], f"{R1}.rate", "is above 1: write a fraction"),
    ([(f"{R0}.tiers[2].rate", "15")], f"{R0}.tiers[2].rate", "only basis unit takes an amount"),
    ([(f"{C}.subsidiary_rights.audio", "50")], f"{C}.subsidiary_rights.audio", "is above 1"),
    ([(f"{C}.reserve.rate", "20")], f"{C}.reserve.rate", "is above 1"),
    ([(f"{C}.reserve.rate", ["0.5", "1.5"])], f"{C}.reserve.rate[1]", "is above 1"),
    ([(f"{B}.tax_rate", "30")], f"{B}.tax_rate", "is above 1"),
    ([(f"{B}.minimum_payment", "-1")], f"{B}.minimum_payment", "must not be negative"),
    ([(f"{R0}.discount.below", "55")], f"{R0}.discount.below", "is above 1"),
    ([(f"{S}[1].share", "1.2")], f"{S}[1].share", "is above 1"),
    ([(f"{S}[0].fixed", "-5.00")], f"{S}[0].fixed", "must not be negative"),
    ([(f"{S}[0].cap.amount", "-5.00")], f"{S}[0].cap.amount", "must not be negative"),
    ([("exchange_rates[0].rate", "0.0")], "exchange_rates[0].rate", "must be above 0"),
    ([(f"{C}.opening_balance", "10.00")], f"{C}.opening_balance", "write -10.00"),
    ([(f"{S}[2].to[0].weight", -1)], f"{S}[2].to[0].weight", "must not be negative"),
    ([(f"{S}[2].to[0].weight", 0.5)], f"{S}[2].to[0].weight", 'as a string, "0.5"'),
    ([(f"{S}[2].to[0].weight", True)], f"{S}[2].to[0].weight", "True is not"),
    # Texts, keys, days, periods, currencies
    ([("titles[0].title", "a\x07b")], "titles[0].title", "U+0007"),
    ([("titles[0].title", "a\ud800b")], "titles[0].title", "U+D800"),
    ([("titles[0].title", "a" * 501)], "titles[0].title", "shorten it to 500"),
    ([("titles[0].title", "  ")], "titles[0].title", "it is blank"),
    ([("titles[0].title", 7)], "titles[0].title", "write it as a string"),
    ([("retailers[0].key", "a b")], "retailers[0].key", "is not a key"),
    ([("retailers[0].key", "-a")], "retailers[0].key", "beginning with a letter"),
    ([("retailers[0].key", "a" * 65)], "retailers[0].key", "up to 64"),
    ([(f"{C}.subsidiary_rights", {"a|b": "1"}), ("income", [])],
     f"{C}.subsidiary_rights['a|b']", "cannot hold '|'"),
    ([("titles[0].published", "2015-02-30")], "titles[0].published", "write it like 2025-07-31"),
    ([("titles[0].published", "20150701")], "titles[0].published", "is not a day"),
    ([("titles[0].published", "0001-01-01")], "titles[0].published", "out of range"),
    ([(f"{C}.starts", 2015)], f"{C}.starts", "not a day"),
    ([("publisher.first_period", "2025-Q1")], "publisher.first_period", "like 2025-H1"),
    ([("publisher.first_period", "H1")], "publisher.first_period", "is not a period"),
    ([("income[0].period", "2025-07")], "income[0].period", "not a half-yearly period"),
    ([("income[0].period", "2024-H2")], "income[0].period", "before the first period, 2025-H1"),
    ([("exchange_rates[0].period", "2025")], "exchange_rates[0].period", "like 2025-H1"),
    ([("publisher.currency", "usd")], "publisher.currency", "unknown currency 'usd'"),
    ([("exchange_rates[0].from", "XYZ")], "exchange_rates[0].from", "unknown currency"),
    ([("exchange_rates[0].to", "GBP")], "exchange_rates[0].to", "name another"),
    ([(f"{B}.country", "Narnia")], f"{B}.country", "two letters of ISO 3166-1"),
    ([(f"{B}.region", "Was")], f"{B}.region", "no state or region of the United States"),
    ([(f"{B}.country", GONE), (f"{B}.region", "Victoria")], f"{B}.region", "could be Victoria"),
    ([(f"{S}[1].when", {"regions": ["TX", "Was"]})], f"{S}[1].when.regions[1]", "'Was' is no"),
    ([(f"{S}[1].when", {"regions": ["US-WA"]})], f"{S}[1].when.regions[0]", "write WA here"),
    (
        [(f"{S}[1].when", {"regions": ["WA", "Washington"]})],
        f"{S}[1].when.regions[1]",
        "is named twice",
    ),
    (
        [(f"{S}[1].when", {"countries": ["CA", "Germany"], "regions": ["QC", "Bayern", "TX"]})],
        f"{S}[1].when.regions[2]",
        "'TX' is no state or region of Canada or Germany",
    ),
    ([(f"{S}[1].when", {"countries": ["UK", "Narnia"]})], f"{S}[1].when.countries[1]", "Narnia"),
    ([(f"{R0}.countries", ["Narnia"])], f"{R0}.countries[0]", "two letters of ISO 3166-1"),
    ([(f"{B}.email", "seattle")], f"{B}.email", "not an e-mail address"),
    ([(f"{B}.ein", "1234")], f"{B}.ein", "write it like 91-1234567"),
    ([("publisher.website", "javascript:x")], "publisher.website", "https://example.org"),
    ([("publisher.pays_within", "90")], "publisher.pays_within", "not a whole number"),
    ([("publisher.pays_within", 367)], "publisher.pays_within", "from 0 to 366"),
    # ISBNs and identifiers
    ([(f"{E}.isbn", "9781442246929")], f"{E}.isbn", "check digit should be 8"),
    ([(f"{E}.isbn", "1442246924")], f"{E}.isbn", "check digit should be 8"),
    ([(f"{E}.isbn", "080442957Y")], f"{E}.isbn", "check digit should be X"),
    ([(f"{E}.isbn", "4006381333931")], f"{E}.isbn", "begin with 978 or 979"),
    ([(f"{E}.isbn", "97814422")], f"{E}.isbn", "write its 13 (or 10) digits"),
    ([("titles[1]", {"key": "b", "title": "B", "editions": [
        {"isbn": "1-4422-4692-8", "format": "ebook"}]})],
     "titles[1].editions[0].isbn", 'already edition 9781442246928 of title "collab"'),
    ([("titles[1]", {"key": "b", "title": "B", "editions": [
        {"isbn": "9781442246935", "format": "ebook", "identifiers": {"bn": "b0xmpl6928"}}]})],
     "titles[1].editions[0].identifiers.bn", "already names edition 9781442246928"),
    # Twice
    ([("retailers[1]", {"key": "Amazon", "name": "A", "channel": "online"})],
     "retailers[1].key", "this key stands already at retailers[0]"),
    ([("income[1]", INCOME)], "income[1]", "same income as income[0]: put them apart by note"),
    ([("exchange_rates[1]", EXAMPLE["exchange_rates"][0])], "exchange_rates[1]",
     "same period, from, to as exchange_rates[0]"),
    ([(f"{E}.prices[1]", {"currency": "USD", "amount": "1", "from": "2015-07-01"})],
     f"{E}.prices[1].from", f"first day of {E}.prices[0]"),
    ([(f"{C}.titles", ["collab", "collab"])], f"{C}.titles[1]", "named twice"),
    ([(f"{R0}.channels", ["online", "online"])], f"{R0}.channels[1]", "named twice"),
    ([(f"{C}.rules[2]", rule(name="Hardcover"))], f"{C}.rules[2].name", "its own name"),
    ([(f"{B}.tax_rate", [{"from": "2025-01-01", "rate": "0"}] * 2)],
     f"{B}.tax_rate[1].from", "same day"),
    # Rules
    ([(f"{R1}.rate", GONE)], R1, "exactly one of rate, tiers: it has none"),
    ([(f"{R1}.tiers", [{"rate": "0.1"}])], R1, "it has rate and tiers"),
    ([(f"{R0}.tiers[1].up_to", 5000)], f"{R0}.tiers[1].up_to", "above the limit before it, 5000"),
    ([(f"{R0}.tiers[0].up_to", 0)], f"{R0}.tiers[0].up_to", "must be above 0"),
    ([(f"{R0}.tiers[1].up_to", GONE)], f"{R0}.tiers[1].up_to", "only the last tier"),
    ([(f"{R0}.tiers[2].up_to", 20000)], f"{R0}.tiers[2].up_to", "without a limit: leave it out"),
    ([(f"{R0}.tiers[0].up_to", "10.5")], f"{R0}.tiers[0].up_to", "no number of copies"),
    ([(f"{R0}.counter.opening", "0.5")], f"{R0}.counter.opening", "no number of copies"),
    ([(f"{R0}.tiers_by", "net"), (f"{R0}.tiers", [{"up_to": 100, "rate": "0"}, {"rate": "1"}]),
      (f"{R0}.counter", {})], f"{R0}.tiers[0].up_to", 'write it as a string, "100"'),
    ([(f"{R0}.tiers_by", "net"), (f"{R0}.tiers", [{"rate": "0"}])],
     f"{R0}.counter.opening", 'write it as a string, "4200"'),
    ([(f"{R0}.tiers_by", "net"), (f"{R0}.counter", {}),
      (f"{R0}.tiers", [{"up_to": "0.001", "rate": "0"}, {"rate": "1"}])],
     f"{R0}.tiers[0].up_to", "more than the 2 digits that USD has"),
    ([(f"{C}.rules[2]", rule(counter={"name": "hardcover", "opening": 4200, "resets": "year"}))],
     f"{C}.rules[2].counter.resets", f'agree: "hardcover" has never at {R0}'),
    ([(f"{C}.rules[2]", rule(name="hardcover"))],
     f"{C}.rules[2].counter.opening", f'agree: "hardcover" has 4200 at {R0}'),
    ([(f"{C}.rules[2]", rule(counter={"name": "Everything else"}, tiers_by="net"))],
     f"{C}.rules[2].tiers_by", "has units at"),
    ([(f"{R0}.discount", {})], f"{R0}.discount", "has no limit"),
    ([(f"{R0}.discount", {"from": "0.1", "above": "0.2"})], f"{R0}.discount.above", "beside from"),
    ([(f"{R0}.discount", {"below": "0.1", "up_to": "0.2"})], f"{R0}.discount.up_to", "beside"),
    ([(f"{R0}.discount", {"from": "0.5", "up_to": "0.4"})], f"{R0}.discount", "matches nothing"),
    ([(f"{R0}.discount", {"above": "0.5", "up_to": "0.5"})], f"{R0}.discount", "matches nothing"),
    # The rest of a contract
    ([(f"{C}.advances[0].recouped", "5000.01")], f"{C}.advances[0].recouped", "amount 5000.00"),
    ([(f"{C}.advances[0].amount", "5000.001")], f"{C}.advances[0].amount", "2 digits that USD"),
    ([(f"{C}.advances[0].recouped", "0.001")], f"{C}.advances[0].recouped", "2 digits that USD"),
    ([(f"{C}.opening_balance", "-0.001")], f"{C}.opening_balance", "2 digits that USD has"),
    ([("income[0].amount", "0.001")], "income[0].amount", "2 digits that USD has"),
    ([(f"{B}.minimum_payment", "0.001")], f"{B}.minimum_payment", "2 digits that USD has"),
    ([(f"{B}.opening_balance", "0.001")], f"{B}.opening_balance", "2 digits that USD has"),
    # References
    ([(f"{C}.titles[0]", "colab")], f"{C}.titles[0]", 'title "colab": did you mean "collab"?'),
    ([(f"{C}.plan", "none")], f"{C}.plan", "unknown plan"),
    ([(f"{R0}.retailers", ["apple"])], f"{R0}.retailers[0]", 'unknown retailer "apple"'),
    ([(f"{S}[1].when.retailers", ["apple"])], f"{S}[1].when.retailers[0]", "unknown retailer"),
    ([(f"{S}[2].to[1].beneficiary", "x")], f"{S}[2].to[1].beneficiary", "unknown beneficiary"),
    ([(f"{S}[2].to[1]", {"steps": [{"remainder": True, "to": [{"beneficiary": "x"}]}]})],
     f"{S}[2].to[1].steps[0].to[0].beneficiary", "unknown beneficiary"),
    ([("income[0].contract", "foot-2051")], "income[0].contract", 'did you mean "foot-2015"'),
    ([("income[0].right", "film")], "income[0].right", 'unknown right "film": add the right'),
    ([(f"{M}.retailer", "apple")], f"{M}.retailer", "unknown retailer"),
    ([("publisher", GONE)], "publisher", "is missing: the books need one"),
    # Plans
    ([(f"{S}[2]", {"share": "0.5", "to": [SEATTLE]})], S, 'end with a step {"remainder": true'),
    ([(f"{S}[2].when", {"regions": ["WA"]})], f"{S}[2].when", "whatever is left: leave it out"),
    ([(f"{S}[2].from", "2020-01-01")], f"{S}[2].from", "leave it out"),
    ([(f"{S}[2].until", "2020-01-01")], f"{S}[2].until", "leave it out"),
    ([(f"{S}[0].fixed", GONE)], f"{S}[0]", "exactly one of fixed, share, per_unit, remainder"),
    ([(f"{S}[0].share", "0.1")], f"{S}[0]", "it has fixed and share"),
    ([(f"{S}[2].to[1].beneficiary", GONE)], f"{S}[2].to[1]", "exactly one of beneficiary, steps"),
    ([(f"{S}[2].to[1].steps", [REST])], f"{S}[2].to[1]", "it has beneficiary and steps"),
    ([("plans[0].versions[1]", version(
        {"share": "0.6", "to": [SEATTLE]}, {"share": "0.41", "to": [SEATTLE]}, REST))],
     "plans[0].versions[1].steps[1].share", "shares above 1"),
    ([(f"{S}[2].to[1]", {"steps": [
        {"share": "1", "to": [SEATTLE]}, {"share": "0.01", "to": [SEATTLE]}]})],
     f"{S}[2].to[1].steps[1].share", "shares above 1"),
    ([(f"{S}[0].to[0].weight", "0.0")], f"{S}[0].to[0].weight", "give somebody a weight"),
    ([(f"{S}[1].from", "2025-01-02"), (f"{S}[1].until", "2025-01-01")],
     f"{S}[1].until", "is before from, 2025-01-02"),
    ([(f"{S}[1].when", {})], f"{S}[1].when", "has no condition"),
    ([("plans[0].versions[1]", version(REST, start="2015-01-01"))],
     "plans[0].versions[1].from", "overlaps plans[0].versions[0]"),
    ([(f"{S}[0].cap.name", "x"), (f"{S}[2].to[0].cap", CAP | {"name": "x"})],
     f"{S}[2].to[0].cap.name", f"already at {S}[0].cap"),
    ([(f"{S}[0].fixed", "500.001")], f"{S}[0].fixed", "USD has: shorten it (contract"),
    ([(f"{S}[2].to[0].cap", CAP | {"amount": "0.001"})],
     f"{S}[2].to[0].cap.amount", "2 digits that USD has"),
    # Mapped reports
    ([(f"{M}.columns.isbn", GONE)], f"{M}.columns.isbn", "is missing"),
    ([(f"{M}.columns.units", GONE)], f"{M}.columns.units", "is missing"),
    ([(f"{M}.columns.net", GONE)], f"{M}.columns", "must name net receipts, of the row or of a copy, or"),
    ([(f"{M}.columns.net", GONE), (f"{M}.columns.discount", "%")], f"{M}.columns", "both"),
    ([(f"{M}.retailer", None)], f"{M}.retailer", "or a retailer column"),
    ([(f"{M}.returns", "red")], f"{M}.returns", "negative, positive-by-kind, own-column"),
    ([(f"{M}.returns", "own-column")], f"{M}.columns.returned_units", "is missing"),
    ([(f"{M}.returns", "positive-by-kind")], f"{M}.columns.kind", "is missing"),
    ([(f"{M}.date_order", "ydm")], f"{M}.date_order", "ymd, dmy, mdy"),
    ([(f"{M}.decimal", ";")], f"{M}.decimal", "is not one of ., ,"),
    ([(f"{M}.columns.net", "Units")], f"{M}.columns.net", "'Units' is the column of units already"),
    ([(f"{M}.header_row", 0)], f"{M}.header_row", "from 1 up"),
    ([(f"{M}.rows_are", "pages")], f"{M}.rows_are", "lines, one-each, money"),
    ([(f"{M}.rows_are", "one-each")], f"{M}.columns.units", "each row is one copy"),
    ([(f"{M}.rows_are", "money"), (f"{M}.columns.net", GONE)], f"{M}.columns.net", "is missing"),
    ([(f"{M}.rows_are", "money"), (f"{M}.kind", "sale")], f"{M}.kind", "usage where rows are"),
    ([(f"{M}.rows_are", "money"), (f"{M}.returns", "own-column"),
      (f"{M}.columns.returned_units", "Back")], f"{M}.returns", "so many copies"),
    ([(f"{M}.kind", "none")], f"{M}.kind", "sale, return, free, usage"),
    ([(f"{M}.only", {"Verified": []})], f"{M}.only.Verified", "is empty"),
    ([(f"{M}.leave_out", {"Status": "Pending"})], f"{M}.leave_out.Status", "list"),
    ([(f"{M}.ends_at", 3)], f"{M}.ends_at", "3"),
    ([(f"{M}.percent", ["discount"])], f"{M}.percent", "no column of this report"),
    ([(f"{M}.percent", ["net"])], f"{M}.percent[0]", "is not one of discount"),
    ([(f"{M}.period", "May")], f"{M}.period", "is not a period"),
    ([(f"{M}.answers", {"week": "1"})], f"{M}.answers.week", "is not one of"),
]
# fmt: on


@pytest.mark.parametrize(
    ("changes", "path", "message"), FAULTS, ids=[f"{n}-{f[1]}" for n, f in enumerate(FAULTS)]
)
def test_a_fault_is_named_with_its_path_and_what_to_do(
    changes: list[tuple[str, Any]], path: str, message: str
) -> None:
    found = faults_of(changed(*changes))
    assert [fault.path for fault in found] == [path], [str(fault) for fault in found]
    assert message in found[0].message


RIGHT: list[list[tuple[str, Any]]] = [
    [],
    [("$schema", "royalties.schema.json")],
    [(f"{R1}.basis", "unit"), (f"{R1}.rate", "1.505")],
    [(f"{R0}.discount", {"from": "0.5", "up_to": "0.5"})],
    [(f"{R0}.tiers[0].up_to", "5000"), (f"{R0}.counter.opening", -3)],
    [(f"{C}.rules[2]", rule(counter={"name": "hardcover", "opening": "4200"}))],
    [(f"{R0}.discount", None), (f"{C}.reserve", None), ("exchange_rates", None)],
    [(f"{C}.rules", [])],
    [(f"{C}.opening_balance", "-12.50"), (f"{C}.reserve.rate", ["0.5", "0.25"])],
    [(f"{S}[2].cap", CAP), (f"{S}[2].to[0].weight", "0.25"), (f"{S}[2].to[1].weight", 0)],
    [(f"{S}[0]", {"per_unit": "1.005", "to": [SEATTLE]})],
    [(f"{S}[0]", {"share": "0.6", "until": "2025-12-31", "to": [SEATTLE]}),
     (f"{S}[1]", {"share": "0.6", "to": [SEATTLE]})],
    [(f"{S}[2].to[1]", {"steps": [{"share": "1", "to": [SEATTLE]}]})],
    [("income[1]", INCOME | {"note": "Korea", "amount": "-20.00"})],
    [("income[1]", INCOME | {"note": "JAPAN"})],
    [("publisher.currency", "JPY"), (f"{B}.minimum_payment", "25.00")],
    [(f"{M}.columns.net", GONE), (f"{M}.columns.list_price", "P"), (f"{M}.columns.discount", "D")],
    [(f"{M}.retailer", None), (f"{M}.columns.retailer", "Shop")],
]  # fmt: skip


@pytest.mark.parametrize("changes", RIGHT)
def test_valid_values_are_accepted(changes: list[tuple[str, Any]]) -> None:
    assert faults_of(changed(*changes)) == []


@pytest.mark.thorough("combinations", but_one_in=6)
@pytest.mark.parametrize(
    ("changes", "path", "message"), FAULTS, ids=[f"{n}-{f[1]}" for n, f in enumerate(FAULTS)]
)
def test_faults_of_different_entries_are_all_reported(
    changes: list[tuple[str, Any]], path: str, message: str
) -> None:
    """Also one that is only seen beside other entries: nobody mends a file twice."""
    data = changed(*changes)
    lost = {**rule_of_its_own(), "key": "stray", "titles": ["collab"], "plan": "nowhere"}
    places = {"contracts": len(data["contracts"]), "reports": len(data["reports"])}
    data["contracts"].append(lost)
    data["reports"].append({**EXAMPLE["reports"][0], "key": "stray", "retailer": "nobody"})
    found = faults_of(data)
    assert path in [fault.path for fault in found]
    assert any(message in fault.message for fault in found)
    told = {fault.path for fault in found} - {path}
    # Under a key that cannot be, an entry may be any that is missed.
    assert told == {
        f"contracts[{places['contracts']}].plan",
        *([] if path == "retailers[0].key" else [f"reports[{places['reports']}].retailer"]),
    }


def test_faults_of_one_entry_are_all_reported() -> None:
    data = changed(
        (f"{C}.plan", "nowhere"),
        (f"{C}.starts", "soon"),
        (f"{C}.advances", [{"paid_on": "2020-01-01", "amount": "1.005"}]),
        (f"{S}[1].share", "2"),
        (f"{S}[0].to[0].beneficiary", "nobody"),
        ("titles[0].published", "long ago"),
    )
    assert [fault.path for fault in faults_of(data)] == [
        "titles[0].published",
        f"{C}.plan",
        f"{C}.starts",
        f"{C}.advances[0].amount",
        f"{S}[0].to[0].beneficiary",
        f"{S}[1].share",
    ]


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ([("$schema", "x"), ("plans", GONE), (f"{B}.country", "Narnia")], [f"{C}.plan"]),
        (
            [
                ("retailers[1]", {"key": "Amazon", "name": "A", "channel": "online"}),
                ("reports[0].retailer", "nobody"),
            ],
            ["retailers[1].key", "reports[0].retailer"],
        ),
        (
            [
                (
                    "titles[1]",
                    {
                        "key": "b",
                        "title": 7,
                        "editions": [{"isbn": "1-4422-4692-8", "format": "ebook"}],
                    },
                )
            ],
            ["titles[1].title", "titles[1].editions[0].isbn"],
        ),
        ([("income[0].amount", 5), ("income[0].contract", "x")], ["income[0].contract"]),
        ([("income[0].amount", 5), ("income[0].right", "x")], ["income[0].right"]),
        ([("income[0].amount", 5), ("income[0].period", "2024-H2")], ["income[0].period"]),
    ],
)
def test_entries_with_faults_take_part_in_cross_checks(
    changes: list[tuple[str, Any]], paths: list[str]
) -> None:
    assert set(paths) <= {fault.path for fault in faults_of(changed(*changes))}


def test_duplicate_title_is_reported_once() -> None:
    data = changed(("titles[1]", EXAMPLE["titles"][0]))
    assert [fault.path for fault in faults_of(data)] == ["titles[1].key"]


def test_faulty_publisher_causes_no_further_faults() -> None:
    """Not even beside the one in the books: its calendar may be the new one's."""
    publisher = {**EXAMPLE["publisher"], "calendar": "quarterly", "first_period": "2025-Q1"}
    rate = {**EXAMPLE["exchange_rates"][0], "period": "2025-Q1"}
    data = {"publisher": {**publisher, "email": "nobody"}, "exchange_rates": [rate]}
    with pytest.raises(SetupError) as caught:
        parse_setup(data, "new.json")
    assert [fault.path for fault in caught.value.faults] == ["publisher.email"]
    rest = caught.value.right
    assert rest is not None
    assert (
        check(rest, {**OLD, "income": {}, "exchange_rates": rest.entries["exchange_rates"]}) == []
    )


def rule_of_its_own() -> dict[str, Any]:
    return {
        "author": "A. N. Other",
        "currency": "USD",
        "starts": "2020-01-01",
        "rules": [rule(name="Its own")],
    }


def test_all_faults_are_reported_in_the_order_of_the_file() -> None:
    data = changed(
        (f"{S}[2]", {"share": "2", "to": []}),
        (f"{R1}.basis", "gross"),
        (f"{R0}.tiers[1].up_to", 10),
        (f"{C}.rules[2]", rule(name="Hardcover", rate=None)),
        ("publisher.calendar", "weekly"),
        ("retailers[1]", EXAMPLE["retailers"][0]),
    )
    with pytest.raises(SetupError) as caught:
        parse_setup(data, "house.json")
    assert [fault.path for fault in caught.value.faults] == [
        "publisher.calendar",
        "retailers[1].key",
        "contracts[0].rules[0].tiers[1].up_to",
        "contracts[0].rules[1].basis",
        "contracts[0].rules[2]",
        "contracts[0].rules[2].name",
        "plans[0].versions[0].steps",
        "plans[0].versions[0].steps[2].share",
        "plans[0].versions[0].steps[2].to",
    ]
    lines = str(caught.value).splitlines()
    assert lines[0] == "house.json: 9 faults"
    assert lines[4] == "contracts[0].rules[1].basis: 'gross' is not one of list, net, unit, profit"


@pytest.mark.parametrize("data", [None, [], "x", 1])
def test_setup_that_is_not_an_object_is_refused(data: object) -> None:
    with pytest.raises(SetupError, match="file: must hold one object"):
        parse_setup(data, "setup.json")


def test_deeply_nested_setup_is_refused() -> None:
    data: dict[str, Any] = {}
    data["plans"] = [data]
    with pytest.raises(SetupError, match="nested more than 64 deep"):
        parse_setup(data, "setup.json")


def test_number_of_reported_faults_is_limited() -> None:
    with pytest.raises(SetupError) as caught:
        parse_setup({"titles": [{}] * 5000}, "setup.json")
    assert caught.value.faults[0] == SetupFault(
        "file", "has 9000 more faults: mend the others first"
    )
    assert len(caught.value.faults) == 1001


# What a file does to what stands in the books

OLD = parse_setup(EXAMPLE, "old.json").entries
PUBLISHER = EXAMPLE["publisher"]
CONTRACT = EXAMPLE["contracts"][0]

AGAINST_THE_BOOKS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"publisher": PUBLISHER | {"calendar": "yearly", "first_period": "2025"}},
        "publisher.calendar",
        "does not fit what stands in the books: exchange rate 2025-H1|GBP|USD.period",
    ),
    (
        {"publisher": PUBLISHER | {"first_period": "2025-H2"}},
        "publisher.first_period",
        "2025-H1 is before the first period, 2025-H2",
    ),
    (
        {"contracts": [CONTRACT | {"subsidiary_rights": {"audio": "0.5"}}]},
        "contracts[0].subsidiary_rights",
        'unknown right "translation"',
    ),
    (
        {
            "plans": [
                EXAMPLE["plans"][0]
                | {"versions": [version({"fixed": "0.001", "to": [SEATTLE]}, REST)]}
            ]
        },
        "plans[0].versions[0].steps[0].fixed",
        '(contract "foot-2015")',
    ),
    (
        {"retailers": [{"key": "AMAZON", "name": "A", "channel": "online"}]},
        "retailers[0].key",
        'differs from "amazon" in the books only by capital letters',
    ),
    (
        {"titles": [{"key": "new", "title": "N", "editions": EXAMPLE["titles"][0]["editions"]}]},
        "titles[0].editions[0].isbn",
        'is already edition 9781442246928 of title "collab"',
    ),
]


@pytest.mark.parametrize(("data", "path", "message"), AGAINST_THE_BOOKS)
def test_conflict_with_the_books_is_reported_at_its_place_in_the_file(
    data: dict[str, Any], path: str, message: str
) -> None:
    document = parse_setup(data, "new.json")
    merged = {kind: OLD[kind] | document.entries[kind] for kind in OLD}
    found = check(document, merged)
    assert path in [fault.path for fault in found]
    assert any(message in fault.message for fault in found if fault.path == path)


def test_contract_in_a_currency_its_plan_cannot_pay_is_refused() -> None:
    plan = {"key": "cities", "versions": [version({"fixed": "0.50", "to": [SEATTLE]}, REST)]}
    old = parse_setup(changed(("plans[0]", plan), ("income", [])), "old.json").entries
    new = parse_setup({"contracts": [CONTRACT | {"key": "jp", "currency": "JPY"}]}, "new.json")
    found = check(new, {kind: old[kind] | new.entries[kind] for kind in old})
    assert [fault.path for fault in found] == ["contracts[0].plan"]
    assert "plan cities.versions[0].steps[0].fixed" in found[0].message


def test_partial_setup_file_is_checked_against_the_books() -> None:
    new = parse_setup({"income": [INCOME | {"note": "Korea"}]}, "new.json")
    assert check(new, {kind: OLD[kind] | new.entries[kind] for kind in OLD}) == []
    assert [fault.path for fault in check(new, new.entries)] == ["publisher", "income[0].contract"]


def test_faults_a_file_did_not_cause_are_not_reported() -> None:
    old = OLD | {"beneficiaries": {"b": {"key": "b", "name": "B", "minimum_payment": "0.001"}}}
    new = parse_setup({"retailers": [{"key": "bn", "name": "B", "channel": "other"}]}, "new.json")
    assert check(new, old | {"retailers": OLD["retailers"] | new.entries["retailers"]}) == []
