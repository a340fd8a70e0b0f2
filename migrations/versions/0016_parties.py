"""Succession of parties."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("party_name", "succession")
FOLLOWED = ("unit", "agreement_party")
EDITED = ("organisation", "unit", "person")


def _references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    for table in EDITED:
        op.add_column(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    for table in FOLLOWED:
        op.add_column(
            table,
            sa.Column("by_succession", sa.Boolean(), nullable=False, server_default=sa.false()),
        )
    op.create_table(
        "party_name",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=True),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("short_name", sa.String(60), nullable=False),
        sa.Column("name_before", sa.String(200), nullable=False),
        sa.Column("short_name_before", sa.String(60), nullable=False),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_party_name_one_party")
        ),
        _references("party_name", "association_id", "association.id"),
        _references("party_name", "organisation_id", "organisation.id"),
        _references("party_name", "unit_id", "unit.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_name")),
        sa.UniqueConstraint(
            "organisation_id", "valid_from", name=op.f("uq_party_name_organisation_id_valid_from")
        ),
        sa.UniqueConstraint("unit_id", "valid_from", name=op.f("uq_party_name_unit_id_valid_from")),
    )
    op.create_index(op.f("ix_party_name_association_id"), "party_name", ["association_id"])
    op.create_table(
        "succession",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "renamed",
                "merged",
                "split",
                "successor",
                name="successionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("from_organisation_id", BIG, nullable=True),
        sa.Column("to_organisation_id", BIG, nullable=True),
        sa.Column("from_unit_id", BIG, nullable=True),
        sa.Column("to_unit_id", BIG, nullable=True),
        sa.Column("takes_effect_on", sa.Date(), nullable=False),
        sa.Column("decision", sa.String(300), nullable=False),
        sa.Column("carries", sa.Boolean(), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(from_unit_id IS NULL) <> (from_organisation_id IS NULL) AND "
            "(from_unit_id IS NULL) = (to_unit_id IS NULL) AND "
            "(from_organisation_id IS NULL) = (to_organisation_id IS NULL)",
            name=op.f("ck_succession_one_sort"),
        ),
        sa.CheckConstraint(
            "(kind = 'renamed') = (COALESCE(from_unit_id, from_organisation_id) = "
            "COALESCE(to_unit_id, to_organisation_id))",
            name=op.f("ck_succession_only_a_name_stays"),
        ),
        sa.CheckConstraint(
            "kind <> 'renamed' OR NOT carries", name=op.f("ck_succession_a_name_carries_nothing")
        ),
        sa.CheckConstraint("length(trim(decision)) > 0", name=op.f("ck_succession_has_decision")),
        _references("succession", "association_id", "association.id"),
        _references("succession", "from_organisation_id", "organisation.id"),
        _references("succession", "to_organisation_id", "organisation.id"),
        _references("succession", "from_unit_id", "unit.id"),
        _references("succession", "to_unit_id", "unit.id"),
        _references("succession", "recorded_by_id", "person.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_succession")),
    )
    for column in ("association_id", "to_organisation_id", "to_unit_id"):
        op.create_index(op.f(f"ix_succession_{column}"), "succession", [column])
    for sort in ("unit", "organisation"):
        op.create_index(
            f"uq_succession_heir_{sort}",
            "succession",
            [f"from_{sort}_id"],
            unique=True,
            sqlite_where=sa.text("carries"),
            postgresql_where=sa.text("carries"),
        )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        return
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    # Their triggers go with them.
    op.drop_table("succession")
    op.drop_table("party_name")
    for table in reversed(FOLLOWED):
        op.drop_column(table, "by_succession")
    for table in reversed(EDITED):
        op.drop_column(table, "version")
