"""Batches of imported reports, their sales, and rows that wait for an edition."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from royalties.domain.sales.changes import as_values, of_values
from royalties.domain.sales.imports import BatchStatus
from royalties.domain.sales.remembered import AnswerKind
from royalties.domain.sales.slices import Origin
from royalties.store.tables.metadata import (
    Bytes,
    Currency,
    DayText,
    Id,
    Key,
    Micro,
    MomentText,
    metadata,
)
from royalties.store.tables.types import Flag, Json, Word

CHANGES = Json(of_values, as_values, in_order=False)
CHANGES_COMMENT = "JSON list of what was changed in the file"

batch = Table(
    "batch",
    metadata,
    Column("id", Id, primary_key=True),
    Column("file_name", String(255), nullable=False, comment="as received"),
    Column("sha256", String(64), nullable=False, comment="of the received file"),
    Column("size", BigInteger, nullable=False, comment="bytes"),
    Column("report", String(64), nullable=False, comment="name of the report's format"),
    Column("origin", Word(Origin, 6), nullable=False, server_default=Origin.REPORT.value),
    Column("retailer", Key, comment="null where the retailer stands in the rows"),
    Column("account", String(64), nullable=False),
    Column("sheets", Json, nullable=False, comment="JSON list; sale.sheet is an index into it"),
    Column("choices", Json, nullable=False, comment="JSON of what the user chose"),
    Column("document", Json, nullable=False, comment="the import document as it was printed"),
    Column("changes", CHANGES, nullable=False, server_default="[]", comment=CHANGES_COMMENT),
    Column("rows", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False, comment="sale lines recorded at import"),
    Column("status", Word(BatchStatus, 8), nullable=False),
    Column("recorded_at", MomentText, nullable=False),
    Column("recorded_by", String(200), nullable=False),
    Column("undone_at", MomentText),
    Column("corrects", ForeignKey("batch.id"), comment="the batch that this one takes back"),
    Column(
        "corrected_by",
        ForeignKey("batch.id"),
        comment="the recorded batch that takes this one back; its file may be recorded again",
    ),
    CheckConstraint("status in ('recorded', 'undone')", name="status"),
    CheckConstraint("origin in ('report', 'typed', 'order')", name="origin"),
    Index(
        "uq_batch_sha256_recorded",
        "sha256",
        unique=True,
        sqlite_where=text("status = 'recorded' and corrected_by is null"),
        postgresql_where=text("status = 'recorded' and corrected_by is null"),
    ),
    Index(
        "uq_batch_corrects_recorded",
        "corrects",
        unique=True,
        sqlite_where=text("status = 'recorded' and corrects is not null"),
        postgresql_where=text("status = 'recorded' and corrects is not null"),
    ),
)

coverage = Table(
    "coverage",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("retailer_id", ForeignKey("retailer.id"), primary_key=True),
    Column("account", String(64), nullable=False),
    Column("first_day", DayText, nullable=False),
    Column("last_day", DayText, nullable=False),
    Index("ix_coverage_retailer_id", "retailer_id", "account"),
    Index("ix_coverage_last_day", "last_day"),
)


def _line_columns() -> list[Column[object]]:
    """What a sale line and a waiting line have in common, as reported."""
    return [
        Column("day", DayText, nullable=False, comment="sale date"),
        Column("units", BigInteger, nullable=False, comment="negative for returns"),
        Column("list_price", Micro, comment="as reported; null: the edition's price stands in"),
        Column("discount", Micro, comment="millionths of one"),
        Column("country", Text, nullable=False),
        Column("region", Text, nullable=False),
        Column("city", Text, nullable=False),
        Column("order_ref", Text, nullable=False, comment="custom order, if any"),
        Column("reference", Text, nullable=False, comment="the retailer's own"),
    ]


# The key leads with the edition, so that sales can be partitioned by edition, and continues as
# runs group, so that a run reads them in order without sorting. No triggers here: the period's
# lock guards them (docs/decisions/0004).
sale = Table(
    "sale",
    metadata,
    Column("edition_id", Integer, ForeignKey("edition.id"), primary_key=True, autoincrement=False),
    Column("period_id", Integer, ForeignKey("period.id"), primary_key=True, autoincrement=False),
    Column("retailer_id", Integer, ForeignKey("retailer.id"), primary_key=True),
    Column("kind", SmallInteger, primary_key=True, comment="1 sale, 2 return, 3 free, 4 usage"),
    Column("currency", Currency, primary_key=True),
    Column("batch_id", Integer, ForeignKey("batch.id"), primary_key=True),
    Column("sheet", SmallInteger, primary_key=True, comment="index into batch.sheets"),
    Column("row", Integer, primary_key=True, comment="row of the sheet, the first being 1"),
    *_line_columns(),
    Column("net", Micro, nullable=False, comment="net receipts in millionths"),
    Column(
        "reverses",
        Integer,
        comment="closed period whose run counted the line that this one takes back",
    ),
    sqlite_with_rowid=False,
)
_NO_PRICE = text("list_price is null")
Index(
    "ix_sale_without_list_price",
    sale.c.period_id,
    sale.c.edition_id,
    sqlite_where=_NO_PRICE,
    postgresql_where=_NO_PRICE,
)
# Search finds sales by a retailer's or an order's reference; most reports have none. It follows
# from the lines, so no keys to other tables are checked for each of its rows.
sale_reference = Table(
    "sale_reference",
    metadata,
    Column("reference", Text, primary_key=True, comment="of sales: the retailer's or the order's"),
    Column("edition_id", Integer, primary_key=True, autoincrement=False),
    Column("batch_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

waiting = Table(
    "waiting",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("sheet", SmallInteger, primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("kind", SmallInteger, primary_key=True),
    Column("identifier", Text, nullable=False, index=True, comment="upper case"),
    Column("retailer_id", ForeignKey("retailer.id"), nullable=False),
    Column("currency", Currency, nullable=False),
    *_line_columns(),
    Column("net", Micro, comment="null where it follows from the edition's price"),
    Column(
        "set_aside",
        BigInteger,
        comment="the remembered by which it is no book; null: it waits",
    ),
)

for _column in (waiting.c.reference, waiting.c.order_ref):
    _is_given = text(f"{_column.name} <> ''")
    Index(f"ix_waiting_{_column.name}", _column, sqlite_where=_is_given, postgresql_where=_is_given)

# Answers remembered about a retailer's reports. Nothing is deleted: withdrawn ones have an end.
remembered = Table(
    "remembered",
    metadata,
    Column("id", Id, primary_key=True),
    Column("retailer_id", ForeignKey("retailer.id"), nullable=False),
    Column("said", Word(AnswerKind, 8), nullable=False),
    Column("name", Text, nullable=False, comment="as it was written"),
    Column("key", Text, nullable=False, comment="as it is compared"),
    Column("value", Json, nullable=False, comment="JSON: shares by ISBN, or an answer"),
    Column("said_at", MomentText, nullable=False),
    Column("said_by", String(200), nullable=False),
    Column("ended_at", MomentText),
    Column("ended_by", String(200)),
    CheckConstraint("said in ('no-book', 'bundle', 'answer')", name="said"),
    Index(
        "uq_remembered_key_standing",
        "retailer_id",
        "key",
        unique=True,
        sqlite_where=text("ended_at is null"),
        postgresql_where=text("ended_at is null"),
    ),
)

# Rows that waited and became a bundle's lines: how many lines and copies they gained.
unbundled = Table(
    "unbundled",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True, autoincrement=False),
    Column("sheet", SmallInteger, primary_key=True, autoincrement=False),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False),
    Column("lines", Integer, nullable=False, comment="more than the row that waited"),
    Column("units", BigInteger, nullable=False, comment="more than it had"),
)

# Sums of each batch's sales, stored with them in the same transaction, so that pages never sum
# a million lines; verify sums them again.
sale_total = Table(
    "sale_total",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True),
    Column("period_id", ForeignKey("period.id"), primary_key=True, index=True),
    Column("retailer_id", ForeignKey("retailer.id"), primary_key=True),
    Column("month", String(7), primary_key=True, comment="of the sale date"),
    Column("kind", SmallInteger, primary_key=True),
    Column("currency", Currency, primary_key=True),
    Column("lines", BigInteger, nullable=False),
    Column("units", BigInteger, nullable=False),
    Column("net", Micro, nullable=False),
)

# The same as drafts need it, of open periods: lines with a list price of their own, summed by what
# the rules and plans in force distinguish (store/sales/cached_slices.py), packed by edition
# (store/sales/packed_slices.py). Entirely derived from the lines.
batch_slicing = Table(
    "batch_slicing",
    metadata,
    Column("period_id", ForeignKey("period.id"), primary_key=True, autoincrement=False),
    Column("batch_id", ForeignKey("batch.id"), primary_key=True, autoincrement=False),
    Column("grouping", String(64), comment="fingerprint of what was asked; null: not kept"),
)
batch_slice = Table(
    "batch_slice",
    metadata,
    Column("period_id", Integer, primary_key=True, autoincrement=False),
    Column("batch_id", Integer, primary_key=True, autoincrement=False),
    Column("edition_id", Integer, primary_key=True, autoincrement=False),
    Column("is_split", Flag, nullable=False, comment="1: by discount, since a rule asked"),
    Column("places", Text, nullable=False, comment="JSON list, as far as asked; empty: none"),
    Column("sums", Bytes, nullable=False, comment="see store/sales/packed_slices.py"),
    ForeignKeyConstraint(
        ["period_id", "batch_id"], ["batch_slicing.period_id", "batch_slicing.batch_id"]
    ),
)

# Which rows got their edition from an alias, so that the effects of a wrong one are known; and
# every decision about an alias.
alias_use = Table(
    "alias_use",
    metadata,
    Column("identifier", String(100), primary_key=True, comment="upper case"),
    Column("batch_id", ForeignKey("batch.id"), primary_key=True, index=True),
    Column("sheet", SmallInteger, primary_key=True, autoincrement=False),
    Column("rows", Text, nullable=False, comment="JSON list of the rows' numbers"),
)
alias_change = Table(
    "alias_change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("identifier", String(100), nullable=False, index=True),
    Column("from_isbn", String(13), comment="null: none"),
    Column("to_isbn", String(13), comment="null: none"),
    Column("rows", BigInteger, nullable=False, comment="recorded rows that were moved with it"),
    Column("at", MomentText, nullable=False),
    Column("by", String(200), nullable=False),
)
