"""Books over many years, every period like the one before: what does a period cost?

1,000 titles in 500 contracts, 300 payees, and as many sales in every half-year, in one report
from each of twelve retailers: so lists fill their first page from the start. Terms use all that
is carried from one period to the next: escalators that count for life and by year, advances,
reserves held for two periods, caps, minimum payments.
"""

import csv
import json
import os
import random
import shutil
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from bench import generate

FIRST_YEAR = 1990
TITLES, CONTRACTS, PAYEES = 1000, 500, 300
LINES = int(os.environ.get("LINES", "6000"))
"""Sale lines a period."""

_RETAILER = generate.HEADER.index("retailer")

PAGES: tuple[tuple[str, str], ...] = (
    ("clerk", "/finance/"),
    ("clerk", "/finance/imports"),
    ("clerk", "/finance/waiting"),
    ("clerk", "/finance/sales/"),
    ("clerk", "/finance/sales/?period={last}&retailer=amazon"),
    ("clerk", "/finance/titles"),
    ("clerk", "/finance/titles/t7"),
    ("clerk", "/finance/retailers"),
    ("clerk", "/finance/retailers/amazon"),
    ("clerk", "/finance/contracts/c7"),
    ("clerk", "/finance/beneficiaries/b3"),
    ("clerk", "/finance/rates"),
    ("manager", "/finance/periods"),
    ("manager", "/finance/periods/{last}"),
    ("manager", "/finance/periods/{last}/contracts/c7"),
    ("manager", "/finance/periods/{open}"),
    ("manager", "/finance/periods/{open}/jumps"),
    ("manager", "/finance/periods/{open}/close"),
    ("manager", "/finance/periods/{open}/contracts/c7"),
    ("manager", "/finance/periods/{open}/drafts/b3/USD"),
    ("manager", "/finance/statements"),
    ("manager", "/finance/statements/{statement}"),
    ("clerk", "/finance/royalties-over-time/"),
    ("clerk", "/finance/royalties-over-time/?by=both"),
    ("clerk", "/finance/royalties-over-time/?figure=unearned"),
    ("clerk", "/finance/reserves/"),
    ("clerk", "/finance/advances/"),
    ("manager", "/finance/ledger/"),
    ("manager", "/finance/ledger/?period={last}"),
    ("manager", "/finance/ledger/accounts/liability:beneficiary:b4"),
    ("manager", "/finance/ledger/accounts/liability:payments"),
    ("manager", "/finance/ledger/entries"),
    ("administrator", "/finance/audit"),
    ("nonprofit", "/nonprofit/"),
    ("nonprofit", "/nonprofit/b3/earnings"),
    ("nonprofit", "/nonprofit/b3/statements"),
)
"""Who looks at which page; ``{last}`` is the latest closed period, ``{open}`` the open one."""


def period_name(place: int) -> str:
    """The name of the half-year ``place`` periods after the first."""
    return f"{FIRST_YEAR + place // 2}-H{place % 2 + 1}"


def begin_years(home: str, most: str) -> dict[str, float]:
    """Make a home with the setup for ``most`` periods."""
    from bench.tasks import _royalties  # noqa: PLC0415 - which offers this as a task

    path = Path(home) / "setup.json"
    path.write_text(json.dumps(_setup(int(most))), encoding="utf-8")
    _royalties(home, "init")
    _royalties(home, "load", str(path))
    return {}


def go_on(home: str, first: str, until: str, lines: str) -> dict[str, float]:
    """Close periods from number ``first`` to ``until``; the sales of the next one are recorded."""
    from bench.tasks import _royalties  # noqa: PLC0415 - which offers this as a task

    def record(place: int) -> None:
        for path in _write_reports(Path(home), place, int(lines)):
            _royalties(home, "import", str(path), "--confirm", "--json")

    if not int(first):
        record(0)
    for place in range(int(first), int(until)):
        _royalties(home, "close", period_name(place), "--yes", "--json")
        record(place + 1)
    return {}


def draft_after(home: str, closed: str) -> dict[str, float]:
    """The draft of the period after ``closed`` closed ones."""
    from bench.tasks import _timed  # noqa: PLC0415
    from config import Config  # noqa: PLC0415
    from royalties.domain.people import Actor, Role  # noqa: PLC0415
    from royalties.runtime import open_system  # noqa: PLC0415
    from royalties.services.periods.draft import draft  # noqa: PLC0415

    system = open_system(Config(Path(home), f"sqlite:///{home}/royalties.sqlite"))

    def work() -> None:
        with system.work(Actor("bench", Role.CLERK), read_only=True) as unit:
            draft(unit, period_name(int(closed)))

    found = _timed(work)
    system.dispose()
    return found


def close_after(home: str, closed: str) -> dict[str, float]:
    """The close of the period after ``closed`` closed ones, in a copy of the home."""
    from bench.tasks import _royalties, _timed  # noqa: PLC0415

    copy = f"{home}-copy"
    shutil.copytree(home, copy)
    try:
        _royalties(copy, "imports")
        return _timed(
            lambda: _royalties(copy, "close", period_name(int(closed)), "--yes", "--json")
        )
    finally:
        shutil.rmtree(copy)


def verify_all(home: str) -> dict[str, float]:
    """Verify everything, measuring time and memory."""
    from bench.tasks import _royalties, _timed  # noqa: PLC0415

    return _timed(lambda: _royalties(home, "verify"))


def visit_years(home: str, closed: str) -> dict[str, Any]:
    """Visit the pages of books with ``closed`` closed periods."""
    from bench import pages  # noqa: PLC0415

    places = {"last": period_name(int(closed) - 1), "open": period_name(int(closed))}
    wanted = [
        (who, path.replace("{last}", places["last"]).replace("{open}", places["open"]))
        for who, path in PAGES
    ]
    return pages.visit(home, wanted)


def _setup(periods: int) -> dict[str, object]:
    numbers = generate.isbns()
    day = f"{FIRST_YEAR}-01-01"
    return {
        "publisher": {
            "name": "House of Years",
            "currency": "USD",
            "calendar": "half-yearly",
            "first_period": period_name(0),
        },
        "titles": [
            {
                "key": f"t{place}",
                "title": f"Invented title {place}",
                "authors": ["A. Author"],
                "published": day,
                "editions": [
                    {
                        "isbn": numbers[place * 2 + number],
                        "format": form,
                        "prices": [{"currency": "USD", "amount": price, "from": day}],
                    }
                    for number, (form, price) in enumerate(
                        (("paperback", "38.00"), ("ebook", "9.99"))
                    )
                ],
            }
            for place in range(TITLES)
        ],
        "retailers": [
            {"key": key, "name": key.title(), "channel": channel}
            for key, channel, _ in generate.RETAILERS
        ],
        "contracts": [_contract(place, day) for place in range(CONTRACTS)],
        "beneficiaries": [
            {
                "key": f"b{place}",
                "name": f"Beneficiary {place}",
                "country": "US",
                **({"minimum_payment": "150.00"} if place % 3 == 0 else {}),
            }
            for place in range(PAYEES)
        ],
        "plans": [_plan(place, day) for place in range(CONTRACTS)],
        "exchange_rates": [
            {"period": period_name(place), "from": source, "to": "USD", "rate": rate}
            for place in range(periods + 1)
            for source, rate in (("GBP", "1.2712"), ("EUR", "1.0831"))
        ],
    }


def _contract(place: int, day: str) -> dict[str, object]:
    return {
        "key": f"c{place}",
        "titles": [f"t{place * 2}", f"t{place * 2 + 1}"],
        "currency": "USD",
        "starts": day,
        "author": "A. Author",
        "rules": [
            {
                "name": "Print",
                "formats": ["paperback"],
                "basis": "list",
                "tiers": [
                    {"up_to": 500, "rate": "0.10"},
                    {"up_to": 1500, "rate": "0.125"},
                    {"rate": "0.15"},
                ],
            },
            {
                "name": "Digital",
                "basis": "net",
                "tiers": [{"up_to": 100, "rate": "0.25"}, {"rate": "0.30"}],
                "counter": {"name": "digital", "resets": "year"},
            },
        ],
        "advances": [{"paid_on": day, "amount": f"{500 + place}.00"}],
        "reserve": {"rate": "0.20", "formats": ["paperback"], "hold_periods": 2},
        "plan": f"p{place}",
    }


def _plan(place: int, day: str) -> dict[str, object]:
    mine, other = f"b{place % PAYEES}", f"b{(place + 1) % PAYEES}"
    steps = [
        {
            "share": "0.30",
            "to": [{"beneficiary": mine}],
            "cap": {"amount": "400.00", "per": "year", "name": "start"},
        },
        {"remainder": True, "to": [{"beneficiary": mine, "weight": 2}, {"beneficiary": other}]},
    ]
    return {"key": f"p{place}", "versions": [{"from": day, "steps": steps}]}


def _write_reports(folder: Path, place: int, lines: int) -> list[Path]:
    """The reports of one period, one from each retailer: other figures, but as many lines."""
    rows = sorted(_sales(place, lines), key=itemgetter(_RETAILER))
    paths = []
    for retailer, its_rows in groupby(rows, key=itemgetter(_RETAILER)):
        paths.append(folder / f"sales-{retailer}.csv")
        with paths[-1].open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(generate.HEADER)
            writer.writerows(its_rows)
    return paths


def _sales(place: int, lines: int) -> Iterator[tuple[str, ...]]:
    """The sales of one period: other figures in each, as many of each kind."""
    chance = random.Random(place)
    numbers = generate.isbns()[: TITLES * 2]
    year, first_month = FIRST_YEAR + place // 2, 1 + place % 2 * 6
    for row in range(lines):
        edition = row % len(numbers)
        retailer, _, currency = generate.RETAILERS[chance.randrange(len(generate.RETAILERS))]
        kind, sign = ("return", "-") if chance.random() < 0.05 else ("sale", "")
        units, cents = chance.randint(1, 6), 999 if edition % 2 else 3800
        month, day = first_month + row * 6 // lines, 1 + chance.randrange(28)
        yield (
            f"{year}-{month:02d}-{day:02d}",
            numbers[edition],
            retailer,
            kind,
            f"{sign}{units}",
            currency,
            f"{cents // 100}.{cents % 100:02d}",
            f"{sign}{cents * units // 200}.{cents * units // 2 % 100:02d}",
            "0.50",
            *("US", "WA", "Seattle"),
            "",
            f"R{place}-{row}",
        )
