"""The tree holds nothing that would not do in anyone's hands, and the check that says so works."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def check_tree() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_tree", ROOT / "tools/check_tree.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tree_is_clean(check_tree: ModuleType) -> None:
    assert list(check_tree.faults(ROOT)) == []


@pytest.mark.parametrize(
    ("name", "line", "fault"),
    [
        ("a.md", "see /ho" + "me/kim/notes", "a path of one machine"),
        ("a.md", "see {root}/notes", "a path of one machine"),
        ("a.lock", "--index" + "-url https://example.test", "an address of a package registry"),
        ("a.lock", "https://files.python" + "hosted.org/x", "an address of a package registry"),
        ("a.py", "# TO" + "DO: later", "a mark of unfinished work"),
        ("a.py", "raise NotImplemented" + "Error", "a mark of unfinished work"),
        ("a.py", "import os  # no" + "qa", "a silenced check without its reason"),
        ("a.py", "import os  # no" + "qa: F401", "a silenced check without its reason"),
        ("a.py", "x = y  # type: " + "ignore[misc]", "a silenced check without its reason"),
        ("a.py", "x = 1\n" * 451, "451 lines"),
        ("static/vendor/lib/lib.js", "let x;", "vendored without its licence"),
    ],
)
def test_each_kind_of_fault_is_found(
    check_tree: ModuleType, tmp_path: Path, name: str, line: str, fault: str
) -> None:
    written = tmp_path / name
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(line.replace("{root}", str(tmp_path)), "utf-8")
    found = list(check_tree.faults(tmp_path))
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    "line",
    [
        "import os  # noqa: F401 - the name is the interface",
        "x = y  # type: ignore[misc]  # the library's types are wrong",
        "path = '/var/lib/atagande'",
    ],
)
def test_what_is_fine_is_left_alone(check_tree: ModuleType, tmp_path: Path, line: str) -> None:
    (tmp_path / "a.py").write_text(line, "utf-8")
    vendored = tmp_path / "static/vendor/lib"
    vendored.mkdir(parents=True)
    (vendored / "lib.js").write_text("let x; // TO" + "DO", "utf-8")
    (vendored / "LICENSE").write_text("MIT", "utf-8")
    assert list(check_tree.faults(tmp_path)) == []


def test_lock_files_agree_and_every_file_has_a_hash() -> None:
    versions = {}
    for level in ("run", "dev"):
        text = (ROOT / "requirements" / f"{level}.lock").read_text("utf-8")
        entries = [line for line in text.splitlines() if line and line[0].isalnum()]
        assert all(line.endswith("\\") for line in entries)
        versions[level] = {line.removesuffix("\\").strip() for line in entries}
    names = {entry.split("==")[0] for entry in versions["run"]}
    assert {"flask", "sqlalchemy", "hatchling"} <= names
    assert versions["run"] <= versions["dev"]


def test_the_tests_run_on_this_python() -> None:
    assert sys.version_info >= (3, 11)
