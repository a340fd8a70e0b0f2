"""Decisions of a meeting, dissents and minutes of the steering group."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
#: Rows of these tables are written once.
FROZEN = ("dissent", "handled_item")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _freeze(table: str) -> None:
    """Refuse changes to rows of an append-only table."""
    if _postgresql():
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _freeze_minutes() -> None:
    """Refuse changes to minutes that are fixed, and to the notes they were made from."""
    if _postgresql():
        op.execute(
            "CREATE TRIGGER minutes_fixed BEFORE UPDATE OR DELETE ON minutes "
            "FOR EACH ROW WHEN (OLD.fixed_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            "CREATE FUNCTION refuse_note() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "DECLARE fixed boolean; BEGIN "
            "SELECT fixed_at IS NOT NULL INTO fixed FROM minutes "
            "WHERE id = COALESCE(NEW.minutes_id, OLD.minutes_id); "
            "IF fixed THEN RAISE EXCEPTION 'the minutes are fixed'; END IF; "
            "RETURN COALESCE(NEW, OLD); END $$"
        )
        op.execute(
            "CREATE TRIGGER minutes_note_fixed BEFORE UPDATE OR DELETE ON minutes_note "
            "FOR EACH ROW EXECUTE FUNCTION refuse_note()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER minutes_no_{event.lower()} BEFORE {event} ON minutes "
            "WHEN OLD.fixed_at IS NOT NULL "
            "BEGIN SELECT RAISE(ABORT, 'the minutes are fixed'); END"
        )
    # A note that is added later is no part of the fixed text; a restored backup adds them all.
    for event in ("UPDATE", "DELETE"):
        fixed = "(SELECT fixed_at FROM minutes WHERE id = OLD.minutes_id) IS NOT NULL"
        op.execute(
            f"CREATE TRIGGER minutes_note_no_{event.lower()} BEFORE {event} ON minutes_note "
            f"WHEN {fixed} BEGIN SELECT RAISE(ABORT, 'the minutes are fixed'); END"
        )


def _items() -> None:
    op.create_table(
        "agenda_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("added_by_id", BIG, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_agenda_item_position")),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_agenda_item_has_title")),
        _key("agenda_item", "association_id", "association"),
        _key("agenda_item", "meeting_id", "meeting"),
        _key("agenda_item", "added_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
    )
    _index("agenda_item", "meeting_id")
    op.create_table(
        "handled_item",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("lifted_issue_id", BIG, nullable=True),
        sa.Column("agenda_item_id", BIG, nullable=True),
        sa.CheckConstraint(
            "(lifted_issue_id IS NULL) <> (agenda_item_id IS NULL)",
            name=op.f("ck_handled_item_one_of_them"),
        ),
        _key("handled_item", "association_id", "association"),
        _key("handled_item", "decision_id", "decision"),
        _key("handled_item", "lifted_issue_id", "lifted_issue"),
        _key("handled_item", "agenda_item_id", "agenda_item"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handled_item")),
        sa.UniqueConstraint("lifted_issue_id", name=op.f("uq_handled_item_lifted_issue_id")),
        sa.UniqueConstraint("agenda_item_id", name=op.f("uq_handled_item_agenda_item_id")),
    )
    _index("handled_item", "decision_id")


def _decisions() -> None:
    op.create_table(
        "meeting_decision",
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("attached_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "decided_on >= met_on", name=op.f("ck_meeting_decision_not_before_meeting")
        ),
        _key("meeting_decision", "decision_id", "decision"),
        _key("meeting_decision", "association_id", "association"),
        _key("meeting_decision", "meeting_id", "meeting"),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_meeting_decision")),
    )
    _index("meeting_decision", "meeting_id")
    op.create_table(
        "dissent",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", BIG, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_dissent_has_text")),
        _key("dissent", "association_id", "association"),
        _key("dissent", "decision_id", "decision"),
        _key("dissent", "organisation_id", "organisation"),
        _key("dissent", "recorded_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dissent")),
        sa.UniqueConstraint(
            "decision_id", "organisation_id", name=op.f("uq_dissent_decision_id_organisation_id")
        ),
    )


def _minutes() -> None:
    op.create_table(
        "minutes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("started_by_id", BIG, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("fixed_at", MOMENT, nullable=True),
        sa.Column("fixed_on", sa.Date(), nullable=True),
        sa.Column("fixed_by_id", BIG, nullable=True),
        sa.Column("fixed_function", sa.String(200), nullable=False),
        sa.Column("diary_number", sa.String(40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_minutes_number")),
        sa.CheckConstraint(
            "number = 1 OR length(trim(reason)) > 0", name=op.f("ck_minutes_correction_has_reason")
        ),
        sa.CheckConstraint(
            "(fixed_at IS NULL) = (fixed_on IS NULL) AND (fixed_at IS NULL) = (fixed_by_id IS NULL)"
            " AND (fixed_at IS NULL) = (content = '') AND (fixed_at IS NULL) = (digest = '')"
            " AND (fixed_at IS NULL) = (fixed_function = '')",
            name=op.f("ck_minutes_fixed_whole"),
        ),
        _key("minutes", "association_id", "association"),
        _key("minutes", "meeting_id", "meeting"),
        _key("minutes", "started_by_id", "person"),
        _key("minutes", "fixed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_minutes_meeting_id_number")),
    )
    op.create_index(
        "uq_minutes_draft",
        "minutes",
        ["meeting_id"],
        unique=True,
        sqlite_where=sa.text("fixed_at IS NULL"),
        postgresql_where=sa.text("fixed_at IS NULL"),
    )
    op.create_table(
        "minutes_note",
        sa.Column("minutes_id", BIG, nullable=False),
        sa.Column("item", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _key("minutes_note", "minutes_id", "minutes"),
        sa.PrimaryKeyConstraint("minutes_id", "item", name=op.f("pk_minutes_note")),
    )


def upgrade() -> None:
    _items()
    _decisions()
    _minutes()
    for table in FROZEN:
        _freeze(table)
    _freeze_minutes()


def downgrade() -> None:
    op.drop_table("minutes_note")
    op.drop_table("minutes")
    if _postgresql():
        op.execute("DROP FUNCTION refuse_note()")
    op.drop_table("dissent")
    op.drop_table("meeting_decision")
    op.drop_table("handled_item")
    op.drop_table("agenda_item")
