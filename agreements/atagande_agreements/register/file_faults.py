"""A fault in an agreement file, with its line and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from atagande_agreements.i18n import N_
from atagande_agreements.privacy import find_personal_number
from atagande_agreements.register.file_lines import Lines

_HIDDEN = "…"
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in an agreement file.

    `problem` and `remedy` are message ids (Swedish) with named placeholders that `params` fills.
    `params` always holds `path`. No parameter and no path ever holds a personal number.
    """

    #: Stable name of the kind of fault, such as `unknown_key`.
    code: str
    filename: str
    #: 1-based.
    line: int
    #: Where in the file, such as `commitment[3].force` (rows counted from 1); may be empty.
    path: str
    problem: str
    remedy: str
    params: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.filename}:{self.line}: {self.problem % self.params}"


class Faults:
    """Collects the faults of one file."""

    def __init__(self, filename: str, lines: Lines) -> None:
        self._filename = filename
        self._lines = lines
        self._found: dict[tuple[str, int, str], Fault] = {}

    def add(
        self,
        code: str,
        path: str,
        problem: str,
        remedy: str,
        *,
        line: int | None = None,
        **params: object,
    ) -> None:
        """Note a fault; `line` is looked up from `path` unless given."""
        line = self._lines.line(path) if line is None else line
        fault = Fault(
            code=code,
            filename=self._filename,
            line=line,
            path=_safe(path),
            problem=problem,
            remedy=remedy,
            params={name: _safe(str(value)) for name, value in {"path": path, **params}.items()},
        )
        self._found.setdefault((code, line, path), fault)

    def unknown(
        self, code: str, path: str, problem: str, word: str, known: Iterable[str]
    ) -> str | None:
        """Note a word that is not one of the known ones; return the nearest known one, if any."""
        choices = list(dict.fromkeys(known))
        near = next(iter(get_close_matches(word, choices, n=1)), None)
        if near is not None:
            self.add(code, path, problem, N_("Menade du %(near)s?"), word=word, near=near)
        elif choices:
            remedy = N_("Välj en av: %(choices)s.")
            self.add(code, path, problem, remedy, word=word, choices=", ".join(choices))
        else:
            remedy = N_("Lägg till det som saknas i filen eller ta bort raden.")
            self.add(code, path, problem, remedy, word=word)
        return near

    def has(self, code: str, line: int) -> bool:
        """Tell whether a line already has a fault of a kind."""
        return any(fault.code == code and fault.line == line for fault in self._found.values())

    def sorted(self) -> list[Fault]:
        """Return the faults in the order of the file."""
        return sorted(self._found.values(), key=lambda fault: (fault.line, fault.path, fault.code))


def _safe(text: str) -> str:
    """Shorten what is quoted back, and never quote a personal number."""
    if find_personal_number(text) is not None:
        return _HIDDEN
    return text if len(text) <= _LONGEST_QUOTE * 8 else text[:_LONGEST_QUOTE] + _HIDDEN
