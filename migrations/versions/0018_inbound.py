"""Mail that came in, and what could not be delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OUTCOMES = (
    "answered",
    "unchanged",
    "kept",
    "proposed",
    "delegated",
    "resent",
    "bounced",
    "ignored",
    "quarantined",
)
PARTSTATS = ("NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "inbound_message",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sender", sa.String(254), nullable=False),
        sa.Column("invitation_id", BIG, nullable=True),
        sa.Column("outbox_message_id", BIG, nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("outcome", _one_of("outcome", *OUTCOMES), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("partstat", _one_of("partstat", *PARTSTATS), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by_id", BIG, nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)",
            name=op.f("ck_inbound_message_settled_by_someone"),
        ),
        sa.CheckConstraint(
            "settled_at IS NULL OR outcome = 'quarantined'",
            name=op.f("ck_inbound_message_settled_when_quarantined"),
        ),
        sa.CheckConstraint(
            "association_id IS NOT NULL OR NOT private",
            name=op.f("ck_inbound_message_private_has_association"),
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_inbound_message_size")),
        _references("inbound_message", "association_id", "association.id"),
        _references("inbound_message", "invitation_id", "invitation.id"),
        _references("inbound_message", "outbox_message_id", "outbox_message.id"),
        _references("inbound_message", "settled_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_message")),
        sa.UniqueConstraint("digest", name=op.f("uq_inbound_message_digest")),
    )
    for column in ("invitation_id", "outbox_message_id"):
        op.create_index(op.f(f"ix_inbound_message_{column}"), "inbound_message", [column])
    op.create_index(
        op.f("ix_inbound_message_list"), "inbound_message", ["association_id", "outcome", "id"]
    )
    op.create_table(
        "mailbox_position",
        sa.Column("mailbox", sa.String(300), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mailbox_position")),
    )
    with op.batch_alter_table("outbox_message") as batch:
        batch.add_column(sa.Column("bounced_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("bounce_code", sa.String(20), nullable=False, server_default=""))
        batch.create_check_constraint(
            op.f("ck_outbox_message_bounce_has_code"), "bounced_at IS NULL OR bounce_code <> ''"
        )
    with op.batch_alter_table("person") as batch:
        batch.add_column(
            sa.Column("shared_mailbox", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    # Not in a batch: SQLite would make the append-only table anew, without its triggers.
    op.add_column(
        "invitation_answer",
        sa.Column("whole_series", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("invitation_answer", "whole_series")
    with op.batch_alter_table("person") as batch:
        batch.drop_column("shared_mailbox")
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_constraint(op.f("ck_outbox_message_bounce_has_code"), type_="check")
        batch.drop_column("bounce_code")
        batch.drop_column("bounced_at")
    op.drop_table("mailbox_position")
    op.drop_table("inbound_message")
