"""What must not be in the tree, whoever put it there.

    python tools/check_tree.py     names every fault with its file and line; exit status 1 if any

1. No path of the machine the tree was made on, and no address of a package registry.
2. No mark of unfinished work.
3. No silenced check without its reason on the line.
4. No Python file of more than 450 lines: it is usually two rooms.
5. Everything vendored lies beside its licence.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST_LINES = 450
OTHERS = "vendor"
CODE = {".py", ".js", ".mjs", ".css", ".html", ".txt", ".toml", ".sh", ".mako", ""}
COMMON_PARENTS = {"/", "/tmp", "/srv", "/opt", "/usr", "/usr/src", "/app", "/var"}  # noqa: S108 - not used as a place

# Each pattern is written so that it does not match itself.
HOME = re.compile(r"(?<![\w.:/])/(?:home|Users|root)/[\w.-]+")
REGISTRY = re.compile(
    r"\b(?:python[h]osted|py[p]i|npm[j]s|yarn[p]kg)\.(?:org|com)\b"
    r"|--(?:extra-)?index[-]url[ =]|--find[-]links[ =]|file://[/]"
)
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|NotImplemented[E]rror)\b")
SILENCED = re.compile(
    r"# no[q]a(?!: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)* - \w)|# type: ignor[e](?!\[[\w, -]+\] +# ?\w)"
)
LICENCE = re.compile(r"licen[cs]e|copying|notice", re.IGNORECASE)


def tree(root: Path) -> list[Path]:
    """List the files that are, or would be, in version control; paths relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = {Path(name) for name in listed.stdout.decode().split("\0") if name}
        return sorted(name for name in names if (root / name).is_file())
    # A tree without version control, from an archive: everything but what the tools leave.
    return sorted(
        path.relative_to(root)
        for path in root.rglob("*")
        if path.is_file()
        and not any(
            part in {"__pycache__", "build", "dist"}
            or (part.startswith(".") and part not in {".ci", ".gitignore"})
            or part.endswith(".egg-info")
            for part in path.relative_to(root).parts
        )
    )


def machine(root: Path) -> re.Pattern[str]:
    """Make the pattern of paths that only exist where this tree lies now."""
    own = [root] if str(root.parent) in COMMON_PARENTS else [root, root.parent]
    places = "|".join(re.escape(str(place)) for place in own if len(place.parts) > 1)
    return re.compile(rf"(?<![\w.:/])(?:{places})/") if places else HOME


def faults(root: Path) -> Iterator[str]:
    """Name every fault in the tree."""
    files = tree(root)
    here = machine(root)
    for name in files:
        text = _text(root / name)
        if text is None:
            continue
        vendored = OTHERS in name.parts
        lines = text.splitlines()
        if name.suffix == ".py" and len(lines) > MOST_LINES:
            yield f"{name}: {len(lines)} lines; more than {MOST_LINES} is usually two rooms"
        if vendored:
            continue
        for number, line in enumerate(lines, 1):
            yield from (f"{name}:{number}: {fault}" for fault in _line_faults(name, line, here))
    yield from licence_faults(files)


def _line_faults(name: Path, line: str, here: re.Pattern[str]) -> Iterator[str]:
    for pattern in (here, HOME):
        if found := pattern.search(line):
            yield f"a path of one machine: {found.group()}"
            break
    if found := REGISTRY.search(line):
        yield f"an address of a package registry: {found.group()}"
    if name.suffix in CODE and (found := UNFINISHED.search(line)):
        yield f"a mark of unfinished work: {found.group()}"
    if name.suffix == ".py" and (found := SILENCED.search(line)):
        yield f"a silenced check without its reason: {found.group()}"


def licence_faults(files: list[Path]) -> Iterator[str]:
    """Name what is vendored without a licence in its folder or in one up to `vendor`."""
    licensed = {path.parent for path in files if LICENCE.search(path.name)}
    bare = set()
    for path in files:
        if OTHERS not in path.parts:
            continue
        top = Path(*path.parts[: path.parts.index(OTHERS) + 1])
        folders = [path.parent, *path.parent.parents]
        between = folders[: folders.index(top) + 1]
        # A licence at the top speaks for the files that lie there, not for the folders below.
        near = [folder for folder in between if folder != top] or [top]
        if not licensed.intersection(near):
            bare.add(near[-1])
    yield from (f"{folder}: vendored without its licence beside it" for folder in sorted(bare))


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def main() -> int:
    """Print the faults; 1 if there are any."""
    found = list(faults(ROOT))
    print("\n".join(found) or "The tree is clean.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
