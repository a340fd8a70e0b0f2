"""Certificates, letters, and what more an enquiry knows."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Rows of these tables are written once.
APPEND_ONLY = ("certificate_revision", "certificate_statement", "letter_revision")


def _table(name: str, *columns: sa.Column[Any] | sa.Constraint, **keys: str) -> None:
    """Make a table with a key; `keys` maps a column to the table it refers to."""
    op.create_table(
        name,
        sa.Column("id", BIG, nullable=False),
        *(sa.Column(column, BIG, nullable=False) for column in keys),
        *columns,
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, table in keys.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _check(table: str, name: str, text: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    with op.batch_alter_table("enquiry") as batch:
        batch.add_column(
            sa.Column("answer_revision", sa.Integer(), nullable=False, server_default="0")
        )
        batch.add_column(sa.Column("forwarded_on", sa.Date()))
        batch.create_check_constraint(
            op.f("ck_enquiry_forward_after_question"),
            "forwarded_on IS NULL OR forwarded_on >= sent_on",
        )
    op.execute("UPDATE enquiry SET answer_revision = 1 WHERE answered_on IS NOT NULL")

    table = "certificate_report"
    _table(
        table,
        sa.Column("term", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _unique(table, "agreement_id", "unit_id", "term", "organisation_id"),
        association_id="association",
        agreement_id="agreement",
        organisation_id="organisation",
        unit_id="unit",
    )
    op.create_index(op.f("ix_certificate_report_organisation_id"), table, ["organisation_id"])
    op.create_index(op.f("ix_certificate_report_unit_id"), table, ["unit_id"])

    table = "certificate_revision"
    _table(
        table,
        sa.Column("number", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("received", "lacking", "completed")
        ),
        *(
            sa.Column(name, sa.Integer())
            for name in ("received_women", "received_men", "lacking_women", "lacking_men")
        ),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        _unique(table, "report_id", "number"),
        _check(table, "counts", "received >= 0 AND lacking >= 0 AND completed >= 0"),
        _check(table, "parts", "lacking <= received AND completed <= lacking"),
        _check(
            table,
            "split_whole",
            "(received_women IS NULL AND received_men IS NULL AND lacking_women IS NULL "
            "AND lacking_men IS NULL) OR (received_women IS NOT NULL AND received_men IS NOT NULL "
            "AND lacking_women IS NOT NULL AND lacking_men IS NOT NULL)",
        ),
        _check(
            table,
            "split_parts",
            "received_women IS NULL OR (lacking_women >= 0 AND lacking_men >= 0 "
            "AND lacking_women <= received_women AND lacking_men <= received_men "
            "AND received_women + received_men <= received "
            "AND lacking_women + lacking_men <= lacking)",
        ),
        association_id="association",
        report_id="certificate_report",
        reported_by_id="person",
    )

    table = "certificate_statement"
    _table(
        table,
        sa.Column("term", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _unique(table, "agreement_id", "unit_id", "term", "number"),
        _check(table, "has_text", "length(trim(text)) > 0"),
        association_id="association",
        agreement_id="agreement",
        unit_id="unit",
        person_id="person",
    )
    op.create_index(op.f("ix_certificate_statement_unit_id"), table, ["unit_id"])

    table = "letter_template"
    _table(
        table,
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _unique(table, "association_id", "key"),
        association_id="association",
    )

    table = "letter_revision"
    _table(
        table,
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _unique(table, "template_id", "number"),
        _check(table, "has_text", "length(trim(name)) > 0 AND length(trim(body)) > 0"),
        association_id="association",
        template_id="letter_template",
        person_id="person",
    )
    for table in APPEND_ONLY:
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            continue
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    for table in (
        "letter_revision",
        "letter_template",
        "certificate_statement",
        "certificate_revision",
        "certificate_report",
    ):
        op.drop_table(table)
    with op.batch_alter_table("enquiry") as batch:
        batch.drop_constraint(op.f("ck_enquiry_forward_after_question"), type_="check")
        batch.drop_column("forwarded_on")
        batch.drop_column("answer_revision")
