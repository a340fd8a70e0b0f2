"""What each person's digests have told, and the letters of the ladder's upper steps."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
RUNGS = ("reminder", "reply", "measure", "agenda", "notice", "board")


def _references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _freeze(table: str) -> None:
    """Refuse changes to rows of an append-only table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def upgrade() -> None:
    op.create_table(
        "digest_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("thing", sa.String(80), nullable=False),
        sa.Column("message_id", BIG, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        _references("digest_item", "association_id", "association"),
        _references("digest_item", "person_id", "person"),
        _references("digest_item", "message_id", "outbox_message"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_item")),
        sa.UniqueConstraint("person_id", "thing", name=op.f("uq_digest_item_person_id_thing")),
    )
    op.create_index(op.f("ix_digest_item_association_id"), "digest_item", ["association_id"])
    op.create_index(op.f("ix_digest_item_message_id"), "digest_item", ["message_id"])
    # Who has had a mail about a deviation is not asked for the same reply once more.
    op.execute(
        "INSERT INTO digest_item (association_id, person_id, thing, message_id, at) "
        "SELECT association_id, person_id, 'reply:' || subject_id, id, queued_at "
        "FROM outbox_message WHERE kind = 'deviation_opened' AND person_id IS NOT NULL"
    )
    op.create_table(
        "ladder_letter",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("deviation_id", BIG, nullable=False),
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column(
            "rung",
            sa.Enum(*RUNGS, name="rung", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("rung IN ('notice', 'board')", name=op.f("ck_ladder_letter_has_letter")),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_ladder_letter_has_text")),
        _references("ladder_letter", "association_id", "association"),
        _references("ladder_letter", "deviation_id", "deviation"),
        _references("ladder_letter", "decision_id", "decision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_letter")),
        sa.UniqueConstraint(
            "deviation_id",
            "decision_id",
            name=op.f("uq_ladder_letter_deviation_id_decision_id"),
        ),
    )
    op.create_index(op.f("ix_ladder_letter_association_id"), "ladder_letter", ["association_id"])
    op.create_index(op.f("ix_ladder_letter_decision_id"), "ladder_letter", ["decision_id"])
    _freeze("ladder_letter")


def downgrade() -> None:
    """Forget what digests have told; letters that were sent stay as mails of the outbox."""
    op.drop_table("ladder_letter")
    op.drop_table("digest_item")
    # Nobody can write them any more.
    op.execute(
        "UPDATE outbox_message SET state = 'cancelled', last_error = 'obsolete' "
        "WHERE kind IN ('digest', 'ladder_letter') AND state = 'queued'"
    )
