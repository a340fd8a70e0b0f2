"""Retention: what is decided, what has gone, and the gate that append-only records go through."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("finished_at IS NULL")
#: Append-only tables whose rows may be removed, and only removed, while the gate is open.
RELEASED = (
    "certificate_revision",
    "certificate_statement",
    "deviation_step",
    "evidence",
    "invitation_answer",
    "ladder_letter",
    "self_report",
)
#: What the group decides is written once.
FROZEN = ("retention_rule", "retention_hold")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _refuse(table: str, events: str, function: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {events} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )


def _refuse_on_sqlite(table: str, event: str, when: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _release() -> None:
    """Let rows of some append-only tables be removed while the gate is open."""
    if _postgresql():
        op.execute(
            "CREATE FUNCTION refuse_unless_open() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM retention_gate) THEN "
            "RETURN OLD; END IF; RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        for table in RELEASED:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            _refuse(table, "UPDATE OR DELETE", "refuse_unless_open")
        return
    for table in RELEASED:
        op.execute(f"DROP TRIGGER {table}_no_delete")
        _refuse_on_sqlite(table, "DELETE", "WHEN NOT EXISTS (SELECT 1 FROM retention_gate) ")


def _hold_again() -> None:
    """Refuse to remove anything, as before."""
    if _postgresql():
        for table in RELEASED:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
            _refuse(table, "UPDATE OR DELETE", "refuse_change")
        op.execute("DROP FUNCTION refuse_unless_open()")
        return
    for table in RELEASED:
        op.execute(f"DROP TRIGGER {table}_no_delete")
        _refuse_on_sqlite(table, "DELETE")


def _decided(table: str, *more: sa.Column[object] | sa.Constraint) -> None:
    """Make a table of what the group decides about a kind of record."""
    op.create_table(
        table,
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        *more,
        _key(table, "association_id", "association"),
        _key(table, "decision_id", "decision"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("decision_id", name=op.f(f"uq_{table}_decision_id")),
        sa.UniqueConstraint(
            "association_id",
            "kind",
            "valid_from",
            name=op.f(f"uq_{table}_association_id_kind_valid_from"),
        ),
    )
    if _postgresql():
        _refuse(table, "UPDATE OR DELETE", "refuse_change")
        return
    for event in ("UPDATE", "DELETE"):
        _refuse_on_sqlite(table, event)


def upgrade() -> None:
    _decided(
        "retention_rule",
        sa.Column("months", sa.Integer(), nullable=True),
        _check("retention_rule", "months", "months IS NULL OR months >= 1"),
    )
    _decided(
        "retention_hold",
        sa.Column("until", sa.Date(), nullable=False),
        _check("retention_hold", "until", "until >= valid_from"),
    )
    op.create_table(
        "retention_run",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("rule_id", BIG, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.Date(), nullable=False),
        sa.Column("newest", sa.Date(), nullable=False),
        _check("retention_run", "removed", "removed > 0"),
        _check("retention_run", "order", "newest >= oldest"),
        _key("retention_run", "association_id", "association"),
        _key("retention_run", "rule_id", "retention_rule"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
    op.create_index(
        "uq_retention_run_open",
        "retention_run",
        ["association_id", "kind"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_retention_run_list", "retention_run", ["association_id", "started_at"])
    op.create_table(
        "retention_seal",
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        _key("retention_seal", "association_id", "association"),
        sa.PrimaryKeyConstraint("association_id", "rule", name=op.f("pk_retention_seal")),
    )
    op.create_table(
        "retention_gate",
        sa.Column("id", BIG, nullable=False),
        sa.Column("closes", BIG, nullable=False),
        _check("retention_gate", "one", "id = 1"),
        _check("retention_gate", "never_kept", "closes = 2"),
        # No row can have the number that it refers to, and that is looked at when the transaction
        # commits: an open gate can't be kept.
        sa.ForeignKeyConstraint(
            ["closes"],
            ["retention_gate.id"],
            name=op.f("fk_retention_gate_closes"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_gate")),
    )
    _release()


def downgrade() -> None:
    _hold_again()
    for table in ("retention_gate", "retention_seal", "retention_run", *reversed(FROZEN)):
        # Their triggers go with them.
        op.drop_table(table)
