"""Materials of a meeting."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def _references(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_meeting_material_{column}"))


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_meeting_material_{name}"))


def upgrade() -> None:
    op.create_table(
        "meeting_material",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("link", sa.String(500), nullable=False),
        sa.Column("document", sa.String(64), nullable=False),
        sa.Column("added_by_id", BIG, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        _check("at_most_20", "position >= 1 AND position <= 20"),
        _check("either_link_or_document", "(link = '') <> (document = '')"),
        _check("https", "link = '' OR link LIKE 'https://_%'"),
        _check("title", "title <> ''"),
        _references("association_id", "association.id"),
        _references("meeting_id", "meeting.id"),
        _references("added_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_material")),
        sa.UniqueConstraint(
            "meeting_id", "position", name=op.f("uq_meeting_material_meeting_id_position")
        ),
    )


def downgrade() -> None:
    op.drop_table("meeting_material")
