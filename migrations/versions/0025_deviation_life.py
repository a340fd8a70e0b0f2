"""The whole life of a deviation: measures, merging, re-opening, withdrawal and the ladder."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

OLD_KINDS = ("parameter", "close_deviation", "document")
NEW_KINDS = ("measure", "escalate", "reopen_deviation", "ladder", "retention", "other")
OLD_STATES = ("open", "replied", "measure", "closed")
STATES = (*OLD_STATES, "withdrawn")
OLD_STEPS = ("evidence", "reply", "closed")
STEPS = (
    "asked",
    "evidence",
    "reply",
    "contest",
    "lapsed",
    "measure",
    "measure_done",
    "escalated",
    "merged",
    "parted",
    "withdrawn",
    "restored",
    "reopened",
    "closed",
)
RUNGS = ("reminder", "reply", "measure", "agenda", "notice", "board")
ENDINGS = ("done", "no_measure", "unfounded")
#: From state -> to states that a deviation may take.
ALLOWED = {
    "open": ("replied", "withdrawn"),
    "replied": ("measure", "closed", "withdrawn"),
    "measure": ("closed", "withdrawn"),
    "closed": ("open",),
    "withdrawn": ("open", "replied", "measure"),
}
OLD_ACTIVE = "state <> 'closed'"
ACTIVE = "state NOT IN ('closed', 'withdrawn')"


def _said(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


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


def _free(table: str) -> None:
    if _postgresql():
        op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        return
    for event in ("update", "delete"):
        op.execute(f"DROP TRIGGER {table}_no_{event}")


def _keep_order() -> None:
    """Refuse a change of state that skips one."""
    right = " OR ".join(
        f"(OLD.state = '{before}' AND NEW.state IN ({_said(after)}))"
        for before, after in ALLOWED.items()
    )
    wrong = f"OLD.state <> NEW.state AND NOT ({right})"
    if _postgresql():
        op.execute(
            "CREATE FUNCTION refuse_state() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'a deviation skips a state'; END $$"
        )
        op.execute(
            "CREATE TRIGGER deviation_state_order BEFORE UPDATE ON deviation "
            f"FOR EACH ROW WHEN ({wrong}) EXECUTE FUNCTION refuse_state()"
        )
        return
    op.execute(
        f"CREATE TRIGGER deviation_state_order BEFORE UPDATE ON deviation WHEN {wrong} "
        "BEGIN SELECT RAISE(ABORT, 'a deviation skips a state'); END"
    )


def _decisions() -> None:
    with op.batch_alter_table("decision") as batch:
        batch.add_column(
            sa.Column("diary_number", sa.String(40), nullable=False, server_default="")
        )
        batch.drop_constraint(op.f("ck_decision_decisionkind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_decision_decisionkind"), f"kind IN ({_said((*OLD_KINDS, *NEW_KINDS))})"
        )
        batch.create_check_constraint(
            op.f("ck_decision_other_has_note"), "kind <> 'other' OR length(trim(note)) > 0"
        )
    with op.batch_alter_table("decision") as batch:
        batch.alter_column("diary_number", server_default=None)


def _ladder() -> None:
    op.create_table(
        "ladder_decision",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("rung", _one_of("rung", RUNGS), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("decision_id", BIG, nullable=False),
        sa.CheckConstraint("days >= 0 AND days <= 366", name=op.f("ck_ladder_decision_days")),
        sa.CheckConstraint("rung <> 'reply'", name=op.f("ck_ladder_decision_reply_is_a_parameter")),
        _references("ladder_decision", "association_id", "association"),
        _references("ladder_decision", "agreement_id", "agreement"),
        _references("ladder_decision", "decision_id", "decision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_decision")),
        sa.UniqueConstraint(
            "agreement_id",
            "rung",
            "valid_from",
            name=op.f("uq_ladder_decision_agreement_id_rung_valid_from"),
        ),
    )
    op.create_index(
        op.f("ix_ladder_decision_association_id"), "ladder_decision", ["association_id"]
    )
    op.create_index(op.f("ix_ladder_decision_decision_id"), "ladder_decision", ["decision_id"])
    _freeze("ladder_decision")


def _active_index(condition: str) -> None:
    op.create_index(
        "ix_deviation_active",
        "deviation",
        ["agreement_id", "obligation_id"],
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def _deviations() -> None:
    op.drop_index("ix_deviation_active", table_name="deviation")
    with op.batch_alter_table("deviation") as batch:
        batch.add_column(sa.Column("asked_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("group_turn_on", sa.Date(), nullable=True))
        batch.add_column(
            sa.Column("contested", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(
            sa.Column("rung", _one_of("rung_kind", RUNGS), nullable=False, server_default="reply")
        )
        batch.add_column(sa.Column("ending", _one_of("ending", ENDINGS), nullable=True))
        batch.add_column(sa.Column("merged_into_id", BIG, nullable=True))
        batch.create_foreign_key(
            op.f("fk_deviation_merged_into_id"), "deviation", ["merged_into_id"], ["id"]
        )
        batch.drop_constraint(op.f("ck_deviation_deviationstate"), type_="check")
        batch.create_check_constraint(
            op.f("ck_deviation_deviationstate"), f"state IN ({_said(STATES)})"
        )
        batch.create_check_constraint(op.f("ck_deviation_rung"), "rung <> 'reminder'")
        batch.create_check_constraint(
            op.f("ck_deviation_merged_into_another"),
            "merged_into_id IS NULL OR merged_into_id <> id",
        )
    _known_turns()
    with op.batch_alter_table("deviation") as batch:
        batch.alter_column("contested", server_default=None)
        batch.alter_column("rung", server_default=None)
        batch.create_check_constraint(
            op.f("ck_deviation_closed_for_a_reason"), "(state = 'closed') = (ending IS NOT NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_deviation_ended_waits_for_none"),
            "state NOT IN ('closed', 'withdrawn') OR group_turn_on IS NULL",
        )
    _active_index(ACTIVE)
    op.create_index(op.f("ix_deviation_merged_into_id"), "deviation", ["merged_into_id"])
    _keep_order()


def _known_turns() -> None:
    """Say of known deviations why they were closed, and when the group may decide."""
    op.execute("UPDATE deviation SET ending = 'no_measure' WHERE state = 'closed'")
    if _postgresql():
        local = "(opened_at AT TIME ZONE 'Europe/Stockholm')::date"
        due = f"{local} + reply_days + 1"
    else:
        local = "date(opened_at, '+1 hour')"
        due = f"date({local}, '+' || (reply_days + 1) || ' days')"
    op.execute(f"UPDATE deviation SET group_turn_on = {due} WHERE state = 'open'")  # noqa: S608 - fixed words
    op.execute(f"UPDATE deviation SET group_turn_on = {local} WHERE state = 'replied'")  # noqa: S608 - fixed words


def _steps(kinds: tuple[str, ...], constraint: str, condition: str, reply: str) -> None:
    _free("deviation_step")
    with op.batch_alter_table("deviation_step") as batch:
        batch.drop_constraint(op.f("ck_deviation_step_stepkind"), type_="check")
        batch.drop_constraint(
            op.f(
                "ck_deviation_step_closed_by_decision"
                if constraint == "decided"
                else "ck_deviation_step_decided"
            ),
            type_="check",
        )
        batch.drop_constraint(op.f("ck_deviation_step_reply_has_text"), type_="check")
        batch.create_check_constraint(
            op.f("ck_deviation_step_stepkind"), f"kind IN ({_said(kinds)})"
        )
        batch.create_check_constraint(op.f(f"ck_deviation_step_{constraint}"), condition)
        batch.create_check_constraint(op.f("ck_deviation_step_reply_has_text"), reply)
    _freeze("deviation_step")


def _measures() -> None:
    op.create_table(
        "measure",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("deviation_id", BIG, nullable=False),
        sa.Column("decision_id", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("unit_id", BIG, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_text", sa.Text(), nullable=False),
        sa.Column("done_by_id", BIG, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_measure_has_text")),
        sa.CheckConstraint(
            "(done_on IS NULL) = (done_by_id IS NULL)", name=op.f("ck_measure_done_by_somebody")
        ),
        sa.CheckConstraint(
            "done_on IS NULL OR length(trim(done_text)) > 0", name=op.f("ck_measure_done_has_text")
        ),
        _references("measure", "association_id", "association"),
        _references("measure", "deviation_id", "deviation"),
        _references("measure", "decision_id", "decision"),
        _references("measure", "organisation_id", "organisation"),
        _references("measure", "unit_id", "unit"),
        _references("measure", "done_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    op.create_index(
        "uq_measure_current",
        "measure",
        ["deviation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    open_ones = "ended_at IS NULL AND done_on IS NULL"
    op.create_index(
        "ix_measure_due",
        "measure",
        ["association_id", "due_on"],
        sqlite_where=sa.text(open_ones),
        postgresql_where=sa.text(open_ones),
    )
    op.create_index(op.f("ix_measure_organisation_id"), "measure", ["organisation_id"])
    op.create_index(op.f("ix_measure_unit_id"), "measure", ["unit_id"])


def upgrade() -> None:
    _decisions()
    _ladder()
    _deviations()
    _steps(
        STEPS,
        "decided",
        "(kind IN ('closed', 'measure', 'escalated', 'reopened')) = (decision_id IS NOT NULL)",
        "kind NOT IN ('reply', 'contest', 'measure_done') OR length(trim(text)) > 0",
    )
    op.create_index(op.f("ix_deviation_step_decision_id"), "deviation_step", ["decision_id"])
    _measures()


def downgrade() -> None:
    """Go back to the simple life; measures and the ladder go, and what was withdrawn is closed.

    What the old tables have no word for can't stay: steps and decisions of the new kinds.
    """
    op.drop_table("measure")
    op.drop_index(op.f("ix_deviation_step_decision_id"), table_name="deviation_step")
    _free("deviation_step")
    op.execute(f"DELETE FROM deviation_step WHERE kind NOT IN ({_said(OLD_STEPS)})")  # noqa: S608 - fixed words
    _freeze("deviation_step")
    _steps(
        OLD_STEPS,
        "closed_by_decision",
        "(kind = 'closed') = (decision_id IS NOT NULL)",
        "kind <> 'reply' OR length(trim(text)) > 0",
    )
    if _postgresql():
        op.execute("DROP TRIGGER deviation_state_order ON deviation")
        op.execute("DROP FUNCTION refuse_state()")
    else:
        op.execute("DROP TRIGGER deviation_state_order")
    op.drop_index(op.f("ix_deviation_merged_into_id"), table_name="deviation")
    op.drop_index("ix_deviation_active", table_name="deviation")
    with op.batch_alter_table("deviation") as batch:
        for name in ("closed_for_a_reason", "ended_waits_for_none", "merged_into_another"):
            batch.drop_constraint(op.f(f"ck_deviation_{name}"), type_="check")
        for name in ("rung", "rung_kind", "ending", "deviationstate"):
            batch.drop_constraint(op.f(f"ck_deviation_{name}"), type_="check")
        batch.drop_constraint(op.f("fk_deviation_merged_into_id"), type_="foreignkey")
        for column in (
            "asked_on",
            "group_turn_on",
            "contested",
            "rung",
            "ending",
            "merged_into_id",
        ):
            batch.drop_column(column)
    op.execute("UPDATE deviation SET state = 'closed' WHERE state = 'withdrawn'")
    with op.batch_alter_table("deviation") as batch:
        batch.create_check_constraint(
            op.f("ck_deviation_deviationstate"), f"state IN ({_said(OLD_STATES)})"
        )
    _active_index(OLD_ACTIVE)
    op.drop_table("ladder_decision")
    op.execute(f"DELETE FROM decision WHERE kind IN ({_said(NEW_KINDS)})")  # noqa: S608 - fixed words
    with op.batch_alter_table("decision") as batch:
        batch.drop_constraint(op.f("ck_decision_other_has_note"), type_="check")
        batch.drop_constraint(op.f("ck_decision_decisionkind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_decision_decisionkind"), f"kind IN ({_said(OLD_KINDS)})"
        )
        batch.drop_column("diary_number")
