"""Competence reports."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Rows of these tables are written once.
WRITTEN_ONCE = ("competence_report", "competence_training")


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "competence_report",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("trained", sa.Integer(), nullable=False),
        sa.Column("reported_by_id", BIG, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "trained >= 0 AND trained <= staff", name=op.f("ck_competence_report_trained_of_staff")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_competence_report_number")),
        _reference("competence_report", "association_id", "association"),
        _reference("competence_report", "agreement_id", "agreement"),
        _reference("competence_report", "organisation_id", "organisation"),
        _reference("competence_report", "unit_id", "unit"),
        _reference("competence_report", "reported_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competence_report")),
    )
    op.create_index(
        "uq_competence_report_unit",
        "competence_report",
        ["agreement_id", "unit_id", "subject", "number"],
        unique=True,
        sqlite_where=sa.text("unit_id IS NOT NULL"),
        postgresql_where=sa.text("unit_id IS NOT NULL"),
    )
    op.create_index(
        "uq_competence_report_organisation",
        "competence_report",
        ["agreement_id", "organisation_id", "subject", "number"],
        unique=True,
        sqlite_where=sa.text("unit_id IS NULL"),
        postgresql_where=sa.text("unit_id IS NULL"),
    )
    op.create_index(
        "ix_competence_report_as_of",
        "competence_report",
        ["agreement_id", "organisation_id", "subject", "as_of"],
    )
    op.create_table(
        "competence_training",
        sa.Column("report_id", BIG, nullable=False),
        sa.Column("trained_on", sa.Date(), nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people > 0", name=op.f("ck_competence_training_people")),
        _reference("competence_training", "report_id", "competence_report"),
        _reference("competence_training", "association_id", "association"),
        sa.PrimaryKeyConstraint("report_id", "trained_on", name=op.f("pk_competence_training")),
    )
    op.create_table(
        "competence_name",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("report_id", BIG, nullable=False),
        sa.Column("trained_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        _reference("competence_name", "association_id", "association"),
        _reference("competence_name", "report_id", "competence_report"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competence_name")),
    )
    op.create_index(op.f("ix_competence_name_report_id"), "competence_name", ["report_id"])
    op.create_table(
        "competence_import",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        _reference("competence_import", "association_id", "association"),
        _reference("competence_import", "agreement_id", "agreement"),
        _reference("competence_import", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competence_import")),
    )
    op.create_index(op.f("ix_competence_import_person_id"), "competence_import", ["person_id"])
    op.create_index(op.f("ix_competence_import_expires_at"), "competence_import", ["expires_at"])
    _refuse_changes()


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in WRITTEN_ONCE:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        return
    for table in WRITTEN_ONCE:
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    # Their triggers go with them.
    op.drop_table("competence_import")
    op.drop_table("competence_name")
    op.drop_table("competence_training")
    op.drop_table("competence_report")
