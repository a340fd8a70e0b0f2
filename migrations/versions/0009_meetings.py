"""Meetings held, attendance and lifted issues."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key() -> sa.Column[Any]:
    return sa.Column("id", BIG, nullable=False)


def _reference(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, BIG, nullable=nullable)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.add_column(
        "meeting",
        sa.Column("target_group", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "meeting_report",
        _key(),
        _reference("association_id"),
        _reference("meeting_id"),
        _reference("reported_by_id"),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_on", sa.Date()),
        sa.Column("nothing_lifted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT nothing_lifted OR lifted_on IS NOT NULL",
            name=op.f("ck_meeting_report_nothing_is_dated"),
        ),
        _foreign("meeting_report", "association_id", "association"),
        _foreign("meeting_report", "meeting_id", "meeting"),
        _foreign("meeting_report", "reported_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_report")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_meeting_report_meeting_id")),
    )
    op.create_index(op.f("ix_meeting_report_association_id"), "meeting_report", ["association_id"])
    op.create_table(
        "meeting_attendance",
        _key(),
        _reference("association_id"),
        _reference("meeting_id"),
        _reference("organisation_id"),
        _reference("unit_id", nullable=True),
        sa.Column(
            "presence",
            sa.Enum(
                "present",
                "deputy",
                "absent",
                name="presence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "people >= 0 AND (presence = 'absent') = (people = 0)",
            name=op.f("ck_meeting_attendance_people"),
        ),
        _foreign("meeting_attendance", "association_id", "association"),
        _foreign("meeting_attendance", "meeting_id", "meeting"),
        _foreign("meeting_attendance", "organisation_id", "organisation"),
        _foreign("meeting_attendance", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_attendance")),
    )
    for name, column, where in (
        ("organisation", "organisation_id", "unit_id IS NULL"),
        ("unit", "unit_id", "unit_id IS NOT NULL"),
    ):
        op.create_index(
            f"uq_meeting_attendance_{name}",
            "meeting_attendance",
            ["meeting_id", column],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "lifted_issue",
        _key(),
        _reference("association_id"),
        _reference("meeting_id"),
        _reference("organisation_id", nullable=True),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=False),
        _reference("lifted_by_id"),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_lifted_issue_text")),
        _foreign("lifted_issue", "association_id", "association"),
        _foreign("lifted_issue", "meeting_id", "meeting"),
        _foreign("lifted_issue", "organisation_id", "organisation"),
        _foreign("lifted_issue", "lifted_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lifted_issue")),
    )
    op.create_index(op.f("ix_lifted_issue_meeting_id"), "lifted_issue", ["meeting_id"])
    op.create_index("ix_lifted_issue_list", "lifted_issue", ["association_id", "id"])
    op.create_table(
        "party_lift",
        _key(),
        _reference("association_id"),
        _reference("meeting_id"),
        _reference("organisation_id"),
        sa.Column("nothing_lifted", sa.Boolean(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        _reference("said_by_id"),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        _foreign("party_lift", "association_id", "association"),
        _foreign("party_lift", "meeting_id", "meeting"),
        _foreign("party_lift", "organisation_id", "organisation"),
        _foreign("party_lift", "said_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_lift")),
        sa.UniqueConstraint(
            "meeting_id",
            "organisation_id",
            name=op.f("uq_party_lift_meeting_id_organisation_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("party_lift")
    op.drop_table("lifted_issue")
    op.drop_table("meeting_attendance")
    op.drop_table("meeting_report")
    op.drop_column("meeting", "target_group")
