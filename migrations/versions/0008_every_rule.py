"""What every kind of rule needs to know of an occurrence."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATUSES = ("pending", "met", "partly", "not_met", "unreported", "not_assessable")
#: Kinds that were one, by what they are about.
KINDS = {
    "sip_preparation": "followed_up_within",
    "first_meeting_material": "prepared_before",
    "written_to_clinic": "share_of_cases",
    "first_meeting_attended": "share_of_cases",
    "enquiry_when_unclear": "asked_when_unclear",
}


COMMITMENT = sa.table("commitment", sa.column("rule"), sa.column("subject"))


def _rename(subject: str, before: str, after: str) -> None:
    rows = sa.and_(COMMITMENT.c.rule == before, COMMITMENT.c.subject == subject)
    op.execute(sa.update(COMMITMENT).where(rows).values(rule=after))


def upgrade() -> None:
    with op.batch_alter_table("occurrence") as batch:
        batch.add_column(sa.Column("asked_on", sa.Date()))
        for name in ("counted", "total", "unknown"):
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("outcome", sa.String(16), nullable=False, server_default=""))
        batch.add_column(sa.Column("trained", sa.Text()))
        batch.add_column(
            sa.Column(
                "at_sweep",
                sa.Enum(
                    *STATUSES,
                    name="at_sweep",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=False,
                server_default="not_met",
            )
        )
        batch.add_column(sa.Column("missed_at", sa.DateTime(timezone=True)))
        batch.create_check_constraint("counts", "counted >= 0 AND total >= 0 AND unknown >= 0")
    # Until now the sweep settled nothing but misses, and evidence nothing that it had swept.
    op.execute(
        "UPDATE occurrence SET missed_at = settled_at WHERE id IN "
        "(SELECT occurrence_id FROM deviation) "
        "OR (on_miss = 'observation' AND status = 'not_met' AND sweep_at IS NULL)"
    )
    op.create_table(
        "occurrence_decision",
        sa.Column("occurrence_id", BIG, nullable=False),
        sa.Column("parameter_decision_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_occurrence_decision_occurrence_id"),
        ),
        sa.ForeignKeyConstraint(
            ["parameter_decision_id"],
            ["parameter_decision.id"],
            name=op.f("fk_occurrence_decision_parameter_decision_id"),
        ),
        sa.PrimaryKeyConstraint(
            "occurrence_id", "parameter_decision_id", name=op.f("pk_occurrence_decision")
        ),
    )
    op.add_column(
        "obligation",
        sa.Column("by_decision", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("agreement", sa.Column("terms_opened_on", sa.Date()))
    for name in ("counted", "total"):
        op.add_column("evidence", sa.Column(name, sa.Integer()))
    for subject, kind in KINDS.items():
        _rename(subject, "case_gate", kind)


def downgrade() -> None:
    # The older sweep knows one way to settle: what it would call missed is left alone.
    op.execute("UPDATE occurrence SET sweep_at = NULL WHERE at_sweep <> 'not_met'")
    for subject, kind in KINDS.items():
        _rename(subject, kind, "case_gate")
    for name in ("total", "counted"):
        op.drop_column("evidence", name)
    op.drop_column("agreement", "terms_opened_on")
    op.drop_column("obligation", "by_decision")
    op.drop_table("occurrence_decision")
    with op.batch_alter_table("occurrence") as batch:
        batch.drop_constraint("counts", type_="check")
        batch.drop_constraint("at_sweep", type_="check")
        for name in (
            "missed_at",
            "at_sweep",
            "trained",
            "outcome",
            "unknown",
            "total",
            "counted",
            "asked_on",
        ):
            batch.drop_column(name)
