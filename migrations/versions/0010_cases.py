"""SIP afterwards, and first meetings with Arbetsförmedlingen."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VENUES = ("clinic", "convener", "online", "elsewhere")
REASONS = ("client_cannot_come", "premises_unavailable", "online_meeting", "other")
RESULTS = ("held", "not_held")
REFERRAL_CHECKS = {
    "contact_after_referral": "contacted_on IS NULL OR contacted_on >= referred_on",
    "assessment_after_contact": "assessed_on IS NULL OR"
    " (contacted_on IS NOT NULL AND assessed_on >= contacted_on)",
    "assessment_has_outcome": "(assessed_on IS NULL) = (assessment IS NULL)",
    "plan_after_assessment": "planned_on IS NULL OR (assessed_on IS NOT NULL"
    " AND assessment = 'suits' AND planned_on >= assessed_on)",
    "consent_before_meeting": "meeting_on IS NULL OR (consent_on IS NOT NULL"
    " AND meeting_on >= consent_on AND meeting_on >= referred_on)",
    "reported_of_a_meeting": "meeting_on IS NOT NULL OR"
    " (material_on IS NULL AND attended_by IS NULL)",
    "consent_withdrawn_after": "consent_withdrawn_on IS NULL OR"
    " (consent_on IS NOT NULL AND consent_withdrawn_on >= consent_on)",
    "withdrawn_after": "withdrawn_on IS NULL OR withdrawn_on >= referred_on",
}
SIP_CHECKS = {
    "reason_elsewhere": "(venue = 'clinic') = (venue_reason IS NULL)",
    "followed_up_when_held": "(result IS NOT NULL AND result = 'held') OR (actual_minutes IS NULL"
    " AND minutes_sent_on IS NULL AND followup_sent_on IS NULL)",
    "actual_minutes": "actual_minutes IS NULL OR (actual_minutes > 0 AND actual_minutes <= 480)",
}
REFERRAL_KEYS = {
    "association_id": "association.id",
    "agreement_id": "agreement.id",
    "organisation_id": "organisation.id",
    "registered_by_id": "person.id",
}
SIP_CHOICES = ("sipvenue", "venuereason", "sipresult")


def _one_of(name: str, values: Sequence[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("sip") as batch:
        batch.add_column(
            sa.Column("venue", _one_of("sipvenue", VENUES), nullable=False, server_default="clinic")
        )
        batch.add_column(sa.Column("venue_reason", _one_of("venuereason", REASONS)))
        batch.add_column(sa.Column("result", _one_of("sipresult", RESULTS)))
        batch.add_column(sa.Column("actual_minutes", sa.Integer()))
        batch.add_column(sa.Column("minutes_sent_on", sa.Date()))
        batch.add_column(sa.Column("followup_sent_on", sa.Date()))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        for name, condition in SIP_CHECKS.items():
            batch.create_check_constraint(name, condition)
    op.create_table(
        "referral",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("referred_on", sa.Date(), nullable=False),
        sa.Column("contacted_on", sa.Date()),
        sa.Column("assessed_on", sa.Date()),
        sa.Column("assessment", _one_of("assessment", ("suits", "referred_on"))),
        sa.Column("planned_on", sa.Date()),
        sa.Column("consent_on", sa.Date()),
        sa.Column("consent_withdrawn_on", sa.Date()),
        sa.Column("meeting_on", sa.Date()),
        sa.Column("material_on", sa.Date()),
        sa.Column("attended_by", _one_of("attendedby", ("social_secretary", "coach", "nobody"))),
        sa.Column("wish", _one_of("wish", ("support", "alone"))),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("registered_by_id", BIG, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_referral_{name}"))
            for name, condition in REFERRAL_CHECKS.items()
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_referral_{column}"))
            for column, target in REFERRAL_KEYS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint(
            "association_id", "reference", name=op.f("uq_referral_association_id_reference")
        ),
    )
    op.create_index(op.f("ix_referral_agreement_id"), "referral", ["agreement_id"])
    op.create_index("ix_referral_meeting", "referral", ["organisation_id", "meeting_on"])


def downgrade() -> None:
    op.drop_table("referral")
    with op.batch_alter_table("sip") as batch:
        for name in (*SIP_CHECKS, *SIP_CHOICES):
            batch.drop_constraint(name, type_="check")
        for name in (
            "version",
            "followup_sent_on",
            "minutes_sent_on",
            "actual_minutes",
            "result",
            "venue_reason",
            "venue",
        ):
            batch.drop_column(name)
