"""A correction takes back what was paid, to the cent, whatever the rate of exchange is today."""

from royalties.services.statements.issuing import statement
from tests.builders.books import (
    HARDCOVER,
    Document,
    Office,
    a_beneficiary,
    a_contract,
    a_plan,
    a_row,
    a_setup,
    after,
    nothing,
    remainder,
)

RATES = {"2025-H1": "1.15", "2025-H2": "1.16", "2026-H1": "1.20"}


def a_house(office: Office, *rules: Document) -> None:
    """It sells in pounds and pays in dollars: a tenth of what it receives."""
    office.load(
        a_setup(
            contracts=[
                a_contract(
                    "foot-2015",
                    ["collab"],
                    rules=list(rules) or [{"name": "All", "basis": "net", "rate": "0.10"}],
                )
            ],
            beneficiaries=[a_beneficiary("seattle")],
            plans=[a_plan("cities", remainder("seattle"))],
            income=[],
            exchange_rates=[
                {"period": period, "from": "GBP", "to": "USD", "rate": rate}
                for period, rate in RATES.items()
            ],
        )
    )


def pounds(units: int, **columns: object) -> dict[str, str]:
    """Hardcovers sold at 50.00 pounds each."""
    values = {"currency": "GBP", "discount": None, "net": 50 * units, **columns}
    return a_row(units, list_price="100.00", **values)


def paid(office: Office) -> None:
    """Ten copies earned 57.50 dollars in the first half, which is closed; they were wrong."""
    nothing(office)
    a_house(office)
    office.bring_batch([pounds(10)], "wrong.csv")
    office.close("2025-H1")


def lines_of(document: Document) -> list[tuple[int, str, str]]:
    """Copies, rate of exchange, and earned of every earned line."""
    (contract,) = document["contracts"]
    return [(line["units"], line["exchange_rate"], line["earned"]) for line in contract["lines"]]


@after(paid)
def test_correction_reverses_what_was_paid(office: Office) -> None:
    """57.50 were paid: 58.00, which the open period's rate gives, are not taken back."""
    assert lines_of(office.run("2025-H1")) == [(10, "1.15", "57.50")]
    office.correct(1)
    drafted = office.run("2025-H2")
    assert lines_of(drafted) == [(-10, "1.15", "-57.50")]
    assert drafted["contracts"][0]["carried_forward"] == "-57.50"


@after(paid)
def test_late_sales_are_converted_at_the_open_periods_rate(office: Office) -> None:
    """The mended report is sales like any other: late, and known only now."""
    office.correct(1)
    office.bring_batch([pounds(10), pounds(2, date="2025-09-01")], "mended.csv")
    assert lines_of(office.run("2025-H2")) == [
        (-10, "1.15", "-57.50"),
        (12, "1.16", "69.60"),
    ]


@after(paid)
def test_correction_uses_the_run_that_counted_each_line(office: Office) -> None:
    """A report of three halves, one of them late, is corrected in the third."""
    rows = [
        pounds(4, date="2025-03-01"),
        pounds(6, date="2025-08-01"),
        pounds(1, date="2026-02-01"),
    ]
    office.bring_batch(rows, "three-halves.csv")
    office.close("2025-H2")
    assert lines_of(office.run("2025-H2")) == [(10, "1.16", "58.00")]
    office.correct(1)
    office.correct(2)
    assert lines_of(office.run("2026-H1")) == [
        (-10, "1.15", "-57.50"),
        (-10, "1.16", "-58.00"),
        (0, "1.2", "0.00"),
    ]


@after(paid)
def test_undone_correction_leaves_the_run_unchanged(office: Office) -> None:
    before = office.run("2025-H2")
    office.undo(office.correct(1).batch)
    assert office.run("2025-H2") == before


@after(paid)
def test_closed_correction_verifies_and_is_explained(office: Office) -> None:
    """Statement, explanation and proof know which sales were turned at which rate."""
    office.correct(1)
    office.bring_batch([pounds(20, date="2025-09-01")], "autumn.csv")
    office.close("2025-H2")
    assert office.faults() == {}
    explained = {
        figure: [
            (sale["file"], sale["units"])
            for sale in office.explain("2025-H2-001", f"foot-2015/{figure}").sales
        ]
        for figure in ("1", "2")
    }
    assert explained == {"1": [("wrong.csv", -10)], "2": [("autumn.csv", 20)]}
    with office.work(read_only=True) as work:
        (account,) = statement(work, "2025-H2-001").contracts
    assert [(each.period, each.rate) for each in account.exchange_rates] == [
        ("2025-H2", "1.16"),
        ("2025-H1", "1.15"),
    ]
    (edition,) = [each for each in account.life_to_date if each.isbn == HARDCOVER]
    assert (edition.units_period, edition.earned_period) == (10, 5850)
    assert (edition.units_life, edition.earned_life) == (20, 11600)


@after(paid)
def test_verify_checks_what_a_correction_reverses(office: Office) -> None:
    """A line that names no closed run, or another one, is found."""
    office.correct(1)
    for told in ("NULL", "(SELECT max(id) FROM period)"):
        office.execute(f"UPDATE sale SET reverses = {told} WHERE batch_id = 2")
        kept, mirrored = office.faults().values()
        assert "import 2: what is kept of" in kept[0]
        assert mirrored == ("import 2 does not mirror import 1, which it corrects",)


@after(nothing)
def test_unit_cost_is_reversed_at_its_original_rate(office: Office) -> None:
    """The unit cost is reversed with the profit, and so is a counter of receipts."""
    a_house(
        office,
        {
            "name": "All",
            "basis": "profit",
            "tiers": [{"up_to": "300.00", "rate": "0.10"}, {"rate": "0.20"}],
            "tiers_by": "net",
        },
    )
    office.load(
        {
            "exchange_rates": [
                {"period": period, "from": "USD", "to": "GBP", "rate": rate}
                for period, rate in (("2025-H1", "0.87"), ("2025-H2", "0.80"))
            ]
        }
    )
    office.bring_batch([pounds(10)])
    office.close("2025-H1")
    earned = office.run("2025-H1")["contracts"][0]["earned"]
    office.correct(1)
    assert office.run("2025-H2")["contracts"][0]["earned"] == f"-{earned}"
