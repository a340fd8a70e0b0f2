"""Self-reports and services."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SUBJECTS = (
    "vocational_rehabilitation",
    "preparatory_services",
    "enquiry_when_unclear",
    "steering_meeting",
)


def upgrade() -> None:
    op.create_table(
        "self_report",
        sa.Column("id", KEY, nullable=False),
        sa.Column("association_id", KEY, nullable=False),
        sa.Column("agreement_id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                *SUBJECTS, name="subject", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("term", sa.String(length=16), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("men", sa.Integer(), nullable=True),
        sa.Column("rehabilitated", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reported_by_id", KEY, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_self_report_revision")),
        sa.CheckConstraint(
            "last_on >= first_on AND reported_on >= first_on", name=op.f("ck_self_report_dates")
        ),
        sa.CheckConstraint(
            "(subject = 'vocational_rehabilitation' AND works IS NOT NULL AND number IS NULL)"
            " OR (subject <> 'vocational_rehabilitation' AND works IS NULL AND number >= 0"
            " AND number IS NOT NULL AND people IS NULL)",
            name=op.f("ck_self_report_answer"),
        ),
        sa.CheckConstraint(
            "people >= 0 AND women >= 0 AND men >= 0 AND rehabilitated >= 0",
            name=op.f("ck_self_report_counts"),
        ),
        sa.CheckConstraint(
            "people IS NOT NULL OR (women IS NULL AND men IS NULL AND rehabilitated IS NULL)",
            name=op.f("ck_self_report_whole"),
        ),
        sa.CheckConstraint(
            "coalesce(women, 0) + coalesce(men, 0) <= coalesce(people, 0)"
            " AND coalesce(rehabilitated, 0) <= coalesce(people, 0)",
            name=op.f("ck_self_report_parts"),
        ),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_self_report_association_id")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_self_report_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_self_report_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["reported_by_id"], ["person.id"], name=op.f("fk_self_report_reported_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_report")),
        sa.UniqueConstraint(
            "agreement_id",
            "organisation_id",
            "subject",
            "term",
            "revision",
            name=op.f("uq_self_report_revision"),
        ),
    )
    with op.batch_alter_table("self_report", schema=None) as batch_op:
        for column in ("association_id", "organisation_id"):
            batch_op.create_index(batch_op.f(f"ix_self_report_{column}"), [column], unique=False)
    _append_only()
    op.create_table(
        "preparatory_service",
        sa.Column("id", KEY, nullable=False),
        sa.Column("association_id", KEY, nullable=False),
        sa.Column("organisation_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_preparatory_service_span")
        ),
        sa.ForeignKeyConstraint(
            ["association_id"],
            ["association.id"],
            name=op.f("fk_preparatory_service_association_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_preparatory_service_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preparatory_service")),
        sa.UniqueConstraint(
            "organisation_id",
            "name",
            "valid_from",
            name=op.f("uq_preparatory_service_organisation_id_name_valid_from"),
        ),
    )
    with op.batch_alter_table("preparatory_service", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_preparatory_service_association_id"), ["association_id"], unique=False
        )


def _append_only() -> None:
    """Refuse to change or remove a revision; the function came with 0007."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER self_report_append_only BEFORE UPDATE OR DELETE ON self_report "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER self_report_no_{event.lower()} BEFORE {event} ON self_report "
            "BEGIN SELECT RAISE(ABORT, 'self_report is append-only'); END"
        )


def downgrade() -> None:
    with op.batch_alter_table("preparatory_service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preparatory_service_association_id"))
    op.drop_table("preparatory_service")
    # Its triggers go with the table.
    with op.batch_alter_table("self_report", schema=None) as batch_op:
        for column in ("organisation_id", "association_id"):
            batch_op.drop_index(batch_op.f(f"ix_self_report_{column}"))
    op.drop_table("self_report")
