"""Occurrences counted by month, kept true by the database, and indexes of what is not over."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACTIVE = "state NOT IN ('closed', 'withdrawn')"
NUMBERS = ("met", "partly", "not_met", "unreported", "total")

# SQLite has one writer, so its triggers keep one row for each obligation and month.
GROW = """ON CONFLICT (agreement_id, month, obligation_id, slot) DO UPDATE SET
    met = met + excluded.met, partly = partly + excluded.partly,
    not_met = not_met + excluded.not_met, unreported = unreported + excluded.unreported,
    total = total + excluded.total;
"""
ONE_MORE = """
INSERT INTO occurrence_count
    (agreement_id, month, obligation_id, slot, met, partly, not_met, unreported, total)
VALUES (NEW.agreement_id, substr(NEW.event_on, 1, 8) || '01', NEW.obligation_id, 0,
    NEW.status = 'met', NEW.status = 'partly', NEW.status = 'not_met',
    NEW.status = 'unreported', 1)
"""
ONE_LESS = """
INSERT INTO occurrence_count
    (agreement_id, month, obligation_id, slot, met, partly, not_met, unreported, total)
VALUES (OLD.agreement_id, substr(OLD.event_on, 1, 8) || '01', OLD.obligation_id, 0,
    -(OLD.status = 'met'), -(OLD.status = 'partly'), -(OLD.status = 'not_met'),
    -(OLD.status = 'unreported'), -1)
"""
JUDGED = """
INSERT INTO occurrence_count
    (agreement_id, month, obligation_id, slot, met, partly, not_met, unreported, total)
VALUES (NEW.agreement_id, substr(NEW.event_on, 1, 8) || '01', NEW.obligation_id, 0,
    (NEW.status = 'met') - (OLD.status = 'met'),
    (NEW.status = 'partly') - (OLD.status = 'partly'),
    (NEW.status = 'not_met') - (OLD.status = 'not_met'),
    (NEW.status = 'unreported') - (OLD.status = 'unreported'), 0)
"""
NONE_LEFT = """
DELETE FROM occurrence_count
WHERE agreement_id = OLD.agreement_id AND month = substr(OLD.event_on, 1, 8) || '01'
    AND obligation_id = OLD.obligation_id AND slot = 0 AND total = 0;
"""
ELSEWHERE = """(NEW.agreement_id <> OLD.agreement_id OR NEW.obligation_id <> OLD.obligation_id
    OR substr(NEW.event_on, 1, 8) <> substr(OLD.event_on, 1, 8))"""
CHANGED = "UPDATE OF agreement_id, obligation_id, event_on, status ON occurrence"
SQLITE = {
    "insert": f"INSERT ON occurrence BEGIN {ONE_MORE} {GROW} END",
    "delete": f"DELETE ON occurrence BEGIN {ONE_LESS} {GROW} {NONE_LEFT} END",
    "judge": f"{CHANGED} WHEN NEW.status <> OLD.status AND NOT {ELSEWHERE}"
    f" BEGIN {JUDGED} {GROW} END",
    "move": f"{CHANGED} WHEN {ELSEWHERE} BEGIN {ONE_LESS} {GROW} {NONE_LEFT} {ONE_MORE} {GROW} END",
}
FILL_SQLITE = """
INSERT INTO occurrence_count
    (agreement_id, month, obligation_id, slot, met, partly, not_met, unreported, total)
SELECT agreement_id, substr(event_on, 1, 8) || '01', obligation_id, 0,
    count(*) FILTER (WHERE status = 'met'), count(*) FILTER (WHERE status = 'partly'),
    count(*) FILTER (WHERE status = 'not_met'), count(*) FILTER (WHERE status = 'unreported'),
    count(*)
FROM occurrence GROUP BY 1, 2, 3
"""

# PostgreSQL's writers work at the same time. Each statement adds rows of its own, which nobody
# else waits for: what it changed, added together, unless it comes to nothing.
POSTGRESQL = """
CREATE FUNCTION count_occurrences() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO occurrence_count
        SELECT agreement_id, CAST(date_trunc('month', event_on) AS date), obligation_id,
            nextval('occurrence_count_slot'),
            count(*) FILTER (WHERE status = 'met'), count(*) FILTER (WHERE status = 'partly'),
            count(*) FILTER (WHERE status = 'not_met'),
            count(*) FILTER (WHERE status = 'unreported'), count(*)
        FROM added GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO occurrence_count
        SELECT agreement_id, CAST(date_trunc('month', event_on) AS date), obligation_id,
            nextval('occurrence_count_slot'),
            -count(*) FILTER (WHERE status = 'met'), -count(*) FILTER (WHERE status = 'partly'),
            -count(*) FILTER (WHERE status = 'not_met'),
            -count(*) FILTER (WHERE status = 'unreported'), -count(*)
        FROM removed GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO occurrence_count
        SELECT agreement_id, month, obligation_id, nextval('occurrence_count_slot'),
            met, partly, not_met, unreported, total
        FROM (
            SELECT agreement_id, CAST(date_trunc('month', event_on) AS date) AS month,
                obligation_id,
                COALESCE(sum(n) FILTER (WHERE status = 'met'), 0) AS met,
                COALESCE(sum(n) FILTER (WHERE status = 'partly'), 0) AS partly,
                COALESCE(sum(n) FILTER (WHERE status = 'not_met'), 0) AS not_met,
                COALESCE(sum(n) FILTER (WHERE status = 'unreported'), 0) AS unreported,
                sum(n) AS total
            FROM (
                SELECT agreement_id, event_on, obligation_id, status, 1 AS n FROM added
                UNION ALL
                SELECT agreement_id, event_on, obligation_id, status, -1 FROM removed
            ) AS both_sides GROUP BY 1, 2, 3
        ) AS changes
        WHERE met <> 0 OR partly <> 0 OR not_met <> 0 OR unreported <> 0 OR total <> 0;
    ELSE
        DELETE FROM occurrence_count;
    END IF;
    RETURN NULL;
END $$
"""
#: Event -> the rows that its trigger is given.
ROWS = {
    "INSERT": "REFERENCING NEW TABLE AS added",
    "DELETE": "REFERENCING OLD TABLE AS removed",
    "UPDATE": "REFERENCING OLD TABLE AS removed NEW TABLE AS added",
    "TRUNCATE": "",
}
FILL_POSTGRESQL = """
INSERT INTO occurrence_count
SELECT agreement_id, CAST(date_trunc('month', event_on) AS date), obligation_id, 0,
    count(*) FILTER (WHERE status = 'met'), count(*) FILTER (WHERE status = 'partly'),
    count(*) FILTER (WHERE status = 'not_met'), count(*) FILTER (WHERE status = 'unreported'),
    count(*)
FROM occurrence GROUP BY 1, 2, 3
"""


def _count_occurrences() -> None:
    op.create_table(
        "occurrence_count",
        sa.Column("agreement_id", BIG, autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("obligation_id", BIG, autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.PrimaryKeyConstraint(
            "agreement_id", "month", "obligation_id", "slot", name=op.f("pk_occurrence_count")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_occurrence_count_changes",
        "occurrence_count",
        ["slot"],
        sqlite_where=sa.text("slot > 0"),
        postgresql_where=sa.text("slot > 0"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Whoever writes an occurrence waits until the counts and their triggers are there.
        op.execute("LOCK TABLE occurrence IN SHARE ROW EXCLUSIVE MODE")
        op.execute(FILL_POSTGRESQL)
        op.execute("CREATE SEQUENCE occurrence_count_slot CACHE 100")
        op.execute(POSTGRESQL)
        for event, rows in ROWS.items():
            op.execute(
                f"CREATE TRIGGER occurrence_count_{event.lower()} AFTER {event} ON occurrence"
                f" {rows} FOR EACH STATEMENT EXECUTE FUNCTION count_occurrences()"
            )
        return
    op.execute(FILL_SQLITE)
    for name, what in SQLITE.items():
        op.execute(f"CREATE TRIGGER occurrence_count_{name} AFTER {what}")


def upgrade() -> None:
    _count_occurrences()
    op.create_index(
        "ix_deviation_waiting",
        "deviation",
        ["association_id", "group_turn_on", "obligation_id"],
        sqlite_where=sa.text(ACTIVE),
        postgresql_where=sa.text(ACTIVE),
    )
    op.create_index("ix_decision_register", "decision", ["association_id", "decided_on", "id"])
    op.drop_index(op.f("ix_decision_association_id"), table_name="decision")


def downgrade() -> None:
    op.create_index(op.f("ix_decision_association_id"), "decision", ["association_id"])
    op.drop_index("ix_decision_register", table_name="decision")
    op.drop_index("ix_deviation_waiting", table_name="deviation")
    if op.get_bind().dialect.name == "postgresql":
        for event in ROWS:
            op.execute(f"DROP TRIGGER occurrence_count_{event.lower()} ON occurrence")
        op.execute("DROP FUNCTION count_occurrences()")
        op.execute("DROP SEQUENCE occurrence_count_slot")
    else:
        for name in SQLITE:
            op.execute(f"DROP TRIGGER occurrence_count_{name}")
    op.drop_table("occurrence_count")
