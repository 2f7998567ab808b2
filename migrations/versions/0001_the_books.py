"""The books: setup, catalogue, sales, closed runs, ledger, statements, log.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False, comment="as received"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the received file"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column(
            "report", sa.String(length=64), nullable=False, comment="name of the report's format"
        ),
        sa.Column(
            "retailer",
            sa.String(length=64),
            nullable=True,
            comment="null where the retailer stands in the rows",
        ),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column(
            "sheets", sa.Text(), nullable=False, comment="JSON list; sale.sheet is an index into it"
        ),
        sa.Column("choices", sa.Text(), nullable=False, comment="JSON of what the user chose"),
        sa.Column(
            "document", sa.Text(), nullable=False, comment="the import document as it was printed"
        ),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column(
            "lines", sa.BigInteger(), nullable=False, comment="sale lines recorded at import"
        ),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("undone_at", sa.String(length=32), nullable=True),
        sa.Column(
            "corrects",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="the batch that this one takes back",
        ),
        sa.Column(
            "corrected_by",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="the recorded batch that takes this one back; its file may be recorded again",
        ),
        sa.CheckConstraint("status in ('recorded', 'undone')", name=op.f("ck_batch_status")),
        sa.ForeignKeyConstraint(["corrected_by"], ["batch.id"], name=op.f("fk_batch_corrected_by")),
        sa.ForeignKeyConstraint(["corrects"], ["batch.id"], name=op.f("fk_batch_corrects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(
        "uq_batch_corrects_recorded",
        "batch",
        ["corrects"],
        unique=True,
        sqlite_where=sa.text("status = 'recorded' and corrects is not null"),
        postgresql_where=sa.text("status = 'recorded' and corrects is not null"),
    )
    op.create_index(
        "uq_batch_sha256_recorded",
        "batch",
        ["sha256"],
        unique=True,
        sqlite_where=sa.text("status = 'recorded' and corrected_by is null"),
        postgresql_where=sa.text("status = 'recorded' and corrected_by is null"),
    )
    op.create_table(
        "log",
        sa.Column(
            "seq", sa.BigInteger(), autoincrement=False, nullable=False, comment="without gaps"
        ),
        sa.Column("at", sa.String(length=32), nullable=False, comment="UTC"),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column(
            "action", sa.String(length=64), nullable=False, comment="the verb: import, close, …"
        ),
        sa.Column(
            "payload",
            sa.LargeBinary(),
            nullable=False,
            comment="canonical JSON, the bytes that are hashed",
        ),
        sa.Column(
            "previous_hash", sa.String(length=64), nullable=False, comment="hash of the line before"
        ),
        sa.Column(
            "hash", sa.String(length=64), nullable=False, comment="SHA-256 over all the rest"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log")),
        sa.UniqueConstraint("hash", name=op.f("uq_log_hash")),
    )
    op.create_table(
        "period",
        sa.Column(
            "id",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="ordinal of the calendar",
        ),
        sa.Column("name", sa.String(length=8), nullable=False, comment="2025-H1"),
        sa.Column("starts", sa.String(length=10), nullable=False),
        sa.Column("ends", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=6), nullable=False, comment="open or closed"),
        sa.Column("closed_at", sa.String(length=32), nullable=True, comment="UTC"),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at is not null)", name=op.f("ck_period_closed_at")
        ),
        sa.CheckConstraint("status in ('open', 'closed')", name=op.f("ck_period_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
        sa.UniqueConstraint("name", name=op.f("uq_period_name")),
    )
    op.create_table(
        "retailer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retailer")),
        sa.UniqueConstraint("key", name=op.f("uq_retailer_key")),
    )
    op.create_table(
        "revision",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="the newest of a kind and key is in force",
        ),
        sa.Column(
            "kind",
            sa.String(length=32),
            nullable=False,
            comment="part of the setup file: contracts, …",
        ),
        sa.Column("key", sa.Text(), nullable=False, comment="the entry's key within its part"),
        sa.Column("body", sa.Text(), nullable=False, comment="the whole entry as canonical JSON"),
        sa.Column("recorded_at", sa.String(length=32), nullable=False, comment="UTC"),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    op.create_index("ix_revision_kind_key", "revision", ["kind", "key", "id"], unique=False)
    op.create_table(
        "title",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_title")),
        sa.UniqueConstraint("key", name=op.f("uq_title_key")),
    )
    op.create_table(
        "closed_run",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.String(length=32), nullable=False),
        sa.Column("closed_by", sa.String(length=200), nullable=False),
        sa.Column(
            "document", sa.Text(), nullable=False, comment="the run document, canonical JSON"
        ),
        sa.Column(
            "fingerprint", sa.String(length=64), nullable=False, comment="SHA-256 of the document"
        ),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="newest revision that was in force"
        ),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_closed_run_period_id")),
        sa.PrimaryKeyConstraint("period_id", name=op.f("pk_closed_run")),
    )
    op.create_table(
        "coverage",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "retailer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.String(length=10), nullable=False),
        sa.Column("last_day", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_coverage_batch_id")),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_coverage_retailer_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "retailer_id", name=op.f("pk_coverage")),
    )
    op.create_index("ix_coverage_retailer_id", "coverage", ["retailer_id", "account"], unique=False)
    op.create_table(
        "edition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("isbn", sa.String(length=13), nullable=False, comment="ISBN-13, digits only"),
        sa.Column("title_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("length(isbn) = 13", name=op.f("ck_edition_isbn_13")),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"], name=op.f("fk_edition_title_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition")),
        sa.UniqueConstraint("isbn", name=op.f("uq_edition_isbn")),
    )
    op.create_index(op.f("ix_edition_title_id"), "edition", ["title_id"], unique=False)
    op.create_table(
        "entry",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="without gaps",
        ),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "dated",
            sa.String(length=10),
            nullable=False,
            comment="last day of the period it belongs to",
        ),
        sa.Column("event", sa.String(length=32), nullable=False, comment="earned, settled, …"),
        sa.Column(
            "subject", sa.String(length=100), nullable=False, comment="contract or beneficiary"
        ),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column(
            "reverses",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="at most once",
        ),
        sa.Column(
            "sealed", sa.Integer(), nullable=False, comment="1 once balanced; then unchangeable"
        ),
        sa.CheckConstraint("sealed in (0, 1)", name=op.f("ck_entry_sealed")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_entry_period_id")),
        sa.ForeignKeyConstraint(["reverses"], ["entry.id"], name=op.f("fk_entry_reverses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("reverses", name=op.f("uq_entry_reverses")),
    )
    op.create_index(op.f("ix_entry_period_id"), "entry", ["period_id"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet", sa.SmallInteger(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False, comment="upper case"),
        sa.Column(
            "retailer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False, comment="sale date"),
        sa.Column("units", sa.BigInteger(), nullable=False, comment="negative for returns"),
        sa.Column(
            "list_price",
            sa.BigInteger(),
            nullable=True,
            comment="as reported; null: the edition's price stands in",
        ),
        sa.Column("discount", sa.BigInteger(), nullable=True, comment="millionths of one"),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("order_ref", sa.Text(), nullable=False, comment="custom order, if any"),
        sa.Column("reference", sa.Text(), nullable=False, comment="the retailer's own"),
        sa.Column(
            "net",
            sa.BigInteger(),
            nullable=True,
            comment="null where it follows from the edition's price",
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_waiting_batch_id")),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_waiting_retailer_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "sheet", "row", "kind", name=op.f("pk_waiting")),
    )
    op.create_index(op.f("ix_waiting_identifier"), "waiting", ["identifier"], unique=False)
    op.create_table(
        "contract_close",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "contract_revision",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "plan_revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "plan_version",
            sa.String(length=10),
            nullable=False,
            comment="first day of the version used",
        ),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("brought_forward", sa.BigInteger(), nullable=False),
        sa.Column("withheld", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.Column("recouped", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("carried_forward", sa.BigInteger(), nullable=False),
        sa.Column("undistributed_before", sa.BigInteger(), nullable=False),
        sa.Column("undistributed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_revision"], ["revision.id"], name=op.f("fk_contract_close_contract_revision")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["closed_run.period_id"], name=op.f("fk_contract_close_period_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_revision"], ["revision.id"], name=op.f("fk_contract_close_plan_revision")
        ),
        sa.PrimaryKeyConstraint("period_id", "contract", name=op.f("pk_contract_close")),
    )
    op.create_table(
        "identifier",
        sa.Column(
            "value", sa.String(length=100), nullable=False, comment="upper case: ASIN, BN ID, alias"
        ),
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=32), nullable=False, comment="asin, bn, alias, …"),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_identifier_edition_id")
        ),
        sa.PrimaryKeyConstraint("value", name=op.f("pk_identifier")),
    )
    op.create_index(op.f("ix_identifier_edition_id"), "identifier", ["edition_id"], unique=False)
    op.create_table(
        "posting",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False, comment="minor units; debit positive"),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_posting_amount")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_posting_currency")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_posting_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_posting")),
    )
    op.create_index(op.f("ix_posting_account"), "posting", ["account"], unique=False)
    op.create_table(
        "price",
        sa.Column(
            "edition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "starts", sa.String(length=10), nullable=False, comment="first day the price holds"
        ),
        sa.Column("micro", sa.BigInteger(), nullable=False, comment="list price in millionths"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_price_edition_id")),
        sa.PrimaryKeyConstraint("edition_id", "currency", "starts", name=op.f("pk_price")),
    )
    op.create_table(
        "sale",
        sa.Column("edition_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("retailer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False, comment="1 sale, 2 return, 3 free"),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.SmallInteger(), nullable=False, comment="index into batch.sheets"),
        sa.Column(
            "row", sa.Integer(), nullable=False, comment="row of the sheet, the first being 1"
        ),
        sa.Column("day", sa.String(length=10), nullable=False, comment="sale date"),
        sa.Column("units", sa.BigInteger(), nullable=False, comment="negative for returns"),
        sa.Column(
            "list_price",
            sa.BigInteger(),
            nullable=True,
            comment="as reported; null: the edition's price stands in",
        ),
        sa.Column("discount", sa.BigInteger(), nullable=True, comment="millionths of one"),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("order_ref", sa.Text(), nullable=False, comment="custom order, if any"),
        sa.Column("reference", sa.Text(), nullable=False, comment="the retailer's own"),
        sa.Column("net", sa.BigInteger(), nullable=False, comment="net receipts in millionths"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_sale_batch_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_sale_edition_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_sale_period_id")),
        sa.ForeignKeyConstraint(["retailer_id"], ["retailer.id"], name=op.f("fk_sale_retailer_id")),
        sa.PrimaryKeyConstraint(
            "edition_id",
            "period_id",
            "retailer_id",
            "kind",
            "currency",
            "batch_id",
            "sheet",
            "row",
            name=op.f("pk_sale"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settlement",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("beneficiary", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("brought_forward", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("tax_rate", sa.Text(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("carried_forward", sa.BigInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.String(length=40),
            nullable=False,
            comment="why nothing was paid; empty if it was",
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["closed_run.period_id"], name=op.f("fk_settlement_period_id")
        ),
        sa.PrimaryKeyConstraint("period_id", "beneficiary", "currency", name=op.f("pk_settlement")),
    )
    op.create_table(
        "statement",
        sa.Column("number", sa.String(length=20), nullable=False, comment="2025-H1-001"),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="without gaps within the period"),
        sa.Column("beneficiary", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="everything it says, as JSON"),
        sa.Column(
            "fingerprint", sa.String(length=64), nullable=False, comment="SHA-256 of the content"
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["closed_run.period_id"], name=op.f("fk_statement_period_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_statement")),
        sa.UniqueConstraint(
            "period_id",
            "beneficiary",
            "currency",
            name=op.f("uq_statement_period_id_beneficiary_currency"),
        ),
        sa.UniqueConstraint("period_id", "place", name=op.f("uq_statement_period_id_place")),
    )
    op.create_table(
        "allocation",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("beneficiary", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id", "contract"],
            ["contract_close.period_id", "contract_close.contract"],
            name=op.f("fk_allocation_period_id_contract"),
        ),
        sa.PrimaryKeyConstraint(
            "period_id", "contract", "step", "beneficiary", name=op.f("pk_allocation")
        ),
    )
    op.create_table(
        "cap_close",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("plan", sa.String(length=64), nullable=False),
        sa.Column(
            "version", sa.String(length=10), nullable=False, comment="empty for a cap with a name"
        ),
        sa.Column(
            "path", sa.String(length=200), nullable=False, comment="empty for a cap with a name"
        ),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column(
            "amount", sa.BigInteger(), nullable=False, comment="what the cap took this period"
        ),
        sa.ForeignKeyConstraint(
            ["period_id", "contract"],
            ["contract_close.period_id", "contract_close.contract"],
            name=op.f("fk_cap_close_period_id_contract"),
        ),
        sa.PrimaryKeyConstraint(
            "period_id", "contract", "plan", "version", "path", "name", name=op.f("pk_cap_close")
        ),
    )
    op.create_table(
        "counter_close",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("counter", sa.String(length=300), nullable=False),
        sa.Column("counted", sa.Text(), nullable=False, comment="what this period added, exact"),
        sa.ForeignKeyConstraint(
            ["period_id", "contract"],
            ["contract_close.period_id", "contract_close.contract"],
            name=op.f("fk_counter_close_period_id_contract"),
        ),
        sa.PrimaryKeyConstraint("period_id", "contract", "counter", name=op.f("pk_counter_close")),
    )
    op.create_table(
        "earned_line",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="as numbered on statements"),
        sa.Column(
            "rule_place", sa.Integer(), nullable=False, comment="the rule's place in the contract"
        ),
        sa.Column("rule", sa.String(length=300), nullable=False),
        sa.Column("isbn", sa.String(length=13), nullable=True, comment="null for income"),
        sa.Column("retailer", sa.String(length=64), nullable=True, comment="null for income"),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=True, comment="null for income"),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("portion", sa.Text(), nullable=False),
        sa.Column(
            "base", sa.Text(), nullable=False, comment="the group's base, exact, in millionths"
        ),
        sa.Column("exchange_rate", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id", "contract"],
            ["contract_close.period_id", "contract_close.contract"],
            name=op.f("fk_earned_line_period_id_contract"),
        ),
        sa.PrimaryKeyConstraint("period_id", "contract", "line", name=op.f("pk_earned_line")),
    )
    op.create_table(
        "issued",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("file", sa.String(length=16), nullable=False, comment="workbook or twin"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="the file's name"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("template_version", sa.String(length=16), nullable=False),
        sa.Column("issued_at", sa.String(length=32), nullable=False),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["statement.number"], name=op.f("fk_issued_number")),
        sa.PrimaryKeyConstraint("number", "file", name=op.f("pk_issued")),
    )
    op.create_table(
        "reserve_release",
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("withheld_in", sa.Integer(), nullable=False, comment="period it was withheld in"),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id", "contract"],
            ["contract_close.period_id", "contract_close.contract"],
            name=op.f("fk_reserve_release_period_id_contract"),
        ),
        sa.PrimaryKeyConstraint(
            "period_id", "contract", "withheld_in", name=op.f("pk_reserve_release")
        ),
    )
    op.create_index(
        "ix_sale_without_list_price",
        "sale",
        ["period_id", "edition_id"],
        unique=False,
        sqlite_where=sa.text("list_price is null"),
        postgresql_where=sa.text("list_price is null"),
    )
    _run_sql(f"0001_guards_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Take this revision back: every table goes, and all that stood in it."""
    op.drop_table("reserve_release")
    op.drop_table("issued")
    op.drop_table("earned_line")
    op.drop_table("counter_close")
    op.drop_table("cap_close")
    op.drop_table("allocation")
    op.drop_table("statement")
    op.drop_table("settlement")
    op.drop_table("sale")
    op.drop_table("price")
    op.drop_index(op.f("ix_posting_account"), table_name="posting")
    op.drop_table("posting")
    op.drop_index(op.f("ix_identifier_edition_id"), table_name="identifier")
    op.drop_table("identifier")
    op.drop_table("contract_close")
    op.drop_index(op.f("ix_waiting_identifier"), table_name="waiting")
    op.drop_table("waiting")
    op.drop_index(op.f("ix_entry_period_id"), table_name="entry")
    op.drop_table("entry")
    op.drop_index(op.f("ix_edition_title_id"), table_name="edition")
    op.drop_table("edition")
    op.drop_index("ix_coverage_retailer_id", table_name="coverage")
    op.drop_table("coverage")
    op.drop_table("closed_run")
    op.drop_table("title")
    op.drop_index("ix_revision_kind_key", table_name="revision")
    op.drop_table("revision")
    op.drop_table("retailer")
    op.drop_table("period")
    op.drop_table("log")
    op.drop_index(
        "uq_batch_sha256_recorded",
        table_name="batch",
        sqlite_where=sa.text("status = 'recorded' and corrected_by is null"),
        postgresql_where=sa.text("status = 'recorded' and corrected_by is null"),
    )
    op.drop_index(
        "uq_batch_corrects_recorded",
        table_name="batch",
        sqlite_where=sa.text("status = 'recorded' and corrects is not null"),
        postgresql_where=sa.text("status = 'recorded' and corrects is not null"),
    )
    op.drop_table("batch")
    if op.get_bind().dialect.name == "postgresql":
        _run_sql("0001_guards_postgresql_down.sql")


def _run_sql(name: str) -> None:
    """Run the statements of a sibling file, parted by lines that hold only ``--``."""
    text = (Path(__file__).parents[1] / "sql" / name).read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))
