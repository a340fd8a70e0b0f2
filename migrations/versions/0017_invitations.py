"""What each person was last told of a meeting, proposals of other times, and series."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OLD_PARTSTATS = ("NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE")
PARTSTATS = (*OLD_PARTSTATS, "DELEGATED")
KINDS = ("network", "seminar", "sip", "steering", "af_first")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _references(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"))


def _partstats(table: str, values: tuple[str, ...]) -> None:
    """Let a table's answers be `values`."""
    said = ", ".join(f"'{value}'" for value in values)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_partstat"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_partstat"), f"partstat IN ({said})")


def _free_answers() -> None:
    """Let the rows of the append-only table be changed by this migration."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER invitation_answer_append_only ON invitation_answer")
        return
    for event in ("update", "delete"):
        op.execute(f"DROP TRIGGER invitation_answer_no_{event}")


def _keep_answers() -> None:
    """Refuse changes to answers again; SQLite forgets it with the table that is made anew."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER invitation_answer_append_only BEFORE UPDATE OR DELETE"
            " ON invitation_answer FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER invitation_answer_no_{event.lower()} BEFORE {event}"
            " ON invitation_answer"
            " BEGIN SELECT RAISE(ABORT, 'invitation_answer is append-only'); END"
        )


def upgrade() -> None:
    op.create_table(
        "meeting_series",
        sa.Column("id", BIG, nullable=False),
        sa.Column("association_id", BIG, nullable=False),
        sa.Column("agreement_id", BIG, nullable=False),
        sa.Column("kind", _one_of("meetingkind", *KINDS), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("rrule", sa.String(200), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(70), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("split_from_id", BIG, nullable=True),
        sa.Column("created_by_id", BIG, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_meeting_series_sequence")),
        _references("meeting_series", "association_id", "association.id"),
        _references("meeting_series", "agreement_id", "agreement.id"),
        _references("meeting_series", "created_by_id", "person.id"),
        _references("meeting_series", "split_from_id", "meeting_series.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_series")),
        sa.UniqueConstraint("uid", name=op.f("uq_meeting_series_uid")),
    )
    for column in ("association_id", "split_from_id"):
        op.create_index(op.f(f"ix_meeting_series_{column}"), "meeting_series", [column])
    with op.batch_alter_table("meeting") as batch:
        batch.add_column(sa.Column("series_id", BIG, nullable=True))
        batch.add_column(sa.Column("recurrence_at", MOMENT, nullable=True))
        batch.create_foreign_key(
            op.f("fk_meeting_series_id"), "meeting_series", ["series_id"], ["id"]
        )
        batch.create_unique_constraint(
            op.f("uq_meeting_series_id_recurrence_at"), ["series_id", "recurrence_at"]
        )
        batch.create_check_constraint(
            op.f("ck_meeting_recurrence_within_series"),
            "recurrence_at IS NULL OR series_id IS NOT NULL",
        )
    op.create_index(op.f("ix_meeting_series_id"), "meeting", ["series_id"])
    with op.batch_alter_table("invitation") as batch:
        batch.add_column(sa.Column("removed_at", MOMENT, nullable=True))
        batch.add_column(
            sa.Column("waiting", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("method", sa.String(32), nullable=True))
        batch.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
        for name in ("significance", "wording"):
            batch.add_column(sa.Column(name, sa.String(66), nullable=False, server_default=""))
        batch.add_column(sa.Column("told_at", MOMENT, nullable=True))
    # Everyone was told what the latest of their messages said.
    op.execute(
        "UPDATE invitation SET"
        " method = (SELECT m.method FROM invitation_message m"
        "  WHERE m.invitation_id = invitation.id ORDER BY m.sequence DESC, m.id DESC LIMIT 1),"
        " sequence = COALESCE((SELECT MAX(m.sequence) FROM invitation_message m"
        "  WHERE m.invitation_id = invitation.id), 0),"
        " told_at = (SELECT o.queued_at FROM invitation_message m JOIN outbox_message o"
        "  ON o.id = m.outbox_message_id WHERE m.invitation_id = invitation.id"
        "  ORDER BY m.sequence DESC, m.id DESC LIMIT 1)"
    )
    with op.batch_alter_table("invitation") as batch:
        batch.create_check_constraint(
            op.f("ck_invitation_method"), "method IN ('REQUEST', 'CANCEL')"
        )
        batch.create_check_constraint(
            op.f("ck_invitation_told_has_time"), "(method IS NULL) = (told_at IS NULL)"
        )
        batch.create_check_constraint(op.f("ck_invitation_sequence"), "sequence >= 0")
    _free_answers()
    for table in ("invitation", "invitation_answer"):
        _partstats(table, PARTSTATS)
    with op.batch_alter_table("invitation_answer") as batch:
        batch.add_column(
            sa.Column("counted", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch.add_column(
            sa.Column("unverified", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("given_by", sa.String(254), nullable=False, server_default=""))
    _keep_answers()
    with op.batch_alter_table("invitation_message") as batch:
        batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        batch.drop_constraint(
            op.f("uq_invitation_message_invitation_id_method_sequence"), type_="unique"
        )
        batch.create_unique_constraint(
            op.f("uq_invitation_message_invitation_id_method_sequence_revision"),
            ["invitation_id", "method", "sequence", "revision"],
        )
    op.create_table(
        "invitation_proposal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("invitation_id", BIG, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("way", _one_of("answerway", "link", "page", "mail", "graph"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column(
            "state",
            _one_of("proposalstate", "open", "accepted", "declined"),
            nullable=False,
        ),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_invitation_proposal_minutes_positive")),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)",
            name=op.f("ck_invitation_proposal_decided_has_time"),
        ),
        _references("invitation_proposal", "invitation_id", "invitation.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_proposal")),
        sa.UniqueConstraint(
            "invitation_id",
            "sequence",
            "starts_at",
            "minutes",
            name=op.f("uq_invitation_proposal_invitation_id_sequence_starts_at_minutes"),
        ),
    )


def downgrade() -> None:
    op.drop_table("invitation_proposal")
    op.execute("DELETE FROM invitation_message WHERE revision > 0")
    with op.batch_alter_table("invitation_message") as batch:
        batch.drop_constraint(
            op.f("uq_invitation_message_invitation_id_method_sequence_revision"), type_="unique"
        )
        batch.create_unique_constraint(
            op.f("uq_invitation_message_invitation_id_method_sequence"),
            ["invitation_id", "method", "sequence"],
        )
        batch.drop_column("revision")
    _free_answers()
    op.execute("DELETE FROM invitation_answer WHERE NOT counted OR partstat = 'DELEGATED'")
    with op.batch_alter_table("invitation_answer") as batch:
        for name in ("counted", "unverified", "given_by"):
            batch.drop_column(name)
    op.execute("UPDATE invitation SET partstat = 'TENTATIVE' WHERE partstat = 'DELEGATED'")
    for table in ("invitation", "invitation_answer"):
        _partstats(table, OLD_PARTSTATS)
    _keep_answers()
    with op.batch_alter_table("invitation") as batch:
        for name in ("method", "told_has_time", "sequence"):
            batch.drop_constraint(op.f(f"ck_invitation_{name}"), type_="check")
    with op.batch_alter_table("invitation") as batch:
        for name in ("removed_at", "waiting", "method", "sequence", "told_at"):
            batch.drop_column(name)
        for name in ("significance", "wording"):
            batch.drop_column(name)
    op.drop_index(op.f("ix_meeting_series_id"), "meeting")
    with op.batch_alter_table("meeting") as batch:
        batch.drop_constraint(op.f("ck_meeting_recurrence_within_series"), type_="check")
        batch.drop_constraint(op.f("uq_meeting_series_id_recurrence_at"), type_="unique")
        batch.drop_constraint(op.f("fk_meeting_series_id"), type_="foreignkey")
        batch.drop_column("recurrence_at")
        batch.drop_column("series_id")
    op.drop_table("meeting_series")
