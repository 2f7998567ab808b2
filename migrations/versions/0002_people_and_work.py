"""People who sign in, work under way, and each batch's sums.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "subject", sa.String(length=64), nullable=False, comment="SHA-256 of e-mail or address"
        ),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_subject", "attempt", ["subject", "at"], unique=False)
    op.create_table(
        "explanation",
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column(
            "subject",
            sa.String(length=200),
            nullable=False,
            comment="title:collab, retailer:amazon, …",
        ),
        sa.Column(
            "figure", sa.String(length=100), nullable=False, comment="the figures that it explains"
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("period", "subject", name=op.f("pk_explanation")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column(
            "text", sa.Text(), nullable=False, comment="emptied once sent if it held a secret link"
        ),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), nullable=False, comment="JSON list of issued files"),
        sa.Column(
            "kind", sa.String(length=32), nullable=False, comment="invitation, reset, statement, …"
        ),
        sa.Column(
            "about", sa.String(length=100), nullable=False, comment="statement number, person, …"
        ),
        sa.Column(
            "secret", sa.SmallInteger(), nullable=False, comment="1: holds a link that signs in"
        ),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "next_at",
            sa.String(length=32),
            nullable=True,
            comment="when to try again; null: sent or given up",
        ),
        sa.Column("sent_at", sa.String(length=32), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index("ix_mail_about", "mail", ["kind", "about"], unique=False)
    op.create_index("ix_mail_next_at", "mail", ["next_at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False, comment="lower case"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column(
            "status", sa.String(length=8), nullable=False, comment="invited, active or disabled"
        ),
        sa.Column(
            "password_hash",
            sa.Text(),
            nullable=True,
            comment="Argon2id; null until the invitation is accepted",
        ),
        sa.Column(
            "totp_secret", sa.String(length=64), nullable=True, comment="null: no second factor yet"
        ),
        sa.Column(
            "totp_step",
            sa.BigInteger(),
            nullable=True,
            comment="last time step used: a code counts once",
        ),
        sa.Column(
            "locale",
            sa.String(length=16),
            nullable=False,
            comment="how dates and money are written",
        ),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "role in ('organization', 'nonprofit', 'clerk', 'manager', 'administrator')",
            name=op.f("ck_person_role"),
        ),
        sa.CheckConstraint(
            "status in ('invited', 'active', 'disabled')", name=op.f("ck_person_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=64), nullable=False, comment="two_people, …"),
        sa.Column("value", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False, comment="check, import, …"),
        sa.Column("subject", sa.String(length=100), nullable=False, comment="what it works on"),
        sa.Column("arguments", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=True),
        sa.Column(
            "lease_until",
            sa.String(length=32),
            nullable=True,
            comment="after it a running job counts as lost",
        ),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column("result", sa.Text(), nullable=True, comment="JSON"),
        sa.Column("error", sa.Text(), nullable=True, comment="what to tell the person"),
        sa.CheckConstraint(
            "status in ('queued', 'running', 'done', 'failed')", name=op.f("ck_job_status")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_job_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(
        "uq_job_active",
        "job",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("status in ('queued', 'running')"),
        postgresql_where=sa.text("status in ('queued', 'running')"),
    )
    op.create_table(
        "link",
        sa.Column(
            "hash", sa.String(length=64), nullable=False, comment="SHA-256 of what the e-mail holds"
        ),
        sa.Column("purpose", sa.String(length=16), nullable=False, comment="invitation or reset"),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("used_at", sa.String(length=32), nullable=True),
        sa.CheckConstraint("purpose in ('invitation', 'reset')", name=op.f("ck_link_purpose")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_link")),
    )
    op.create_index(op.f("ix_link_person_id"), "link", ["person_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "beneficiary", sa.String(length=64), nullable=False, comment="key of the nonprofit"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("person_id", "beneficiary", name=op.f("pk_membership")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="close or setup"),
        sa.Column(
            "subject", sa.String(length=200), nullable=False, comment="period, or part and key"
        ),
        sa.Column("body", sa.Text(), nullable=False, comment="JSON of what is to be done"),
        sa.Column(
            "fingerprint", sa.String(length=64), nullable=False, comment="of what was looked at"
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=9), nullable=False),
        sa.Column("prepared_at", sa.String(length=32), nullable=False),
        sa.Column("prepared_by", sa.String(length=200), nullable=False),
        sa.Column(
            "prepared_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was refused or withdrawn"),
        sa.CheckConstraint("kind in ('close', 'setup')", name=op.f("ck_proposal_kind")),
        sa.CheckConstraint(
            "status in ('waiting', 'approved', 'refused', 'withdrawn')",
            name=op.f("ck_proposal_status"),
        ),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"], ["person.id"], name=op.f("fk_proposal_prepared_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(
        "uq_proposal_waiting",
        "proposal",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_table(
        "recovery_code",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="SHA-256"),
        sa.Column("used_at", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "sale_total",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "retailer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("month", sa.String(length=7), nullable=False, comment="of the sale date"),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_sale_total_batch_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_sale_total_period_id")),
        sa.ForeignKeyConstraint(
            ["retailer_id"], ["retailer.id"], name=op.f("fk_sale_total_retailer_id")
        ),
        sa.PrimaryKeyConstraint(
            "batch_id",
            "period_id",
            "retailer_id",
            "month",
            "kind",
            "currency",
            name=op.f("pk_sale_total"),
        ),
    )
    op.create_table(
        "sales_draft",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("retailer", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Text(), nullable=False, comment="JSON list of rows of text cells"),
        sa.Column(
            "token",
            sa.String(length=64),
            nullable=False,
            comment="goes into the file that the rows become, so that they become one once",
        ),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="grows whenever the rows change"
        ),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sales_draft_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "retailer", name=op.f("pk_sales_draft")),
    )
    op.create_table(
        "session",
        sa.Column(
            "hash",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of what the browser holds",
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "stage",
            sa.String(length=8),
            nullable=False,
            comment="password: second factor is still due",
        ),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.Column(
            "proved_at",
            sa.String(length=32),
            nullable=False,
            comment="when password or code was last given",
        ),
        sa.Column(
            "agent", sa.String(length=300), nullable=False, comment="the browser's own words"
        ),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.CheckConstraint("stage in ('password', 'full')", name=op.f("ck_session_stage")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_person_id"), "session", ["person_id"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False, comment="the file's name as sent"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column(
            "report",
            sa.String(length=64),
            nullable=True,
            comment="format named by hand; null: recognised",
        ),
        sa.Column("choices", sa.Text(), nullable=False, comment="JSON of what the user chose"),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column(
            "summary",
            sa.Text(),
            nullable=True,
            comment="what a list shows of the newest import document, as JSON",
        ),
        sa.Column("document", sa.Text(), nullable=True, comment="the newest import document"),
        sa.Column(
            "batch_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="once recorded",
        ),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "status in ('received', 'checked', 'recorded', 'removed')",
            name=op.f("ck_upload_status"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_upload_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.execute(
        "INSERT INTO sale_total (batch_id, period_id, retailer_id, month, kind, currency, lines, "
        "units, net) SELECT batch_id, period_id, retailer_id, substr(day, 1, 7), kind, currency, "
        "count(*), sum(units), sum(net) FROM sale "
        "GROUP BY batch_id, period_id, retailer_id, substr(day, 1, 7), kind, currency"
    )


def downgrade() -> None:
    """Take this revision back."""
    op.drop_table("upload")
    op.drop_index(op.f("ix_session_person_id"), table_name="session")
    op.drop_table("session")
    op.drop_table("sales_draft")
    op.drop_table("sale_total")
    op.drop_table("recovery_code")
    op.drop_index(
        "uq_proposal_waiting",
        table_name="proposal",
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.drop_table("proposal")
    op.drop_table("membership")
    op.drop_index(op.f("ix_link_person_id"), table_name="link")
    op.drop_table("link")
    op.drop_index(
        "uq_job_active",
        table_name="job",
        sqlite_where=sa.text("status in ('queued', 'running')"),
        postgresql_where=sa.text("status in ('queued', 'running')"),
    )
    op.drop_table("job")
    op.drop_table("setting")
    op.drop_table("person")
    op.drop_index("ix_mail_next_at", table_name="mail")
    op.drop_index("ix_mail_about", table_name="mail")
    op.drop_table("mail")
    op.drop_table("explanation")
    op.drop_index("ix_attempt_subject", table_name="attempt")
    op.drop_table("attempt")
