"""What the tests of this ring read, and what they read it against."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any

from royalties.domain.sales.lines import SaleLine, WaitingLine
from royalties.domain.terms.catalogue import Price
from royalties.ingest.recognise import open_report
from royalties.ingest.report.catalogue import KnownEdition
from royalties.ingest.report.mapping import Mapping as MappedReport
from royalties.ingest.report.reading import KnownRetailer, Reading, ReferenceData

FILES = Path(__file__).parent / "files"
EXAMPLES = Path(__file__).parents[2] / "examples"
SELLERS = EXAMPLES / "reports" / "sellers"
SAMPLES = FILES / "samples"
BAD = FILES / "bad"
TODAY = date(2026, 11, 23)


def known_from(setup: Mapping[str, Any]) -> ReferenceData:
    """What a setup file makes known, as a service would put it."""
    editions: dict[str, KnownEdition] = {}
    number = 0
    for title in setup["titles"]:
        published = date.fromisoformat(title["published"]) if "published" in title else None
        for body in title["editions"]:
            number += 1
            prices = tuple(
                Price(
                    price["currency"],
                    int(Decimal(price["amount"]).scaleb(6)),
                    date.fromisoformat(price["from"]),
                )
                for price in body.get("prices", ())
            )
            edition = KnownEdition(number, body["isbn"], title["title"], published, prices)
            editions[body["isbn"]] = edition
            for other in body.get("identifiers", {}).values():
                editions[other.upper()] = edition
    retailers = {
        body["key"]: KnownRetailer(
            place,
            body["key"],
            body["name"],
            body.get("country", ""),
            body.get("region", ""),
            body.get("city", ""),
        )
        for place, body in enumerate(setup["retailers"], 1)
    }
    return ReferenceData(editions, retailers, TODAY)


CATALOGUE = known_from(json.loads((SAMPLES / "catalogue.json").read_text(encoding="utf-8")))


def _house_of_sellers() -> ReferenceData:
    """The examples' house, with the sellers whose samples there are."""
    setup = json.loads((EXAMPLES / "setup.json").read_text(encoding="utf-8"))
    more = json.loads((SELLERS / "retailers.json").read_text(encoding="utf-8"))
    setup["retailers"] += more["retailers"]
    for title in setup["titles"]:
        for edition in title["editions"]:
            edition["isbn"] = edition["isbn"].replace("-", "")
    return known_from(setup)


HOUSE_OF_SELLERS = _house_of_sellers()

TRADE = known_from(
    {
        "titles": [
            {
                "title": title,
                "published": "2020-01-01",
                "editions": [
                    {
                        "isbn": isbn,
                        "prices": [{"currency": "USD", "amount": price, "from": "2020-01-01"}],
                    }
                ],
            }
            for isbn, title, price in (
                ("9780306406157", "The River Clock", "12.99"),
                ("9781861972712", "Salt & Light", "9.50"),
                ("9780804429573", "Ännu en bok", "8.00"),
            )
        ],
        "retailers": [{"key": "amazon", "name": "Amazon"}],
    }
)

RIVER = MappedReport(
    key="river",
    retailer="amazon",
    columns={
        "isbn": "ISBN",
        "date": "Sale date",
        "units": "Units",
        "net": "Net amount",
        "currency": "Currency",
    },
    date_order="ymd",
    decimal=".",
    skip=("Total",),
)


@dataclass(slots=True)
class Read:
    """A report read to its end."""

    reading: Reading
    sales: list[SaleLine]
    waiting: list[WaitingLine]

    @property
    def codes(self) -> set[str]:
        """Codes of what is to be confirmed."""
        return {notice.code for notice in self.reading.notices}

    @property
    def asked(self) -> set[str]:
        """Keys of what is to be chosen."""
        return {choice.key for choice in self.reading.choices}

    @property
    def messages(self) -> list[str]:
        """All problems with row and column."""
        return [
            f"{problem.row} {problem.column}: {problem.message}"
            for problem in self.reading.problems
        ]


def read(
    path: Path,
    known: ReferenceData = CATALOGUE,
    mappings: Sequence[MappedReport] = (),
    report: str | None = None,
    **choices: str,
) -> Read:
    """Read a file to its end."""
    reading = open_report(
        path, name=path.name, known=known, mappings=mappings, choices=choices, report=report
    )
    sales: list[SaleLine] = []
    waiting: list[WaitingLine] = []
    for chunk in reading.chunks():
        sales += sorted(chunk.all_sales(), key=itemgetter(0, 1))
        waiting += chunk.waiting
    return Read(reading, sales, waiting)


def read_text(folder: Path, text: str, *, known: ReferenceData = TRADE, **options: Any) -> Read:
    """Read a text report as the mapped one."""
    path = folder / "report.csv"
    path.write_bytes(text.encode())
    return read(path, known, options.pop("mappings", [RIVER]), **options)
