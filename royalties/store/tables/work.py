"""Work in progress: uploads, background jobs, drafts, proposals, mail."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from royalties.domain.approvals import ProposalKind, ProposalStatus
from royalties.domain.jobs import JobStatus
from royalties.domain.periods import ParallelStatus
from royalties.domain.sales.imports import UploadStatus
from royalties.domain.sales.slices import ImportOutcome
from royalties.store.tables.metadata import Id, Key, MomentText, metadata
from royalties.store.tables.sales import CHANGES, CHANGES_COMMENT
from royalties.store.tables.types import Flag, Json, Moment, Word

setting = Table(
    "setting",
    metadata,
    Column("name", String(64), primary_key=True, comment="two_people, …"),
    Column("value", Json, nullable=False, comment="JSON"),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String(200), nullable=False),
)

saved_filter = Table(
    "saved_filter",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, comment="who saved it"),
    Column("list", String(32), nullable=False, comment="which list it is of"),
    Column("name", String(80), nullable=False),
    Column("query", Json, nullable=False, comment="JSON of the address's filters and sorting"),
    Column("shared", Flag, nullable=False, comment="1: everybody at the desk has it"),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("person_id", "list", "name"),
)

upload = Table(
    "upload",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(255), nullable=False, comment="the file's name as sent"),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False, comment="bytes"),
    Column("report", String(64), comment="format named by hand; null: recognised"),
    Column("choices", Json, nullable=False, comment="JSON of what the user chose"),
    Column("changes", CHANGES, nullable=False, server_default="[]", comment=CHANGES_COMMENT),
    Column("status", Word(UploadStatus, 8), nullable=False),
    Column(
        "summary",
        Json(in_order=False),
        comment="what a list shows of the newest import document, as JSON",
    ),
    Column("document", Json(in_order=False), comment="the newest import document"),
    Column("outcome", Word(ImportOutcome, 16), comment="of the newest check; null: not checked"),
    Column("batch_id", ForeignKey("batch.id"), comment="once recorded"),
    Column("created_at", MomentText, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column(
        "first_rows",
        Json(in_order=False),
        comment="JSON of the file's first rows, while it is being mapped",
    ),
    CheckConstraint("status in ('received', 'checked', 'recorded', 'removed')", name="status"),
    CheckConstraint(
        "outcome in ('recorded', 'refused', 'confirm', 'choose', 'nothing-new')", name="outcome"
    ),
)

_ACTIVE = text("status in ('queued', 'running')")
job = Table(
    "job",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(32), nullable=False, comment="check, import, …"),
    Column("subject", String(100), nullable=False, comment="what it works on"),
    Column("arguments", Json(in_order=False), nullable=False, comment="JSON"),
    Column("status", Word(JobStatus, 8), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("lease_until", Moment, comment="after it a running job counts as lost"),
    Column("ended_at", Moment),
    Column("result", Json(in_order=False), comment="JSON"),
    Column("error", Text, comment="what to tell the person"),
    CheckConstraint("status in ('queued', 'running', 'done', 'failed')", name="status"),
    Index(
        "uq_job_active",
        "kind",
        "subject",
        unique=True,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    ),
)

sales_draft = Table(
    "sales_draft",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("retailer", Key, primary_key=True),
    Column(
        "rows",
        Json(lambda rows: tuple(map(tuple, rows))),
        nullable=False,
        comment="JSON list of rows of text cells",
    ),
    Column(
        "token",
        String(64),
        nullable=False,
        comment="goes into the file that the rows become, so that they become one once",
    ),
    Column("version", Integer, nullable=False, comment="grows whenever the rows change"),
    Column("changed_at", MomentText, nullable=False),
)

_WAITS = text("status = 'waiting'")
proposal = Table(
    "proposal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Word(ProposalKind, 16), nullable=False, comment="close, setup, quote, …"),
    Column("subject", String(200), nullable=False, comment="period, order, part and key, …"),
    Column("body", Json, nullable=False, comment="JSON of what is to be done"),
    Column("fingerprint", String(64), nullable=False, comment="of what was looked at"),
    Column("note", Text, nullable=False),
    Column("status", Word(ProposalStatus, 9), nullable=False),
    Column("prepared_at", Moment, nullable=False),
    Column("prepared_by", String(200), nullable=False),
    Column("prepared_by_id", ForeignKey("person.id"), nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", String(200)),
    Column("reason", Text, nullable=False, comment="why it was refused or withdrawn"),
    CheckConstraint(
        "kind in ('close', 'setup', 'quote', 'receipt', 'pay-back', 'contact', 'move')",
        name="kind",
    ),
    CheckConstraint("status in ('waiting', 'approved', 'refused', 'withdrawn')", name="status"),
    Index(
        "uq_proposal_waiting",
        "kind",
        "subject",
        unique=True,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    ),
)

parallel_run = Table(
    "parallel_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("period", String(8), nullable=False),
    Column("file", String(100), nullable=False, comment="what the totals were sent as"),
    Column("totals", Json(in_order=False), nullable=False, comment="the old statement's, JSON"),
    Column("reasons", Json(in_order=False), nullable=False, comment="of differences, JSON"),
    Column("status", Word(ParallelStatus, 9), nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("begun_by", String(200), nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", String(200)),
    Column("note", Text, nullable=False, comment="what was said when it was signed off or left"),
    CheckConstraint("status in ('open', 'signed', 'abandoned')", name="status"),
    Index(
        "uq_parallel_run_open",
        "period",
        unique=True,
        sqlite_where=text("status = 'open'"),
        postgresql_where=text("status = 'open'"),
    ),
)

explanation = Table(
    "explanation",
    metadata,
    Column("period", String(8), primary_key=True),
    Column("subject", String(200), primary_key=True, comment="title:collab, retailer:amazon, …"),
    Column("figure", String(100), nullable=False, comment="the figures that it explains"),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String(200), nullable=False),
)

mail = Table(
    "mail",
    metadata,
    Column("id", Id, primary_key=True),
    Column("recipient", String(254), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("text", Text, nullable=False, comment="emptied once sent if it held a secret link"),
    Column("html", Text, nullable=False),
    Column("attachments", Json, nullable=False, comment="JSON list of issued files"),
    Column("link_words", String(100), comment="what the link says; null: there is none"),
    Column("link", Text, comment="where it leads at the desk; emptied once sent if secret"),
    Column("kind", String(32), nullable=False, comment="invitation, reset, statement, …"),
    Column("about", String(100), nullable=False, comment="statement number, person, …"),
    Column("secret", Flag, nullable=False, comment="1: holds a link that signs in"),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, comment="when to try again; null: sent or given up"),
    Column("sent_at", Moment),
    Column("error", Text, nullable=False),
    Index("ix_mail_next_at", "next_at"),
    Index("ix_mail_about", "kind", "about"),
)
