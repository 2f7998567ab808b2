"""Mapped reports in a setup file: which column says what."""

from pydantic import Field

from royalties.ingest.setup import scalars as s
from royalties.ingest.setup.part import Part, or_null


class Columns(Part):
    """The report's header over each field."""

    isbn: s.Text
    units: s.Text | None = Field(default=None, description="Needed where rows are lines.")
    date: s.Text | None = Field(default=None, description="Absent: the import asks for the day.")
    net: s.Text | None = Field(default=None, description="Net receipts of the row.")
    unit_net: s.Text | None = Field(default=None, description="Net receipts of one copy.")
    list_price: s.Text | None = None
    discount: s.Text | None = Field(default=None, description="As a fraction or with %.")
    currency: s.Text | None = None
    retailer: s.Text | None = None
    kind: s.Text | None = Field(default=None, description="Says sale, return or free.")
    returned_units: s.Text | None = None
    country: s.Text | None = None
    region: s.Text | None = None
    city: s.Text | None = None
    order: s.Text | None = Field(default=None, description="Number of a custom order.")
    reference: s.Text | None = None
    title: s.Text | None = Field(default=None, description="Compared with the edition's.")


class Report(Part):
    """How to read a retailer's report that no built-in format knows."""

    key: s.Key = Field(description="Its name in imports.")
    name: s.Name | None = Field(
        title="Name",
        default=None,
        description="What it is called on pages; null: its key.",
        json_schema_extra=or_null,
    )
    ended: s.Flag = Field(default=False, description="No file is recognised as it any more.")
    retailer: s.Key | None = Field(
        default=None,
        description="Key of the retailer; null where a column names it.",
        json_schema_extra=or_null,
    )
    sheet: s.Text | None = Field(
        default=None, description="Name of the sheet; null: the first.", json_schema_extra=or_null
    )
    header_row: s.Count | None = Field(
        default=None,
        description="Row of the headers, from 1; null: it is looked for.",
        json_schema_extra=or_null,
    )
    columns: Columns
    date_order: s.DateOrder = Field(default="ymd", description="Order of year, month and day.")
    decimal: s.Point = Field(default=".", description="The decimal mark.")
    returns: s.Returns = Field(
        default="negative",
        description="How returns are written: negative units, positive units whose kind says "
        "return, or a column of their own.",
    )
    currency: s.Currency | None = Field(
        default=None, description="Where no column says it, ISO 4217.", json_schema_extra=or_null
    )
    skip: list[s.Text] = Field(
        default=[], description="First words of rows to leave out, such as Total."
    )
    kinds: dict[s.Text, s.RowKind] = Field(
        default={},
        description="What the words of its column kind mean, beside the usual ones: "
        '{"KENP Read": "usage"}. Units of usage rows are not read; sold-and-returned is a sale '
        "and a return of the same copies, none is no sale.",
    )
    kind: s.Kind | None = Field(
        default=None,
        description="What rows are that do not say it; null: the sign of their units tells it.",
        json_schema_extra=or_null,
    )
    rows_are: s.RowsAre = Field(
        default="lines",
        description="What each row is: so many copies, one copy (no column of units is read), or "
        "money for use and no copies.",
    )
    only: dict[s.Text, list[s.Blank]] = Field(
        default={},
        description="Rows to take, by the values of a column: "
        '{"Verified": ["Yes"]}. Others are skipped, an empty value is a blank cell.',
    )
    leave_out: dict[s.Text, list[s.Blank]] = Field(
        default={},
        description='Rows to skip, by the values of a column: {"Status": ["Pending"]}.',
    )
    ends_at: s.Blank | None = Field(
        default=None,
        description="First words of the row at which the table ends, empty: the first empty row. "
        "Nothing below is read, unless it is null.",
        json_schema_extra=or_null,
    )
    percent: list[s.InPercent] = Field(
        default=[], description="Columns whose plain numbers are per cent: 42 is 42 %."
    )
    period: s.PeriodName | None = Field(
        default=None,
        description="The period of rows without a date; null: the import asks.",
        json_schema_extra=or_null,
    )
    answers: dict[s.AnswerKey, s.Text] = Field(
        default={},
        description="Answers to what its files leave open, given once and for all, as to --choose: "
        '{"decimal": "."}.',
    )
    unread: list[s.Text] = Field(
        default=[],
        description="Columns that are known to be of no use, so that no import warns of them: "
        "Ordered Units, or Ordered * for all that begin so.",
    )
