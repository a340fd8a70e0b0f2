"""Contact points."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _key() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    entry = "contact_entry"
    op.create_table(
        entry,
        sa.Column("id", _key(), nullable=False),
        sa.Column("association_id", _key(), nullable=False),
        sa.Column("organisation_id", _key(), nullable=False),
        sa.Column("unit_id", _key(), nullable=True),
        sa.Column("function", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("hours", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", _key(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "phone <> '' OR email <> '' OR address <> ''", name=op.f("ck_contact_entry_a_way")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_contact_entry_email_lower")),
        sa.CheckConstraint("function <> ''", name=op.f("ck_contact_entry_function")),
        _to(entry, "association_id", "association"),
        _to(entry, "organisation_id", "organisation"),
        _to(entry, "unit_id", "unit"),
        _to(entry, "changed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_entry")),
    )
    with op.batch_alter_table(entry, schema=None) as batch_op:
        for column in ("association_id", "organisation_id", "unit_id"):
            batch_op.create_index(batch_op.f(f"ix_{entry}_{column}"), [column], unique=False)
    confirmation = "contact_confirmation"
    op.create_table(
        confirmation,
        sa.Column("id", _key(), nullable=False),
        sa.Column("association_id", _key(), nullable=False),
        sa.Column("organisation_id", _key(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", _key(), nullable=False),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.CheckConstraint("entries > 0", name=op.f("ck_contact_confirmation_something")),
        _to(confirmation, "association_id", "association"),
        _to(confirmation, "organisation_id", "organisation"),
        _to(confirmation, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_confirmation")),
        sa.UniqueConstraint(
            "organisation_id",
            "confirmed_on",
            name=op.f("uq_contact_confirmation_organisation_id_confirmed_on"),
        ),
    )
    with op.batch_alter_table(confirmation, schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f(f"ix_{confirmation}_association_id"), ["association_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("contact_confirmation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_confirmation_association_id"))
    op.drop_table("contact_confirmation")
    with op.batch_alter_table("contact_entry", schema=None) as batch_op:
        for column in ("unit_id", "organisation_id", "association_id"):
            batch_op.drop_index(batch_op.f(f"ix_contact_entry_{column}"))
    op.drop_table("contact_entry")
