"""The life of a SIP after it is booked, and clinics outside the agreement."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD_KINDS = (
    "samordningsforbund",
    "arbetsformedlingen",
    "forsakringskassan",
    "kommun",
    "region",
)
CHECKS = {
    "standing": "standing IN ('booked', 'proposed')",
    "called_off": "called_off IN ('consent', 'client', 'clinic', 'other')",
    "withdrawn_is_called_off": "consent_withdrawn_at IS NULL OR called_off IS NOT NULL",
    "called_off_has_no_result": "called_off IS NULL OR result IS NULL",
    "follows_another": "follows_id IS NULL OR follows_id <> id",
}
COLUMNS = ("standing", "follows_id", "called_off", "consent_withdrawn_at")


def _kinds(kinds: tuple[str, ...]) -> None:
    """Let the kinds of organisations be `kinds`."""
    said = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("organisation") as batch:
        batch.drop_constraint(op.f("ck_organisation_organisationkind"), type_="check")
        batch.create_check_constraint(op.f("ck_organisation_organisationkind"), f"kind IN ({said})")


def upgrade() -> None:
    _kinds((*OLD_KINDS, "utanfor"))
    with op.batch_alter_table("sip") as batch:
        batch.add_column(
            sa.Column("standing", sa.String(32), nullable=False, server_default="booked")
        )
        batch.add_column(sa.Column("follows_id", BIG, nullable=True))
        batch.add_column(sa.Column("called_off", sa.String(32), nullable=True))
        batch.add_column(
            sa.Column("consent_withdrawn_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch.create_foreign_key(op.f("fk_sip_follows_id"), "sip", ["follows_id"], ["id"])
    # Only now are the columns there for a condition to be about.
    names = {"standing": "sipstanding", "called_off": "sipcalledoff"}
    with op.batch_alter_table("sip") as batch:
        for name, condition in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_sip_{names.get(name, name)}"), condition)
    op.create_index(op.f("ix_sip_follows_id"), "sip", ["follows_id"])


def downgrade() -> None:
    names = {"standing": "sipstanding", "called_off": "sipcalledoff"}
    op.drop_index(op.f("ix_sip_follows_id"), "sip")
    with op.batch_alter_table("sip") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_sip_{names.get(name, name)}"), type_="check")
        batch.drop_constraint(op.f("fk_sip_follows_id"), type_="foreignkey")
    with op.batch_alter_table("sip") as batch:
        for name in COLUMNS:
            batch.drop_column(name)
    # Stops here if there are clinics outside: the version before would take them for parties.
    _kinds(OLD_KINDS)
