"""Documents and their versions, the decisions to update them, and the governing documents."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "kind IN ('parameter', 'close_deviation')"
AFTER = "kind IN ('parameter', 'close_deviation', 'document')"
#: Rows of this table are written once.
FROZEN = "document_version"


def _decide(kinds: str) -> None:
    """Say what a decision may act on."""
    with op.batch_alter_table("decision") as batch:
        batch.drop_constraint(op.f("ck_decision_decisionkind"), type_="check")
        batch.create_check_constraint(op.f("ck_decision_decisionkind"), kinds)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _freeze() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {FROZEN}_append_only BEFORE UPDATE OR DELETE ON {FROZEN} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {FROZEN}_no_{event.lower()} BEFORE {event} ON {FROZEN} "
            f"BEGIN SELECT RAISE(ABORT, '{FROZEN} is append-only'); END"
        )


def upgrade() -> None:
    _decide(AFTER)
    op.create_table(
        "document_version",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("document", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("title_en", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.String(500), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_by_id", BIG, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_document_version_number")),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_document_version_has_text")),
        sa.CheckConstraint(
            "link = '' OR link LIKE 'https://_%'", name=op.f("ck_document_version_https")
        ),
        _key("document_version", "association_id", "association"),
        _key("document_version", "agreement_id", "agreement"),
        _key("document_version", "published_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint(
            "agreement_id",
            "document",
            "number",
            name=op.f("uq_document_version_agreement_id_document_number"),
        ),
    )
    op.create_index("ix_document_version_association_id", "document_version", ["association_id"])
    _freeze()
    op.create_table(
        "document_update",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("document", sa.String(64), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("title_en", sa.String(300), nullable=False),
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("paragraph", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(number IS NULL) = (published_on IS NULL)", name=op.f("ck_document_update_published")
        ),
        sa.CheckConstraint(
            "published_on IS NULL OR published_on >= decided_on",
            name=op.f("ck_document_update_decided_first"),
        ),
        _key("document_update", "association_id", "association"),
        _key("document_update", "agreement_id", "agreement"),
        _key("document_update", "decision_id", "decision"),
        sa.ForeignKeyConstraint(
            ["agreement_id", "document", "number"],
            [
                "document_version.agreement_id",
                "document_version.document",
                "document_version.number",
            ],
            name=op.f("fk_document_update_agreement_id_document_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_update")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_document_update_decision_id")),
        sa.UniqueConstraint(
            "agreement_id",
            "document",
            "decided_on",
            "paragraph",
            name=op.f("uq_document_update_agreement_id_document_decided_on_paragraph"),
        ),
    )
    op.create_index("ix_document_update_association_id", "document_update", ["association_id"])
    op.create_table(
        "governing_document",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("link", sa.String(500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("link LIKE 'https://_%'", name=op.f("ck_governing_document_https")),
        _key("governing_document", "association_id", "association"),
        _key("governing_document", "agreement_id", "agreement"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governing_document")),
        sa.UniqueConstraint(
            "agreement_id", "link", name=op.f("uq_governing_document_agreement_id_link")
        ),
    )
    op.create_index(
        "ix_governing_document_association_id", "governing_document", ["association_id"]
    )
    op.create_table(
        "governing_clause",
        sa.Column("governing_document_id", BIG, nullable=False),
        sa.Column("commitment", sa.String(16), nullable=False),
        _key("governing_clause", "governing_document_id", "governing_document"),
        sa.PrimaryKeyConstraint(
            "governing_document_id", "commitment", name=op.f("pk_governing_clause")
        ),
    )


def downgrade() -> None:
    op.drop_table("governing_clause")
    op.drop_table("governing_document")
    op.drop_table("document_update")
    op.drop_table("document_version")
    # The older rules know no such decision.
    op.execute("DELETE FROM decision WHERE kind = 'document'")
    _decide(BEFORE)
