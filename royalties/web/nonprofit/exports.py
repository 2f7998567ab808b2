"""A year's summary as a file for a spreadsheet."""

import csv
from io import StringIO

from royalties.domain.money import amount_text
from royalties.services.statements.portal import Year

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def year_csv(year: Year) -> bytes:
    """Statements, totals and titles of a year, each row saying which it is."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        (
            "row",
            "period",
            "statement",
            "titles",
            "currency",
            "brought_forward",
            "allocated",
            "due",
            "to_pay",
            "expected_tax",
            "tax_withheld",
            "carried_forward",
        )
    )
    for row in year.settled:
        amounts = (
            row.brought_forward,
            row.allocated,
            row.due,
            row.to_pay,
            row.tax,
            row.tax_withheld,
            row.carried_forward,
        )
        texts = (amount_text(minor, row.currency) for minor in amounts)
        writer.writerow(("statement", row.period, row.number, "", row.currency, *texts))
    for titles, currency, amount in year.titles:
        text = amount_text(amount, currency)
        writer.writerow(("titles", year.year, "", plain(titles), currency, "", text))
    for total in year.totals:
        allocated, *others = (
            amount_text(minor, total.currency)
            for minor in (
                total.allocated,
                total.to_pay,
                total.tax,
                total.tax_withheld,
                total.carried_forward,
            )
        )
        writer.writerow(("total", year.year, "", "", total.currency, "", allocated, "", *others))
    return out.getvalue().encode("utf-8-sig")


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
