"""Invented values to print: a neutral nonprofit, and whatever a test wants otherwise."""

from dataclasses import replace
from datetime import date

from royalties.domain.royalties.statements import (
    AdvanceShown,
    AllocationShown,
    BatchShown,
    Check,
    ContractAccount,
    ContractShown,
    CorrectionShown,
    EarnedLineShown,
    ExceptionShown,
    ExchangeRateShown,
    LifeToDateShown,
    MonthShown,
    Payee,
    PeriodReport,
    PlaceShown,
    ReserveShown,
    SettlementShown,
    ShareShown,
    Statement,
    WaitingShown,
)
from royalties.domain.terms.beneficiaries import Publisher

TITLE = "Bridges between Cities: A Handbook of Working Together"
HARDCOVER, PAPERBACK, EBOOK = "9780306406157", "9781861972712", "9780131103627"

PUBLISHER = Publisher(
    name="Example House Press",
    currency="USD",
    calendar="half-yearly",
    first_period="2024-H1",
    address=("12 Sample Street", "Springfield, IL 62701", "United States"),
    email="royalties@example.org",
    phone="+1 217 555 0142",
    website="www.example.org",
)
PAYEE = Payee(
    key="harbor",
    name="Harbor Light Neighborhood Alliance",
    address=("400 Invented Avenue, Suite 5", "Seattle, WA 98101", "United States"),
    email="office@harbor-light.example",
    ein="00-0000000",
    city="Seattle",
    minimum_payment="25.00",
)


def earned_line(**changes: object) -> EarnedLineShown:
    line = EarnedLineShown(
        id="1",
        rule="Hardcover, trade",
        basis="list",
        title=TITLE,
        isbn=HARDCOVER,
        format="hardcover",
        retailer="Amazon",
        kind="sale",
        tier=1,
        units=412,
        currency="USD",
        base="30900.00",
        portion="1",
        exchange_rate="1",
        rate="0.1",
        earned=309000,
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def lines() -> tuple[EarnedLineShown, ...]:
    paperback = {"isbn": PAPERBACK, "format": "paperback", "rule": "Paperback, trade"}
    ebook = {"isbn": EBOOK, "format": "ebook", "rule": "E-book", "basis": "net", "tier": None}
    direct = {"rule": "Direct sales", "basis": "unit", "retailer": "Publisher web"}
    income = {"title": "", "isbn": "", "format": "", "retailer": "", "kind": "income", "tier": None}
    return (
        earned_line(portion="0.75", earned=231750),
        earned_line(id="2", tier=2, portion="0.25", rate="0.125", earned=96563, units=412),
        earned_line(id="3", kind="return", units=-18, base="-1350.00", earned=-13500),
        earned_line(id="4", retailer="Elliott Bay Books", units=64, base="4800.00", earned=48000),
        earned_line(id="5", **direct, units=75, base="75", rate="2.125", earned=15938),
        earned_line(id="6", **paperback, units=903, base="34314.00", rate="0.075", earned=257355),
        earned_line(
            id="7",
            **paperback,
            retailer="Barnes & Noble",
            kind="return",
            units=-41,
            base="-1558.00",
            rate="0.075",
            earned=-11685,
        ),
        earned_line(
            id="8",
            **paperback,
            retailer="Amazon UK",
            units=120,
            currency="GBP",
            base="3588.00",
            exchange_rate="1.2712",
            rate="0.075",
            earned=34208,
        ),
        earned_line(id="9", **ebook, units=388, base="6984.1275", rate="0.25", earned=174603),
        earned_line(
            id="10",
            **ebook,
            retailer="Library lending",
            units=57,
            base="1710.00",
            portion="5/7",
            rate="0.25",
            earned=30536,
        ),
        earned_line(
            id="11",
            **income,
            rule="Translation",
            basis="income",
            units=0,
            base="1500.00",
            rate="0.75",
            earned=112500,
            note="Sample Publishing, Korean edition",
        ),
    )


def months() -> tuple[MonthShown, ...]:
    by_retailer = {
        "Amazon": (310, 255, 298, 240, 266, 297),
        "Barnes & Noble": (40, 22, -41, 18, 35, 30),
        "Elliott Bay Books": (12, 9, 15, 8, 11, 9),
        "Publisher web": (10, 14, 11, 12, 16, 12),
    }
    found = [
        MonthShown(
            f"2025-{month:02d}",
            name,
            units,
            "USD",
            f"{units * 19}.50",
            max(units, 0) + 3,
            min(units, 0) - 3,
        )
        for name, row in by_retailer.items()
        for month, units in enumerate(row, start=1)
    ]
    found += [MonthShown("2025-03", "Amazon UK", 70, "GBP", "1046.50", 70)]
    found += [MonthShown("2025-05", "Amazon UK", 50, "GBP", "747.5025", 52, -2)]
    return tuple(found)


def places() -> tuple[PlaceShown, ...]:
    return (
        PlaceShown("US", "WA", "Seattle", 1204, (("USD", "21905.50"),)),
        PlaceShown("US", "OR", "Portland", 390, (("USD", "7410.00"),)),
        PlaceShown("GB", "", "", 120, (("GBP", "1794.0025"),)),
        PlaceShown("", "", "", 15, (("USD", "266.50"),)),
        PlaceShown("", "", "", 300, (("USD", "6700.00"),), more=37),
    )


def editions() -> tuple[LifeToDateShown, ...]:
    about = {"authors": ("A. N. Author", "C. O. Author"), "published": date(2021, 9, 1)}
    return (
        LifeToDateShown(
            HARDCOVER,
            TITLE,
            "hardcover",
            533,
            5120,
            378751,
            4401250,
            **about,  # type: ignore[arg-type]
            list_price="75.00",
            sold=551,
            returned=-18,
            free=12,
        ),
        LifeToDateShown(
            PAPERBACK,
            TITLE,
            "paperback",
            982,
            7410,
            279878,
            2114530,
            **about,  # type: ignore[arg-type]
            list_price="38.00",
            sold=1023,
            returned=-41,
            free=30,
        ),
        LifeToDateShown(EBOOK, TITLE, "ebook", 445, 2218, 205139, 998120, sold=445),
    )


def contract(**changes: object) -> ContractAccount:
    account = ContractAccount(
        contract="bridges-2021",
        author="A. N. Author",
        titles=(TITLE,),
        currency="USD",
        earned=976268,
        brought_forward=0,
        withheld=137180,
        released=54210,
        available=893298,
        recouped=220000,
        payable=673298,
        carried_forward=0,
        undistributed_before=0,
        undistributed=0,
        plan_in_force_since=date(2024, 1, 1),
        shares=(
            ShareShown(1, "The first 1,000.00 of every period goes to Harbor Light.", 100000),
            ShareShown(
                2,
                "30% of what sales in Washington state earned goes to Harbor Light, until 5,000.00"
                " have been given in a calendar year.",
                84316,
            ),
            ShareShown(3, "One third of all that is left, equally with two other cities.", 162994),
        ),
        allocated=347310,
        reserves=(
            ReserveShown("2024-H2", 61877, "2025-H2", date(2025, 12, 31)),
            ReserveShown("2025-H1", 137180, "2026-H1", date(2026, 6, 30)),
        ),
        advances=(
            AdvanceShown(date(2021, 5, 1), 500000, 380000, 120000, 0),
            AdvanceShown(date(2025, 4, 15), 100000, 0, 100000, 0),
        ),
        lines=lines(),
        corrections=(
            CorrectionShown(
                "2024-H2",
                HARDCOVER,
                TITLE,
                "Amazon",
                "return",
                -7,
                "USD",
                "-267.75",
                "sales of November 2024",
            ),
            CorrectionShown(
                "2024-H2",
                PAPERBACK,
                TITLE,
                "Elliott Bay Books",
                "sale",
                12,
                "USD",
                "273.60",
                "a report that came late",
            ),
        ),
        months=months(),
        life_to_date=editions(),
        plan="cities",
        pool=673298,
        share_of_pool="0.515834",
        exchange_rates=(ExchangeRateShown("GBP", "USD", "1.2712", "2025-H1"),),
        places=places(),
    )
    return replace(account, **changes)  # type: ignore[arg-type]


def statement(**changes: object) -> Statement:
    whole = Statement(
        number="2025-H1-001",
        dated=date(2025, 8, 15),
        period="2025-H1",
        starts=date(2025, 1, 1),
        ends=date(2025, 6, 30),
        publisher=PUBLISHER,
        payee=PAYEE,
        currency="USD",
        brought_forward=1240,
        allocated=347310,
        due=348550,
        to_pay=348550,
        tax_rate="0",
        tax=0,
        net=348550,
        carried_forward=0,
        outcome="USD 3,485.50 is set aside to be paid to you.",
        contracts=(contract(),),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def period_report(**changes: object) -> PeriodReport:
    report = PeriodReport(
        publisher=PUBLISHER,
        period="2025-H1",
        starts=date(2025, 1, 1),
        ends=date(2025, 6, 30),
        status="draft",
        dated=date(2025, 6, 30),
        contracts=(
            ContractShown(
                "bridges-2021",
                "A. N. Author",
                "USD",
                976268,
                0,
                137180,
                54210,
                893298,
                220000,
                673298,
                0,
                0,
                0,
            ),
            ContractShown(
                "harbors-2019",
                "B. Writer",
                "USD",
                -4200,
                -11500,
                0,
                0,
                -15700,
                0,
                0,
                -15700,
                1,
                1,
            ),
            ContractShown(
                "shima-2022", "C. Sensei", "JPY", 88123, 0, 0, 0, 88123, 0, 88123, 0, 0, 0
            ),
        ),
        settlements=(
            SettlementShown(
                "harbor",
                PAYEE.name,
                "2025-H1-001",
                "USD",
                1240,
                347310,
                0,
                348550,
                348550,
                0,
                348550,
                0,
            ),
            SettlementShown(
                "haven",
                "Safe Haven Coalition",
                "2025-H1-002",
                "USD",
                0,
                325988,
                0,
                325988,
                325988,
                78237,
                247751,
                0,
            ),
            SettlementShown(
                "haven",
                "Safe Haven Coalition",
                "2025-H1-003",
                "JPY",
                0,
                88123,
                0,
                88123,
                0,
                0,
                0,
                88123,
            ),
        ),
        allocations=(
            AllocationShown("bridges-2021", "USD", 1, "harbor", 100000),
            AllocationShown("bridges-2021", "USD", 2, "harbor", 84316),
            AllocationShown("bridges-2021", "USD", 3, "harbor", 162994),
            AllocationShown("bridges-2021", "USD", 3, "haven", 325988),
            AllocationShown("shima-2022", "JPY", 1, "haven", 88123),
        ),
        lines=tuple(("bridges-2021", line, "USD") for line in lines()),
        batches=(
            BatchShown(
                1,
                "amazon-2025-h1.xlsx",
                "amazon-kdp",
                "amazon",
                "2025-07-02",
                278,
                264,
                1101,
                -32,
                40,
                (("GBP", "1794.0025"), ("USD", "24123.30")),
            ),
            BatchShown(
                2,
                "elliott-bay.csv",
                "elliott-bay",
                "elliott",
                "2025-07-03",
                31,
                31,
                64,
                0,
                2,
                (("USD", "1520.00"),),
            ),
        ),
        exceptions=(
            ExceptionShown(
                "bridges-2021", PAPERBACK, "River Wholesale", "wholesale", 3, "no rule matches"
            ),
        ),
        waiting=(WaitingShown("9780131103627", 1, 2, 5), WaitingShown("B00EXAMPLE", 1, 1, 1)),
        checks=(
            Check("Net copies: imports and earned lines", "", 2029, 2029),
            Check("Earned lines and contracts' earned", "USD", 972068, 972068),
            Check("Allocated and undistributed against payable", "USD", 673299, 673299),
            Check("Statements and allocations", "JPY", 88123, 88123),
        ),
    )
    return replace(report, **changes)  # type: ignore[arg-type]
