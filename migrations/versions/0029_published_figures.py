"""Figures of cases as they were published, by quarter."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE = "published_figure"


def _key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{TABLE}_{column}"))


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{TABLE}_{name}"))


def _unique(name: str, whose: str, condition: str) -> None:
    op.create_index(
        f"uq_{TABLE}_{name}",
        TABLE,
        ["agreement_id", "measure", whose, "sex", "first_on", "version"],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("published_with", sa.String(32), nullable=False),
        sa.Column("measure", sa.String(48), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("sex", sa.String(8), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("is_small", sa.Boolean(), nullable=False),
        sa.Column("known", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        _check("figurekind", "kind IN ('count', 'stock', 'median')"),
        _check("count", "value >= 0"),
        _check("shown_or_small", "value IS NULL OR NOT is_small"),
        _check("hidden_tells_nothing", "value IS NOT NULL OR known IS NULL"),
        _check("span", "last_on >= first_on"),
        _check("version", "version >= 1"),
        _check("sex", "sex IN ('', 'women', 'men', 'unknown')"),
        _key("association_id", "association"),
        _key("agreement_id", "agreement"),
        _key("organisation_id", "organisation"),
        _key("unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_association_id", TABLE, ["association_id"])
    op.create_index(f"ix_{TABLE}_span", TABLE, ["agreement_id", "first_on"])
    _unique("organisation", "organisation_id", "unit_id IS NULL")
    _unique("unit", "unit_id", "unit_id IS NOT NULL")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
        )


def downgrade() -> None:
    op.drop_table(TABLE)
