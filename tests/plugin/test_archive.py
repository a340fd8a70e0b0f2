"""The archive: it verifies by itself, tells of no case, and shows what was done to it."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from atagande_agreements.audit.queries import first_broken
from atagande_agreements.deviations.models import Deviation
from atagande_agreements.documents.models import DocumentVersion
from atagande_agreements.enquiries.models import Enquiry
from atagande_agreements.parties.models import Person
from atagande_agreements.referrals.models import Referral
from atagande_agreements.register.agreement_file import parse
from atagande_agreements.steering.models import Decision
from atagande_calendar.invitations.models import Invitation
from atagande_calendar.sip.models import Sip
from atagande_plugin.archive import trail
from atagande_plugin.archive.checking import check
from atagande_plugin.archive.errors import (
    ArchiveExists,
    ArchiveFile,
    BrokenTrail,
    DamagedArchive,
    NoArchive,
)
from atagande_plugin.archive.writing import MANIFEST, README, SUMS, write, write_file
from atagande_plugin.cli.root import run
from support.followup import add_neighbours, ask
from support.retention import decide_all, number_of, pass_years, remove
from support.world import ADMINISTRATOR, World

#: What names a single case, as an occurrence's origin or a report's source.
CASE = re.compile(r"(enquiry|enquiry-answer|sip|referral):\d")


def written(world: World, folder: Path, *keys: str) -> Path:
    target = folder / "arkiv.zip"
    write_file(world.services, str(target), keys)
    return target


def rows(file: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read(name))
    return found


def lists(file: zipfile.ZipFile) -> list[str]:
    """Return the names of the lists: not the manifest, and not reports as issued."""
    return [
        name
        for name in file.namelist()
        if name.endswith((".csv", ".json", ".jsonl"))
        and name != MANIFEST
        and "/rapporter/" not in name
    ]


def test_an_archive_verifies_by_itself(lived_world: World, tmp_path: Path) -> None:
    found = check(str(written(lived_world, tmp_path)))
    with lived_world.services.reader() as session:
        assert first_broken(session, 1) is None
    assert found.entries > found.closed > 0


def test_every_list_is_there_twice_with_the_same_rows(
    sqlite_lived_world: World, tmp_path: Path
) -> None:
    with zipfile.ZipFile(written(sqlite_lived_world, tmp_path)) as file:
        names = [name for name in lists(file) if name.endswith(".csv")]
        manifest = json.loads(file.read(MANIFEST))
        for name in names:
            as_json = rows(file, f"{name.removesuffix('.csv')}.json")
            as_csv = list(
                csv.reader(io.StringIO(file.read(name).decode("utf-8-sig")), delimiter=";")
            )
            assert len(as_csv) - 1 == len(as_json) == manifest["files"][name]["rows"]
            if as_json:
                assert as_csv[0] == list(as_json[0])
        folder = next(name.rpartition("/")[0] for name in names if name.endswith("beslut.csv"))
        assert len(rows(file, f"{folder}/beslut.json")) == number_of(sqlite_lived_world, Decision)
        documents = number_of(sqlite_lived_world, DocumentVersion)
        assert len(rows(file, f"{folder}/dokument.json")) == documents
        deviations = number_of(sqlite_lived_world, Deviation)
        assert len(rows(file, f"{folder}/avvikelser.json")) == deviations > 0
        text = next(name for name in file.namelist() if name.endswith(".toml"))
        agreement, faults = parse(file.read(text).decode(), filename=text)
        assert agreement is not None, faults


def test_it_explains_every_file(sqlite_lived_world: World, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(sqlite_lived_world, tmp_path)) as file:
        text = file.read(README).decode()
        sums = file.read(SUMS).decode().splitlines()
        manifest = json.loads(file.read(MANIFEST))
        for name in file.namelist():
            last = name.rpartition("/")[2]
            if name in lists(file):
                assert last in text, name
        assert {line.split("  ", 1)[1] for line in sums} == set(manifest["files"])


def test_it_tells_of_no_case_and_no_name(lived_world: World, tmp_path: Path) -> None:
    with lived_world.services.reader() as session:
        secrets = [
            *session.scalars(select(Enquiry.reference)),
            *session.scalars(select(Referral.reference)),
            *session.scalars(select(Sip.reference)),
            *session.scalars(select(Person.email)),
            *session.scalars(select(Person.name)),
            *session.scalars(select(Invitation.email)),
        ]
    assert len(secrets) > 50
    with zipfile.ZipFile(written(lived_world, tmp_path)) as file:
        for name in file.namelist():
            if "/rapporter/" in name:
                continue
            text = file.read(name).decode()
            for secret in secrets:
                assert secret not in text, name
            assert not CASE.search(text), name
        (of_deviations,) = [one for one in file.namelist() if one.endswith("/avvikelser.json")]
        cases = [one for one in json.loads(file.read(of_deviations)) if one["enskilt_arende"]]
        assert {(one["handelse"], one["oppnad"]) for one in cases} == {(None, None)}


def test_cases_stand_closed_in_the_trail(sqlite_lived_world: World, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(sqlite_lived_world, tmp_path)) as file:
        lines = [json.loads(line) for line in file.read("suvs/historik.jsonl").splitlines()]
    told = {line["object_type"] for line in lines if not line.get("closed")}
    assert {"parameter", "deviation", "meeting"} <= told
    assert told.isdisjoint({"sip", "enquiry", "referral", "certificate_report", "self_report"})
    assert all(set(line) == {"number", "hash", "closed"} for line in lines if line.get("closed"))


def changed(source: Path, change: Callable[[str, bytes], bytes | None]) -> str:
    """Write an archive anew with its files changed, and sums that fit."""
    target = source.with_name("andrad.zip")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return str(target)


def test_a_changed_file_is_found(sqlite_lived_world: World, tmp_path: Path) -> None:
    archive = written(sqlite_lived_world, tmp_path)
    worse = changed(
        archive,
        lambda name, content: (
            content.replace(b"\xc2\xa7", b"$") if "beslut.csv" in name else content
        ),
    )
    with pytest.raises(DamagedArchive):
        check(worse)
    with pytest.raises(NoArchive):
        check(changed(archive, lambda name, content: None if "beslut" in name else content))


@pytest.mark.parametrize(
    "harm",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [line.replace(b"parameter.decided", b"parameter.dreamed") for line in lines],
        lambda lines: [line.replace(b'"closed": true', b'"closed": false') for line in lines],
        lambda lines: [
            json.dumps(json.loads(line) | {"hash": "0" * 64}).encode() + b"\n"
            if json.loads(line).get("closed") and number < len(lines) - 1
            else line
            for number, line in enumerate(lines)
        ],
        lambda _lines: [b"{}\n"],
    ],
    ids=["cut", "one less", "swapped", "rewritten", "opened", "closed ones changed", "emptied"],
)
def test_the_chain_shows_what_was_done_to_it(
    sqlite_lived_world: World, tmp_path: Path, harm: Callable[[list[bytes]], list[bytes]]
) -> None:
    with zipfile.ZipFile(written(sqlite_lived_world, tmp_path)) as file:
        chain = json.loads(file.read(MANIFEST))["chains"]["suvs"]
        lines = file.read("suvs/historik.jsonl").splitlines(keepends=True)
    assert trail.follow(lines) == (chain["entries"], chain["last"], None)
    number, last, broken = trail.follow(harm(lines))
    assert broken is not None or (number, last) != (chain["entries"], chain["last"])


def test_a_chain_with_fitting_sums_is_still_broken(
    sqlite_lived_world: World, tmp_path: Path
) -> None:
    archive = written(sqlite_lived_world, tmp_path)
    with zipfile.ZipFile(archive) as file:
        manifest = json.loads(file.read(MANIFEST))
    manifest["chains"]["suvs"]["last"] = "f" * 64
    worse = changed(
        archive,
        lambda name, content: json.dumps(manifest).encode() if name == MANIFEST else content,
    )
    with pytest.raises(BrokenTrail):
        check(worse)


def test_after_retention_it_still_verifies(sqlite_lived_world: World, tmp_path: Path) -> None:
    pass_years(sqlite_lived_world, 12)
    decide_all(sqlite_lived_world)
    assert remove(sqlite_lived_world)
    assert check(str(written(sqlite_lived_world, tmp_path))).entries > 0


def test_neighbours_are_not_in_each_others_archive(sqlite_world: World, tmp_path: Path) -> None:
    add_neighbours(sqlite_world)
    answer = sqlite_world.client(ADMINISTRATOR).get("/gallring/arkivexport.zip")
    assert answer.status_code == 200
    assert "arkivexport-2026-03-02.zip" in answer.headers["Content-Disposition"]
    taken = tmp_path / "hamtad.zip"
    taken.write_bytes(answer.data)
    check(str(taken))
    with zipfile.ZipFile(taken) as file:
        assert not any(name.startswith("prov/") for name in file.namelist())
    with zipfile.ZipFile(written(sqlite_world, tmp_path, "prov")) as file:
        named = {name.split("/")[1] for name in file.namelist() if name.count("/") > 1}
    assert named == {"prov"}


def test_a_cell_that_looks_like_a_formula_computes_nothing(
    sqlite_world: World, tmp_path: Path
) -> None:
    with sqlite_world.writer() as session:
        person = session.scalars(select(Person)).first()
        assert person is not None
        person.title = '=HYPERLINK("http://ond.example")'
        session.commit()
    with zipfile.ZipFile(written(sqlite_world, tmp_path)) as file:
        text = file.read("suvs/personer.csv").decode("utf-8-sig")
        assert all(
            not cell.startswith("=") for line in text.splitlines() for cell in line.split(";")
        )
        people = rows(file, "suvs/personer.json")
    assert '=HYPERLINK("http://ond.example")' in {one["funktion"] for one in people}


def test_it_is_as_of_one_moment(world: World, tmp_path: Path) -> None:
    """Someone writes while the archive is made: the trail ends where it did when it began."""

    class Interrupted(io.BytesIO):
        done = False

        def write(self, data: Any) -> int:
            if not self.done:
                self.done = True
                ask(world, "sollentuna-mottagning", world.now.date())
            return super().write(data)

    stream = Interrupted()
    write(world.services, stream)
    target = tmp_path / "under.zip"
    target.write_bytes(stream.getvalue())
    before = check(str(target)).entries
    assert check(str(written(world, tmp_path))).entries > before


def test_it_never_writes_over_a_file(sqlite_world: World, tmp_path: Path) -> None:
    written(sqlite_world, tmp_path)
    with pytest.raises(ArchiveExists):
        written(sqlite_world, tmp_path)
    with pytest.raises(ArchiveFile):
        write_file(sqlite_world.services, str(tmp_path / "saknas" / "a.zip"))
    assert [one.name for one in tmp_path.glob("*.zip*")] == ["arkiv.zip"]
    with pytest.raises(ArchiveFile):
        check(str(tmp_path / "finns-inte.zip"))
    (tmp_path / "inget.zip").write_text("inget")
    with pytest.raises(NoArchive):
        check(str(tmp_path / "inget.zip"))


def test_the_command_writes_and_checks(
    sqlite_world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = sqlite_world.settings
    monkeypatch.setenv("ATAGANDE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ATAGANDE_DATA_DIR", str(settings.data_dir))
    target = str(tmp_path / "a.zip")
    assert run(["archive", "--out", target]) == 0
    assert "Arkivexporten är klar" in capsys.readouterr().out
    assert run(["archive", "--check", target]) == 0
    assert "Kedjan stämmer." in capsys.readouterr().out
    assert run(["archive", "--out", target]) == 1
    assert "skrivs inte över" in capsys.readouterr().err
    assert run(["archive"]) == 2
    assert run(["archive", "--out", str(tmp_path / "b.zip"), "--agreement", "ingen"]) == 1
    assert "ingen" in capsys.readouterr().err
