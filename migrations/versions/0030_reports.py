"""Reports as issued, with their files and checksums."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
UNDER_WAY = sa.text("state IN ('queued', 'making')")
FILE = "report_file"


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _freeze() -> None:
    """Keep what is issued: its files always, the report itself from then on."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {FILE}_append_only BEFORE UPDATE OR DELETE ON {FILE} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            "CREATE TRIGGER report_issued BEFORE UPDATE OR DELETE ON report FOR EACH ROW "
            "WHEN (OLD.state = 'issued') EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {FILE}_no_{event.lower()} BEFORE {event} ON {FILE} "
            f"BEGIN SELECT RAISE(ABORT, '{FILE} is append-only'); END"
        )
        op.execute(
            f"CREATE TRIGGER report_issued_no_{event.lower()} BEFORE {event} ON report "
            "WHEN OLD.state = 'issued' "
            "BEGIN SELECT RAISE(ABORT, 'an issued report never changes'); END"
        )


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("diary_number", sa.String(60), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("held_by", sa.String(40), nullable=False),
        sa.Column("held_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(80), nullable=False),
        sa.Column("asked_by_id", BIG, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=True),
        sa.Column("replaces_id", BIG, nullable=True),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _check("report", "span", "last_on >= first_on"),
        _check("report", "progress", "progress >= 0 AND progress <= 100"),
        _check("report", "held", "(state = 'making') = (held_by <> '')"),
        _check("report", "held_until", "(held_by <> '') = (held_until IS NOT NULL)"),
        _check(
            "report",
            "issued",
            "(state = 'issued') = (issued_at IS NOT NULL AND data IS NOT NULL)",
        ),
        _check("report", "issued_whole", "state <> 'issued' OR progress = 100"),
        _check("report", "failed", "(state = 'failed') = (fault <> '')"),
        _check("report", "language", "language IN ('sv', 'en')"),
        _check("report", "reportstate", "state IN ('queued', 'making', 'issued', 'failed')"),
        _key("report", "association_id", "association"),
        _key("report", "agreement_id", "agreement"),
        _key("report", "asked_by_id", "person"),
        _key("report", "replaces_id", "report"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_report_replaces_id")),
    )
    op.create_index(op.f("ix_report_agreement_id"), "report", ["agreement_id"])
    op.create_index("ix_report_list", "report", ["association_id", "asked_at"])
    op.create_index(
        "ix_report_work",
        "report",
        ["state"],
        sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    )
    op.create_index(
        "uq_report_under_way",
        "report",
        ["agreement_id", "first_on", "last_on", "language"],
        unique=True,
        sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    )
    op.create_table(
        FILE,
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("report_id", BIG, nullable=False),
        sa.Column("format", sa.String(32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        _check(FILE, "size", "size > 0"),
        _check(FILE, "sha256", "length(sha256) = 64"),
        _check(FILE, "fileformat", "format IN ('pdf', 'xlsx', 'csv')"),
        _key(FILE, "association_id", "association"),
        _key(FILE, "report_id", "report"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_file")),
        sa.UniqueConstraint("report_id", "format", name=op.f("uq_report_file_report_id_format")),
    )
    op.create_index(op.f("ix_report_file_association_id"), FILE, ["association_id"])
    _freeze()


def downgrade() -> None:
    op.drop_table(FILE)
    op.drop_table("report")
