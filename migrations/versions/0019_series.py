"""What a series says as a whole, and what each person was last told of it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLE = "meeting_series_told"


def _references(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{TABLE}_{column}"))


def upgrade() -> None:
    with op.batch_alter_table("meeting_series") as batch:
        batch.add_column(sa.Column("place", sa.String(300), nullable=False, server_default=""))
        batch.add_column(sa.Column("agenda", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        TABLE,
        sa.Column("id", BIG, nullable=False),
        sa.Column("series_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("method", sa.String(32), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("significance", sa.String(200), nullable=False),
        sa.Column("wording", sa.String(66), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("outbox_message_id", BIG, nullable=True),
        sa.CheckConstraint("method IN ('REQUEST', 'CANCEL')", name=op.f(f"ck_{TABLE}_method")),
        sa.CheckConstraint(
            "(method IS NULL) = (told_at IS NULL)", name=op.f(f"ck_{TABLE}_told_has_time")
        ),
        sa.CheckConstraint("sequence >= 0", name=op.f(f"ck_{TABLE}_sequence")),
        _references("series_id", "meeting_series.id"),
        _references("person_id", "person.id"),
        _references("outbox_message_id", "outbox_message.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("series_id", "person_id", name=op.f(f"uq_{TABLE}_series_id_person_id")),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
    with op.batch_alter_table("meeting_series") as batch:
        batch.drop_column("agenda")
        batch.drop_column("place")
