"""Common time: published calendars and polls."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key() -> sa.Column[Any]:
    return sa.Column("id", BIG, nullable=False)


def _reference(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, BIG, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _one_of(column: str, name: str, *values: str) -> sa.Column[Any]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=False)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _within(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Refer to a row of the same poll."""
    return sa.ForeignKeyConstraint(
        [column, "poll_id"],
        [f"{target}.id", f"{target}.poll_id"],
        name=op.f(f"fk_{table}_{column}_poll_id"),
    )


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _check(table: str, name: str, text: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    _calendars()
    _polls()


def _calendars() -> None:
    op.create_table(
        "published_calendar",
        _key(),
        _reference("association_id"),
        _reference("person_id", nullable=True),
        _reference("unit_id", nullable=True),
        sa.Column("address", sa.String(1000), nullable=False),
        _one_of("state", "calendarstate", "waiting", "read", "failed"),
        _moment("fetched_at", nullable=True),
        _moment("next_try_at"),
        sa.Column("etag", sa.String(200), nullable=False),
        sa.Column("last_error", sa.String(40), nullable=False),
        _moment("covers_from", nullable=True),
        _moment("covers_until", nullable=True),
        _reference("added_by_id"),
        _moment("added_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        _check("published_calendar", "one_owner", "(person_id IS NULL) <> (unit_id IS NULL)"),
        _check("published_calendar", "failed_has_error", "(state = 'failed') = (last_error <> '')"),
        _check("published_calendar", "read_has_time", "state <> 'read' OR fetched_at IS NOT NULL"),
        _check(
            "published_calendar",
            "span",
            "covers_until IS NULL OR covers_from IS NULL OR covers_until >= covers_from",
        ),
        _foreign("published_calendar", "association_id", "association"),
        _foreign("published_calendar", "person_id", "person"),
        _foreign("published_calendar", "unit_id", "unit"),
        _foreign("published_calendar", "added_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_calendar")),
        _unique("published_calendar", "person_id", "address"),
        _unique("published_calendar", "unit_id", "address"),
    )
    op.create_index(
        op.f("ix_published_calendar_association_id"), "published_calendar", ["association_id"]
    )
    op.create_index("ix_published_calendar_due", "published_calendar", ["next_try_at", "id"])
    op.create_table(
        "busy_span",
        _key(),
        _reference("association_id"),
        _reference("calendar_id"),
        _moment("starts_at"),
        _moment("ends_at"),
        _check("busy_span", "order", "ends_at > starts_at"),
        _foreign("busy_span", "association_id", "association"),
        _foreign("busy_span", "calendar_id", "published_calendar"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_busy_span")),
        _unique("busy_span", "calendar_id", "starts_at"),
    )


def _polls() -> None:
    op.create_table(
        "time_poll",
        _key(),
        _reference("association_id"),
        _reference("organisation_id"),
        _one_of(
            "kind",
            "pollkind",
            "network",
            "seminar",
            "steering",
            "planning",
            "follow_up",
            "introduction",
        ),
        _one_of("state", "pollstate", "open", "closed"),
        sa.Column("minutes", sa.Integer(), nullable=False),
        _moment("closes_at"),
        _reference("created_by_id"),
        _moment("created_at"),
        _moment("closed_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _check("time_poll", "minutes", "minutes BETWEEN 15 AND 480"),
        _check("time_poll", "closed_has_time", "(state = 'closed') = (closed_at IS NOT NULL)"),
        _check("time_poll", "deadline", "closes_at > created_at"),
        _foreign("time_poll", "association_id", "association"),
        _foreign("time_poll", "organisation_id", "organisation"),
        _foreign("time_poll", "created_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_poll")),
    )
    op.create_index("ix_time_poll_list", "time_poll", ["association_id", "organisation_id", "id"])
    op.create_table(
        "poll_time",
        _key(),
        _reference("association_id"),
        _reference("poll_id"),
        _moment("starts_at"),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        _foreign("poll_time", "association_id", "association"),
        _foreign("poll_time", "poll_id", "time_poll"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_time")),
        _unique("poll_time", "poll_id", "starts_at"),
        _unique("poll_time", "id", "poll_id"),
    )
    op.create_index(
        "uq_poll_time_chosen",
        "poll_time",
        ["poll_id"],
        unique=True,
        sqlite_where=sa.text("chosen"),
        postgresql_where=sa.text("chosen"),
    )
    op.create_table(
        "poll_person",
        _key(),
        _reference("association_id"),
        _reference("poll_id"),
        _reference("person_id"),
        sa.Column("nonce", sa.String(16), nullable=False),
        _moment("answered_at", nullable=True),
        _foreign("poll_person", "association_id", "association"),
        _foreign("poll_person", "poll_id", "time_poll"),
        _foreign("poll_person", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_person")),
        _unique("poll_person", "poll_id", "person_id"),
        _unique("poll_person", "id", "poll_id"),
    )
    op.create_index(op.f("ix_poll_person_person_id"), "poll_person", ["person_id"])
    op.create_table(
        "poll_answer",
        _key(),
        _reference("association_id"),
        _reference("poll_id"),
        _reference("poll_person_id"),
        _reference("poll_time_id"),
        _one_of("vote", "vote", "yes", "best", "no"),
        _foreign("poll_answer", "association_id", "association"),
        _within("poll_answer", "poll_person_id", "poll_person"),
        _within("poll_answer", "poll_time_id", "poll_time"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_answer")),
        _unique("poll_answer", "poll_person_id", "poll_time_id"),
    )


def downgrade() -> None:
    op.drop_table("poll_answer")
    op.drop_table("poll_person")
    op.drop_table("poll_time")
    op.drop_table("time_poll")
    op.drop_table("busy_span")
    op.drop_table("published_calendar")
