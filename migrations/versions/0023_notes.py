"""Notes, questions and files of the staff, and what each person is told by e-mail.

A migration must work beside the previous release, must not lock long, and never imports the
desk's own code: tables are written out here as they were.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("kind = 'question' AND resolved_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "note",
        sa.Column("id", _ID, nullable=False),
        sa.Column("subject", sa.String(16), nullable=False, comment="contracts, periods, …"),
        sa.Column(
            "key", sa.String(64), nullable=False, comment="of the entry, or the period's name"
        ),
        sa.Column("kind", sa.String(8), nullable=False, comment="note, question or answer"),
        sa.Column("question_id", _ID, nullable=True, comment="what an answer answers"),
        sa.Column(
            "text", sa.Text(), nullable=False, comment="may be empty where a file is attached"
        ),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("person_id", _ID, nullable=True, comment="null: at the command line"),
        sa.Column(
            "resolved_at", sa.String(32), nullable=True, comment="of a question that is settled"
        ),
        sa.Column(
            "withdrawn_at", sa.String(32), nullable=True, comment="since then it is only history"
        ),
        sa.CheckConstraint(
            "subject in ('contracts', 'beneficiaries', 'retailers', 'periods')",
            name=op.f("ck_note_subject"),
        ),
        sa.CheckConstraint("kind in ('note', 'question', 'answer')", name=op.f("ck_note_kind")),
        sa.ForeignKeyConstraint(["question_id"], ["note.id"], name=op.f("fk_note_question_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_note_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_subject", "note", ["subject", "key"])
    op.create_index(op.f("ix_note_question_id"), "note", ["question_id"])
    op.create_index("ix_note_open", "note", ["at"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "note_file",
        sa.Column("id", _ID, nullable=False),
        sa.Column("note_id", _ID, nullable=False),
        sa.Column("name", sa.String(255), nullable=False, comment="the file's name as sent"),
        sa.Column("type", sa.String(100), nullable=False, comment="media type, by its bytes"),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_file_note_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_file")),
    )
    op.create_index(op.f("ix_note_file_note_id"), "note_file", ["note_id"])
    op.create_table(
        "note_event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("note_id", _ID, nullable=False),
        sa.Column("action", sa.String(16), nullable=False, comment="added, resolved, withdrawn, …"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_event_note_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_event")),
    )
    op.create_index(op.f("ix_note_event_note_id"), "note_event", ["note_id"])
    op.create_table(
        "mail_choice",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("event", sa.String(24), nullable=False, comment="approval, period-ended, …"),
        sa.Column(
            "wanted", sa.SmallInteger(), nullable=False, comment="1: they are told of it by e-mail"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_mail_choice_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", "event", name=op.f("pk_mail_choice")),
    )
    _run_sql(f"0023_guards_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Take this revision back; attached files stay in the home folder, in ``documents``."""
    for table in ("mail_choice", "note_event", "note_file", "note"):
        op.drop_table(table)


def _run_sql(name: str) -> None:
    """Run the statements of a sibling file, parted by lines that hold only ``--``."""
    text = (Path(__file__).parents[1] / "sql" / name).read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        op.execute(sa.text(statement.replace(":", "\\:")))
