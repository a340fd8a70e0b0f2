"""Checks an archive from its own files alone: every sum, every number of rows, and the chain."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atagande_plugin.archive import trail
from atagande_plugin.archive.errors import ArchiveFile, BrokenTrail, DamagedArchive, NoArchive
from atagande_plugin.archive.writing import FORMAT, MANIFEST, SUMS, VERSION

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Checked:
    """What an archive turned out to hold."""

    files: int
    #: Entries of the trails, and how many of them stand closed.
    entries: int
    closed: int


def check(file: str) -> Checked:
    """Check an archive; raise NoArchive, DamagedArchive or BrokenTrail."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _check(archive, _manifest(archive, file))
    except zipfile.BadZipFile as error:
        raise NoArchive(file=file) from error
    except OSError as error:
        raise ArchiveFile(file=file, reason=error.strerror or "–") from error


def _manifest(archive: zipfile.ZipFile, file: str) -> Mapping[str, Any]:
    try:
        manifest: Mapping[str, Any] = json.loads(archive.read(MANIFEST))
        known = (manifest["format"], manifest["version"]) == (FORMAT, VERSION)
        known = known and {*manifest["files"], SUMS, MANIFEST} == set(archive.namelist())
    except (KeyError, ValueError, TypeError) as error:
        raise NoArchive(file=file) from error
    if not known:
        raise NoArchive(file=file)
    return manifest


def _check(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> Checked:
    for name, said in manifest["files"].items():
        try:
            if (_digest(archive, name), _rows(archive, name)) != (said["sha256"], said["rows"]):
                raise DamagedArchive(part=name)
        except zipfile.BadZipFile as error:
            raise DamagedArchive(part=name) from error
    entries = closed = 0
    for chain in manifest["chains"].values():
        with archive.open(chain["file"]) as lines:
            number, last, broken = trail.follow(lines)
        if broken is None and (number, last) != (chain["entries"], chain["last"]):
            broken = number + 1
        if broken is not None:
            raise BrokenTrail(number=broken)
        with archive.open(chain["file"]) as lines:
            closed += sum(json.loads(line).get("closed", False) for line in lines)
        entries += number
    return Checked(len(manifest["files"]), entries, closed)


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while part := member.read(_CHUNK):
            digest.update(part)
    return digest.hexdigest()


def _rows(archive: zipfile.ZipFile, name: str) -> int | None:
    """Return how many rows a list has; None for a file that is none."""
    with archive.open(name) as member:
        if name.endswith(".jsonl"):
            return sum(1 for _line in member)
        if "/rapporter/" in name:
            return None
        if name.endswith(".csv"):
            lines = io.TextIOWrapper(member, "utf-8-sig", newline="")
            return sum(1 for _row in csv.reader(lines, delimiter=";")) - 1
        if name.endswith(".json"):
            # One row a line, between the brackets.
            return sum(1 for line in member if line.startswith(b"{"))
    return None
