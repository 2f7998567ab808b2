"""Setup files as they come: read safely, made plain, and turned into domain values."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from royalties.domain.terms.beneficiaries import Beneficiary, Publisher, WithholdingRate
from royalties.domain.terms.catalogue import Channel, Edition, Format, Price, Retailer, Title
from royalties.domain.terms.contracts import (
    Advance,
    Basis,
    Contract,
    Counter,
    DiscountRange,
    ExchangeRate,
    Income,
    Reserve,
    Rule,
    Tier,
)
from royalties.domain.terms.plans import Cap, CapPer, Member, Plan, PlanVersion, Step, Takes, When
from royalties.ingest import setup
from royalties.ingest.setup import Document, SetupError, parse_setup, read_setup
from royalties.ingest.setup import files as setup_files

FILES = Path(__file__).parent / "setup_files"
INTERFACE = FILES / "interface.json"
EXAMPLE: dict[str, Any] = json.loads(INTERFACE.read_text(encoding="utf-8"))
CASES: dict[str, dict[str, Any]] = json.loads((FILES / "cases.json").read_text(encoding="utf-8"))
DOCUMENT = parse_setup(EXAMPLE, "interface.json")


def body(kind: str, key: str) -> dict[str, Any]:
    """A body as it comes back from a database."""
    found: dict[str, Any] = json.loads(json.dumps(DOCUMENT.entries[kind][key], sort_keys=True))
    return found


def written(document: Document) -> dict[str, Any]:
    """A setup file that holds a document's bodies."""
    parts: dict[str, Any] = {kind: list(e.values()) for kind, e in document.entries.items() if e}
    if "publisher" in parts:
        parts["publisher"] = parts["publisher"][0]
    return parts


# Domain values of the example of the interface, field by field


def test_publisher_is_read() -> None:
    assert setup.publisher_of(body("publisher", "publisher")) == Publisher(
        "Example House", "USD", "half-yearly", "2025-H1"
    )


def test_title_is_read() -> None:
    price = Price("USD", 80_000_000, date(2015, 7, 1))
    assert setup.title_of(body("titles", "collab")) == Title(
        key="collab",
        title="Collaborating",
        authors=("Kirsten Foot",),
        published=date(2015, 7, 1),
        royalties=True,
        editions=(
            Edition(
                "9781442246928",
                Format.HARDCOVER,
                (price,),
                Fraction("9.1"),
                (("asin", "B0XMPL6928"),),
            ),
        ),
    )


def test_retailer_is_read() -> None:
    assert setup.retailer_of(body("retailers", "amazon")) == Retailer(
        "amazon", "Amazon", Channel.ONLINE
    )


def test_contract_is_read() -> None:
    hardcover = Rule(
        name="Hardcover",
        basis=Basis.LIST,
        tiers=(
            Tier(Fraction("0.10"), Fraction(5000)),
            Tier(Fraction("0.125"), Fraction(10000)),
            Tier(Fraction("0.15")),
        ),
        counter=Counter("hardcover", opening=Fraction(4200)),
        formats=frozenset({"hardcover"}),
        channels=frozenset({"online", "bookstore"}),
        discount=DiscountRange(below=Fraction("0.55")),
    )
    rest = Rule("Everything else", Basis.NET, (Tier(Fraction("0.10")),), Counter("Everything else"))
    assert setup.contract_of(body("contracts", "foot-2015")) == Contract(
        key="foot-2015",
        titles=("collab",),
        currency="USD",
        starts=date(2015, 1, 1),
        rules=(hardcover, rest),
        plan="cities",
        author="Kirsten Foot",
        rights=(("audio", Fraction(1, 2)), ("translation", Fraction(3, 4))),
        reserve=Reserve((Fraction(1, 5),), False, 2, frozenset({"hardcover", "paperback"})),
        advances=(Advance(500_000, date(2014, 5, 1)),),
    )


def test_beneficiary_is_read() -> None:
    assert setup.beneficiary_of(body("beneficiaries", "seattle"), "USD") == Beneficiary(
        key="seattle",
        name="Seattle partners",
        country="US",
        region="WA",
        city="Seattle",
        email="seattle@example.org",
        ein="91-1234567",
        minimum_payment=Fraction(25),
    )


def test_beneficiary_with_dated_tax_rates_and_a_balance_is_read() -> None:
    entry = {
        "key": "b",
        "name": "B",
        "address": ["1 Main St", "Oslo"],
        "tax_rate": [{"from": "2025-07-01", "rate": "0.24"}, {"from": "2025-01-01", "rate": "0.3"}],
        "opening_balance": "12.50",
        "on_hold": True,
        "private": True,
    }
    found = parse_setup({"beneficiaries": [entry]}, "x").entries["beneficiaries"]["b"]
    assert setup.beneficiary_of(found, "USD") == Beneficiary(
        key="b",
        name="B",
        address=("1 Main St", "Oslo"),
        tax_rates=(
            WithholdingRate(date(2025, 1, 1), Fraction("0.3")),
            WithholdingRate(date(2025, 7, 1), Fraction("0.24")),
        ),
        on_hold=True,
        private=True,
        opening_balance=1250,
    )
    one = parse_setup({"beneficiaries": [entry | {"tax_rate": "0.3"}]}, "x")
    taxed = setup.beneficiary_of(one.entries["beneficiaries"]["b"], "USD")
    assert taxed.tax_rate_on(date(1999, 1, 1)) == Fraction("0.3")


def test_plan_is_read() -> None:
    seattle, houston = Member(beneficiary="seattle"), Member(Fraction(2), "houston")
    assert setup.plan_of(body("plans", "cities")) == Plan(
        "cities",
        (
            PlanVersion(
                date(2015, 1, 1),
                (
                    Step(
                        Takes.FIXED,
                        Fraction(500),
                        (seattle,),
                        cap=Cap(Fraction(2000), CapPer.LIFETIME),
                    ),
                    Step(
                        Takes.SHARE,
                        Fraction("0.3"),
                        (seattle,),
                        when=When(regions=frozenset({"WA"})),
                    ),
                    Step(Takes.REMAINDER, None, (seattle, houston)),
                ),
            ),
        ),
    )


def test_plan_versions_come_in_order() -> None:
    steps = [{"remainder": True, "to": [{"beneficiary": "a"}]}]
    versions = [{"from": "2026-01-01", "steps": steps}, {"from": "2025-01-01", "steps": steps}]
    found = parse_setup({"plans": [{"key": "p", "versions": versions}]}, "x")
    plan = setup.plan_of(found.entries["plans"]["p"])
    assert [version.starts.year for version in plan.versions] == [2025, 2026]


def test_exchange_rate_and_income_are_read() -> None:
    assert setup.exchange_rate_of(body("exchange_rates", "2025-H1|GBP|USD")) == ExchangeRate(
        "2025-H1", "GBP", "USD", Fraction("1.2712")
    )
    income = body("income", "2025-H1|foot-2015|translation|Japan")
    assert setup.income_of(income, "USD") == Income(
        "foot-2015", "2025-H1", "translation", 100_000, "Japan"
    )


def test_mapping_has_every_key() -> None:
    absent: dict[str, Any] = {
        "kinds": {},
        "kind": None,
        "rows_are": "lines",
        "only": {},
        "leave_out": {},
        "ends_at": None,
        "percent": [],
        "period": None,
        "answers": {},
        "name": None,
        "ended": False,
        "unread": [],
    }
    assert setup.mapping_of(body("reports", "river")) == EXAMPLE["reports"][0] | absent
    least = {"key": "r", "retailer": "a", "columns": {"isbn": "I", "units": "U", "net": "N"}}
    found = parse_setup({"reports": [least]}, "x").entries["reports"]["r"]
    assert found == least
    assert setup.mapping_of(found) == least | absent | {
        "sheet": None,
        "header_row": None,
        "date_order": "ymd",
        "decimal": ".",
        "returns": "negative",
        "currency": None,
        "skip": [],
    }


def test_words_of_a_mapped_kind_column_are_read() -> None:
    told = {"KENP Read": "usage", "Audition": "none"}
    columns = {"isbn": "I", "units": "U", "net": "N", "kind": "K"}
    report = {"key": "r", "retailer": "a", "columns": columns, "kinds": told}
    found = parse_setup({"reports": [report]}, "x").entries["reports"]["r"]
    assert setup.mapping_of(found)["kinds"] == told


@pytest.mark.parametrize("word", ["pages", "", "Usage "])
def test_kind_that_is_none_is_refused(word: str) -> None:
    columns = {"isbn": "I", "units": "U", "net": "N", "kind": "K"}
    report = {"key": "r", "retailer": "a", "columns": columns, "kinds": {"KENP Read": word}}
    with pytest.raises(SetupError, match=r"reports\[0\]\.kinds"):
        parse_setup({"reports": [report]}, "x")


def test_escalator_counting_amounts_is_read() -> None:
    rule = {
        "name": "R",
        "basis": "unit",
        "tiers_by": "net",
        "tiers": [{"up_to": "10.50", "rate": "1.505"}, {"rate": "2"}],
        "counter": {"resets": "year", "opening": "3.25"},
        "discount": {"above": "0.5", "up_to": "0.6"},
    }
    contract = EXAMPLE["contracts"][0] | {"rules": [rule]}
    found = setup.contract_of(
        parse_setup({"contracts": [contract]}, "x").entries["contracts"]["foot-2015"]
    ).rules[0]
    assert found.tiers == (Tier(Fraction("1.505"), Fraction("10.5")), Tier(Fraction(2)))
    assert (found.counts, found.counter.resets) == ("net", "year")
    assert (found.counter.name, found.counter.opening) == ("R", Fraction("3.25"))
    assert found.discount == DiscountRange(above=Fraction(1, 2), up_to=Fraction(3, 5))


# Bodies


def test_bodies_leave_defaults_out_and_keep_numbers_as_written() -> None:
    contract = DOCUMENT.entries["contracts"]["foot-2015"]
    assert "opening_balance" not in contract
    assert contract["advances"] == [{"amount": "5000.00", "paid_on": "2014-05-01"}]
    assert contract["rules"][0]["counter"] == {"name": "hardcover", "opening": 4200}
    assert DOCUMENT.entries["plans"]["cities"]["versions"][0]["steps"][2]["to"] == [
        {"beneficiary": "seattle"},
        {"beneficiary": "houston", "weight": 2},
    ]
    assert DOCUMENT.entries["titles"]["collab"] == {
        "key": "collab",
        "title": "Collaborating",
        "authors": ["Kirsten Foot"],
        "published": "2015-07-01",
        "editions": [
            {
                "isbn": "9781442246928",
                "format": "hardcover",
                "prices": [{"currency": "USD", "amount": "80.00", "from": "2015-07-01"}],
                "unit_cost": "9.10",
                "identifiers": {"asin": "B0XMPL6928"},
            }
        ],
    }


def test_fault_paths_point_to_the_entry() -> None:
    assert DOCUMENT.paths["publisher", "publisher"] == "publisher"
    assert DOCUMENT.paths["beneficiaries", "houston"] == "beneficiaries[1]"
    assert DOCUMENT.paths["exchange_rates", "2025-H1|GBP|USD"] == "exchange_rates[0]"
    assert set(DOCUMENT.paths) == {(k, key) for k, e in DOCUMENT.entries.items() for key in e}


def test_an_isbn_of_ten_digits_becomes_thirteen() -> None:
    titles = [
        {"key": isbn, "title": "T", "editions": [{"isbn": isbn, "format": "ebook"}]}
        for isbn in ("1-4422-4692-8", "978-1-4422-4692-8", "080442957X", "0-8044-2957-x")
    ]
    found = parse_setup({"titles": titles}, "x").entries["titles"].values()
    assert [title["editions"][0]["isbn"] for title in found] == [
        "9781442246928",
        "9781442246928",
        "9780804429573",
        "9780804429573",
    ]


@pytest.mark.parametrize("case", CASES)
def test_every_worked_example_loads(case: str) -> None:
    document = parse_setup(CASES[case], case)
    assert setup.check(document, document.entries) == []
    assert parse_setup(written(document), case).entries == document.entries
    for contract in document.entries["contracts"].values():
        setup.contract_of(contract)
    for plan in document.entries["plans"].values():
        setup.plan_of(plan)


NUMBER = st.decimals(0, 1, places=3).map(str)
CAP = st.fixed_dictionaries(
    {"amount": NUMBER, "per": st.sampled_from(["period", "year", "lifetime"])}
)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


def member(steps: st.SearchStrategy[list[dict[str, Any]]]) -> st.SearchStrategy[dict[str, Any]]:
    more = {"weight": st.integers(1, 9) | st.just("1") | st.just("1.50"), "cap": CAP}
    return st.fixed_dictionaries(
        {"beneficiary": st.sampled_from(["a", "b"])}, optional=more
    ) | st.fixed_dictionaries({"steps": steps}, optional=more)


def steps_of(members: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    to = st.lists(members, min_size=1, max_size=3)
    more = {
        "when": st.fixed_dictionaries({"regions": st.just(["WA"])}),
        "cap": CAP,
        "from": DAYS.map(str),
    }
    taking = (
        st.fixed_dictionaries({"fixed": NUMBER, "to": to}, optional=more)
        | st.fixed_dictionaries({"per_unit": NUMBER, "to": to}, optional=more)
        | st.fixed_dictionaries({"share": NUMBER, "when": more["when"], "to": to})
    )
    last = st.fixed_dictionaries({"remainder": st.just(True), "to": to}, optional={"cap": CAP})
    return st.builds(lambda some, end: [*some, end], st.lists(taking, max_size=2), last)


LEAF = st.fixed_dictionaries({"beneficiary": st.sampled_from(["a", "b"])})
STEPS = steps_of(member(steps_of(member(steps_of(LEAF)))))
PLANS = st.builds(
    lambda days, steps: {
        "key": "p",
        "versions": [
            {"from": str(day), "steps": listed} for day, listed in zip(days, steps, strict=False)
        ],
    },
    st.lists(DAYS, min_size=1, max_size=2, unique=True),
    st.lists(STEPS, min_size=1, max_size=2),
)


@given(PLANS)
def test_a_plan_read_twice_is_the_same(plan: dict[str, Any]) -> None:
    first = parse_setup({"plans": [plan]}, "x")
    again = parse_setup(json.loads(json.dumps(written(first), sort_keys=True)), "x")
    assert again == first
    once, twice = (setup.plan_of(d.entries["plans"]["p"]) for d in (first, again))
    assert once == twice
    assert len(once.versions) == len(plan["versions"])


# Files


def test_json_and_toml_give_the_same_setup() -> None:
    toml = read_setup(FILES / "interface.toml", "interface.toml")
    assert read_setup(INTERFACE, "interface.json") == toml


@pytest.mark.parametrize("twin", ["interface.json", "interface.toml"])
def test_file_without_extension_is_recognised_by_content(tmp_path: Path, twin: str) -> None:
    received = tmp_path / "received"
    received.write_bytes(b"\xef\xbb\xbf" + (FILES / twin).read_bytes())
    assert read_setup(received, "upload") == DOCUMENT


PUBLISHER = b'{"name": "A", "currency": "USD", "calendar": "yearly", "first_period": "2025"}'
UNREADABLE: list[tuple[str, bytes, str]] = [
    ("a.json", b"", "file: is empty"),
    ("a.toml", b" \n", "file: is empty"),
    ("a.json", b'{\n "publisher": {]}', "line 2, column 16: is not JSON: "),
    ("a.json", b"{,}", ": mend it there; 'royalties schema'"),
    ("a.csv", b"ISBN,Units\n1,2\n", "a retailer's report is taken by 'royalties import' (line 1"),
    ("a.xlsx", b"PK\x03\x04\xff", "is taken by 'royalties import'"),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "is taken by 'royalties import'"),
    ("setup", b"[a]\nb = = 1", "is no setup file: write one in JSON or TOML; "),
    ("a.json", b"{} {}", "line 1, column 4: is not JSON: Extra data"),
    ("a.json", b"[]", "file: must hold one object"),
    ("a.toml", b"a = 1\nb = = 2", "line 2, column 5: is not TOML: Invalid value"),
    ("a.toml", b"a = [", "end of file: is not TOML: "),
    ("a.toml", b"a = 1\na = 2\nb = 1", "line 2, column 6: is not TOML: Cannot overwrite a value"),
    ("a.toml", b"a = 2025-02-30", "is not TOML"),
    ("a.json", '{"a":\n "é'.encode() + b'\xff"}', "line 2, column 4: is not UTF-8 text"),
    ("a.json", '{"a": 1}'.encode("utf-16"), "line 1, column 1: is not UTF-8 text"),
    ("a.json", b'{"titles": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested"),
    ("a.json", b'{"titles": ' + b"[" * 70 + b"]" * 70 + b"}", "nested more than 64 deep"),
    ("a.toml", b"a = " + b"[" * 100_000 + b"]" * 100_000, "nested"),
    ("a.toml", b"a." * 1000 + b"a = 1", "dotted key"),
    (
        "a.json",
        b'{"titles": [{"key": "a", "key": "b", "title": "T"}]}',
        "titles[0].key: this key stands twice",
    ),
    (
        "a.json",
        b'{"exchange_rates": [{"period": "2025", "from": "GBP", "to": "USD", "rate": NaN}]}',
        "exchange_rates[0].rate: NaN is no number",
    ),
    (
        "a.toml",
        b'exchange_rates = [{period = "2025", from = "GBP", to = "USD", rate = 1.10}]',
        'exchange_rates[0].rate: 1.10 is a bare number: write it as a string, "1.10"',
    ),
    (
        "a.json",
        b'{"exchange_rates": [{"period": "2025", "from": "GBP", "to": "USD", "rate": '
        + b"9" * 5000
        + b"}]}",
        "exchange_rates[0].rate: 999",
    ),
]


@pytest.mark.parametrize(("name", "raw", "message"), UNREADABLE)
def test_a_file_that_cannot_be_read_says_why_and_where(
    tmp_path: Path, name: str, raw: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(SetupError) as caught:
        read_setup(path, name)
    assert str(caught.value).startswith(f"{name}: 1 fault\n")
    assert message in str(caught.value)


def test_missing_file_folder_and_large_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SetupError, match=r"file: cannot be read: No such file"):
        read_setup(tmp_path / "none.json", "none.json")
    with pytest.raises(SetupError, match=r"file: cannot be read: "):
        read_setup(tmp_path, "folder")
    monkeypatch.setattr(setup_files, "LARGEST", 100)
    with pytest.raises(SetupError, match="larger than 10 MB"):
        read_setup(INTERFACE, "interface.json")


# Schema

SCHEMA = setup.json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def test_schema_is_valid_and_describes_every_key() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")
    json.dumps(SCHEMA)
    price = SCHEMA["$defs"]["Price"]["properties"]
    assert "units of the currency" in price["amount"]["description"]
    assert "from" in price


def test_the_example_of_the_schema_loads() -> None:
    example = SCHEMA["examples"][0]
    VALIDATOR.validate(example)
    document = parse_setup(example, "example")
    assert setup.check(document, document.entries) == []


@pytest.mark.parametrize("case", ["interface", *CASES])
def test_schema_accepts_setups_that_load(case: str) -> None:
    VALIDATOR.validate(EXAMPLE if case == "interface" else CASES[case])


@pytest.mark.parametrize(
    ("contract", "path"),
    [
        ({"colour": "red"}, ["contracts", 0]),
        ({"opening_balance": 0}, ["contracts", 0, "opening_balance"]),
        ({"rules": [{"name": "R", "basis": "net"}]}, ["contracts", 0, "rules", 0]),
        ({"titles": []}, ["contracts", 0, "titles"]),
        ({"starts": "1.1.2015"}, ["contracts", 0, "starts"]),
    ],
)
def test_schema_refuses_setups_that_do_not_load(contract: dict[str, Any], path: list[Any]) -> None:
    data = {"contracts": [EXAMPLE["contracts"][0] | contract]}
    assert [list(error.absolute_path) for error in VALIDATOR.iter_errors(data)] == [path]
    with pytest.raises(SetupError):
        parse_setup(data, "x")
