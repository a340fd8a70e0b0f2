"""The three source roots, and the trap in one of their names.

A package named `calendar` on the path would shadow the standard library's, and with it break
`http.cookiejar`, `email` and `strptime`. So the three top folders are no packages, and whatever way
the project is started, `import calendar` must give the standard library's.
"""

import calendar
import importlib
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STANDARD_LIBRARY = Path(sysconfig.get_paths()["stdlib"]).resolve()
ASK = "import calendar; print('calendar is', calendar.__file__); calendar.isleap(2000)"
PACKAGES = ("atagande_agreements", "atagande_calendar", "atagande_plugin")


def run(
    arguments: list[str], cwd: Path, *, told: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ATAGANDE_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=kept | environment,
        input=told,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def calendar_named_in(result: subprocess.CompletedProcess[str]) -> Path:
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stdout.splitlines() if "calendar is" in line]
    assert lines, result.stdout + result.stderr
    return Path(lines[-1].split("calendar is ")[1].strip()).resolve()


def is_standard(path: Path) -> bool:
    return path == STANDARD_LIBRARY / "calendar.py"


@pytest.mark.parametrize("folder", ["agreements", "calendar", "plugin"])
def test_a_source_root_is_not_a_package_and_holds_exactly_one(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()
    packages = {path.parent.name for path in (ROOT / folder).glob("*/__init__.py")}
    assert packages == {f"atagande_{folder}"}


def test_calendar_is_the_standard_librarys_under_pytest() -> None:
    assert calendar.__file__ is not None
    assert is_standard(Path(calendar.__file__).resolve())
    # What breaks first when it is not.
    for name in ("http.cookiejar", "email.utils", "_strptime"):
        importlib.import_module(name)


def test_calendar_is_the_standard_librarys_from_the_root() -> None:
    assert is_standard(calendar_named_in(run(["-c", ASK], ROOT)))


def test_calendar_is_the_standard_librarys_under_python_m_pytest(tmp_path: Path) -> None:
    (tmp_path / "test_ask.py").write_text(f"def test_ask():\n    {ASK}\n", "utf-8")
    asked = ["-m", "pytest", "-q", "-s", "-p", "no:randomly", "-p", "no:cacheprovider"]
    bare = ["-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)]
    assert is_standard(calendar_named_in(run([*asked, *bare], ROOT)))


def test_calendar_is_the_standard_librarys_under_flask(tmp_path: Path) -> None:
    result = run(
        ["-m", "flask", "--app", "atagande_plugin.app", "shell"],
        ROOT,
        told=ASK + "\n",
        ATAGANDE_DATA_DIR=str(tmp_path),
    )
    assert is_standard(calendar_named_in(result))


def test_calendar_is_the_standard_librarys_in_alembics_environment(tmp_path: Path) -> None:
    program = f"from atagande_plugin.database import upgrade; upgrade('sqlite:///a.sqlite'); {ASK}"
    assert is_standard(
        calendar_named_in(run(["-c", program], tmp_path, ATAGANDE_DATA_DIR=str(tmp_path)))
    )
    in_root = f"sqlite:///{tmp_path / 'b.sqlite'}"
    program = f"from atagande_plugin.database import upgrade; upgrade({in_root!r}); {ASK}"
    assert is_standard(
        calendar_named_in(run(["-c", program], ROOT, ATAGANDE_DATA_DIR=str(tmp_path)))
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(["-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], ROOT)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, as an installer lays it out."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize("from_root", [True, False], ids=["from the root", "from elsewhere"])
def test_calendar_is_the_standard_librarys_beside_an_installed_wheel(
    installed: Path, tmp_path: Path, *, from_root: bool
) -> None:
    cwd = ROOT if from_root else tmp_path
    places = "; ".join(f"import {name}; print({name}.__file__)" for name in PACKAGES)
    result = run(["-c", f"{places}; {ASK}"], cwd, PYTHONPATH=str(installed))
    assert is_standard(calendar_named_in(result))
    for name in PACKAGES:
        assert str(installed / name / "__init__.py") in result.stdout.splitlines()


def test_an_installed_wheel_migrates_a_database_of_its_own(installed: Path, tmp_path: Path) -> None:
    program = (
        "import atagande_plugin; from atagande_plugin.database import upgrade;"
        f"upgrade('sqlite:///new.sqlite'); print(atagande_plugin.__file__); {ASK}"
    )
    result = run(
        ["-c", program], tmp_path, PYTHONPATH=str(installed), ATAGANDE_DATA_DIR=str(tmp_path)
    )
    assert is_standard(calendar_named_in(result))
    assert str(installed) in result.stdout
    assert (tmp_path / "new.sqlite").stat().st_size > 0


def test_the_wheel_holds_everything_the_service_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for beginning in (
        "atagande_plugin/_migrations/env.py",
        "atagande_plugin/_migrations/versions/",
        "atagande_plugin/web/templates/",
        "atagande_plugin/web/static/",
        "atagande_plugin/locale/sv/LC_MESSAGES/messages.mo",
        "atagande_plugin/locale/en/LC_MESSAGES/messages.mo",
        "atagande_agreements/data/suvs.toml",
        "atagande_plugin/typst/house.typ",
        *(f"{name}/py.typed" for name in PACKAGES),
    ):
        assert any(name.startswith(beginning) for name in names), beginning
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in names if "__pycache__" in name]
