"""Holds on a clinic's slots, and the version of a clinic's hours."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HELD = sa.text("held_by_id IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("slot_claim") as batch_op:
        batch_op.alter_column("meeting_id", existing_type=BIG, nullable=True)
        batch_op.add_column(sa.Column("held_by_id", BIG, nullable=True))
        batch_op.add_column(sa.Column("held_part", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_slot_claim_held_by_id"), "person", ["held_by_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_slot_claim_booked_or_held"), "(meeting_id IS NULL) <> (held_by_id IS NULL)"
        )
        batch_op.create_check_constraint(
            op.f("ck_slot_claim_hold_is_whole"),
            "(held_by_id IS NULL) = (held_until IS NULL)"
            " AND (held_by_id IS NULL) = (held_part IS NULL)",
        )
    op.create_index(
        "uq_slot_claim_one_hold",
        "slot_claim",
        ["unit_id", "held_by_id", "held_part"],
        unique=True,
        sqlite_where=HELD,
        postgresql_where=HELD,
    )
    op.create_index(
        "ix_slot_claim_held_until",
        "slot_claim",
        ["held_until"],
        sqlite_where=HELD,
        postgresql_where=HELD,
    )
    op.create_table(
        "clinic_schedule",
        sa.Column("unit_id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_clinic_schedule_version")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_clinic_schedule_unit_id")),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_clinic_schedule_association_id")
        ),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_clinic_schedule")),
    )


def downgrade() -> None:
    op.drop_table("clinic_schedule")
    op.drop_index("ix_slot_claim_held_until", "slot_claim")
    op.drop_index("uq_slot_claim_one_hold", "slot_claim")
    op.execute("DELETE FROM slot_claim WHERE meeting_id IS NULL")
    with op.batch_alter_table("slot_claim") as batch_op:
        batch_op.drop_constraint(op.f("ck_slot_claim_hold_is_whole"), type_="check")
        batch_op.drop_constraint(op.f("ck_slot_claim_booked_or_held"), type_="check")
        batch_op.drop_constraint(op.f("fk_slot_claim_held_by_id"), type_="foreignkey")
        batch_op.drop_column("held_until")
        batch_op.drop_column("held_part")
        batch_op.drop_column("held_by_id")
        batch_op.alter_column("meeting_id", existing_type=BIG, nullable=False)
