"""Backup and restore, from either database to either, and every way of refusing."""

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from atagande_agreements.audit.models import AuditEntry
from atagande_agreements.audit.queries import first_broken
from atagande_agreements.commitments.models import Occurrence
from atagande_agreements.errors import Refused
from atagande_agreements.followup import rollup
from atagande_agreements.followup.rollup_models import OccurrenceCount
from atagande_agreements.parties.models import Association
from atagande_plugin import backup, config
from atagande_plugin.auth.models import LoginLink
from atagande_plugin.services import Services
from atagande_plugin.tables import KEPT
from support.postgres import Postgres
from support.world import CONVENER, World

Empty = Callable[[str], Services]


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Empty]:
    """Make services on a clean, migrated database of a kind."""
    made: list[Services] = []

    def make(kind: str) -> Services:
        if kind == "sqlite":
            template: Path = request.getfixturevalue("sqlite_template")
            copy = tmp_path / f"target-{len(made)}.sqlite"
            copy.write_bytes(template.read_bytes())
            url = f"sqlite:///{copy}"
        else:
            server: Postgres = request.getfixturevalue("postgres_server")
            name = f"restore_{request.getfixturevalue('worker_id')}_{tmp_path.name[-20:]}"
            name = "".join(sign if sign.isalnum() else "_" for sign in name.lower())
            server.drop(name)
            url = server.create(name, template=request.getfixturevalue("postgres_template"))
            request.addfinalizer(lambda: server.drop(name))
        settings = config.load(
            {"ATAGANDE_DATA_DIR": str(tmp_path / "other"), "ATAGANDE_DATABASE_URL": url}
        )
        made.append(Services(settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


def contents(services: Services) -> dict[str, list[Any]]:
    with services.reader() as session:
        return {
            table.name: [
                tuple(row)
                for row in session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in KEPT
        }


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_everything_comes_back_on_either_database(
    lived_world: World, empty: Empty, tmp_path: Path, target: str
) -> None:
    world = lived_world
    world.api(CONVENER)("GET", "/agreements")
    file = str(tmp_path / "all.zip")
    rows = backup.write_backup(world.services, file)
    there = empty(target)
    assert backup.restore_backup(there, file) == rows
    assert contents(there) == contents(world.services)
    with there.writer() as session:
        number = session.scalars(select(Association.id)).one()
        assert first_broken(session, number) is None
        assert rollup.differences(session) == []
        # New rows are numbered after the restored ones.
        highest = session.scalar(select(func.max(AuditEntry.id)))
        association = Association(key="new", name="Nytt", short_name="Nytt")
        session.add(association)
        session.flush()
        assert association.id > number
        assert highest is not None
        session.rollback()
    second = str(tmp_path / "second.zip")
    backup.write_backup(there, second)
    with zipfile.ZipFile(file) as first, zipfile.ZipFile(second) as again:
        for name in first.namelist():
            if name != backup.MANIFEST:
                assert first.read(name) == again.read(name)


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_what_the_database_counts_is_not_copied_but_counted_again(
    lived_world: World, empty: Empty, tmp_path: Path, target: str
) -> None:
    file = str(tmp_path / "all.zip")
    backup.write_backup(lived_world.services, file)
    with zipfile.ZipFile(file) as archive:
        assert not any("occurrence_count" in name for name in archive.namelist())
    there = empty(target)
    backup.restore_backup(there, file)
    with there.reader() as session:
        assert session.scalar(select(func.sum(OccurrenceCount.total))) == session.scalar(
            select(func.count()).select_from(Occurrence)
        )
        assert rollup.differences(session) == []
        # One row each: what was counted as the rows came in is added together.
        assert session.scalar(select(func.count()).where(OccurrenceCount.slot > 0)) == 0


def test_a_backup_is_for_its_owner_and_never_written_over(
    sqlite_world: World, tmp_path: Path
) -> None:
    file = tmp_path / "all.zip"
    backup.write_backup(sqlite_world.services, str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(backup.BackupExists):
        backup.write_backup(sqlite_world.services, str(file))
    assert file.read_bytes() == before
    with pytest.raises(backup.BackupFile):
        backup.write_backup(sqlite_world.services, str(tmp_path / "nowhere" / "all.zip"))
    assert sorted(one.name for one in tmp_path.glob("*.zip*")) == ["all.zip"]


def rewritten(file: Path, change: Callable[[str, bytes], bytes]) -> str:
    """Write a backup anew with its parts changed; give the new file's name."""
    other = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return str(other)


def manifest(**changes: Any) -> Callable[[str, bytes], bytes]:
    def change(name: str, data: bytes) -> bytes:
        return json.dumps(json.loads(data) | changes).encode() if name == backup.MANIFEST else data

    return change


def emptied(services: Services) -> bool:
    return all(not rows for rows in contents(services).values())


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (manifest(format="other"), backup.NoBackup),
        (manifest(version=2), backup.NoBackup),
        (manifest(revision="0001"), backup.OtherRevision),
        (manifest(tables={}), backup.OtherRevision),
        (lambda name, data: data.replace(b"kommun", b"stad") if "organisation" in name else data,
         backup.DamagedBackup),
        (lambda name, data: data + b"{}\n" if "unit" in name else data, backup.DamagedBackup),
        (lambda name, data: b"[" if name == backup.MANIFEST else data, backup.NoBackup),
    ],
)  # fmt: skip
def test_a_backup_that_is_not_whole_restores_nothing(
    sqlite_world: World,
    empty: Empty,
    tmp_path: Path,
    change: Callable[[str, bytes], bytes],
    refusal: type[Refused],
) -> None:
    file = tmp_path / "all.zip"
    backup.write_backup(sqlite_world.services, str(file))
    there = empty("sqlite")
    with pytest.raises(refusal):
        backup.restore_backup(there, rewritten(file, change))
    assert emptied(there)


def test_a_tampered_history_restores_nothing(
    sqlite_world: World, empty: Empty, tmp_path: Path
) -> None:
    file = tmp_path / "all.zip"
    backup.write_backup(sqlite_world.services, str(file))
    with zipfile.ZipFile(file) as archive:
        lines = archive.read("tables/audit_entry.jsonl").replace(b'"test"', b'"best"')
        said = json.loads(archive.read(backup.MANIFEST))
    assert b'"best"' in lines
    said["tables"]["audit_entry"]["sha256"] = hashlib.sha256(lines).hexdigest()

    def change(name: str, data: bytes) -> bytes:
        if name == backup.MANIFEST:
            return json.dumps(said).encode()
        return lines if name == "tables/audit_entry.jsonl" else data

    there = empty("sqlite")
    with pytest.raises(backup.BrokenChain):
        backup.restore_backup(there, rewritten(file, change))
    assert emptied(there)


def test_only_an_empty_database_is_restored_into(world: World, tmp_path: Path) -> None:
    file = str(tmp_path / "all.zip")
    backup.write_backup(world.services, file)
    before = contents(world.services)
    with pytest.raises(backup.NotEmpty):
        backup.restore_backup(world.services, file)
    assert contents(world.services) == before


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x03\x04"])
def test_what_is_no_backup_is_said(empty: Empty, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(data)
    with pytest.raises(backup.NoBackup):
        backup.restore_backup(empty("sqlite"), str(file))
    with pytest.raises(backup.BackupFile):
        backup.restore_backup(empty("sqlite"), str(tmp_path / "nothing.zip"))


def test_bytes_and_moments_come_back_as_they_were(
    world: World, empty: Empty, tmp_path: Path
) -> None:
    with world.writer() as session:
        session.execute(
            insert(LoginLink).values(
                person_id=1, nonce="n", created_at=world.now, expires_at=world.now, used_at=None
            )
        )
        session.commit()
    file = str(tmp_path / "all.zip")
    backup.write_backup(world.services, file)
    there = empty("sqlite")
    backup.restore_backup(there, file)
    with there.reader() as session:
        assert session.scalars(select(LoginLink.created_at)).one() == world.now
