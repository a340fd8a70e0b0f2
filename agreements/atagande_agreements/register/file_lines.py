"""Finds the line of each key in a TOML text, since `tomllib` forgets them.

A scanner that follows the grammar of TOML 1.0 only as far as needed to know where statements and
values begin and end. It never fails: what it can't read it steps over to the end of the line, so
that a text with a fault in it can still be mapped.

Paths are written `commitment[3].force`, with rows and list items counted from 1.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

#: Lists within lists are followed this far down.
_DEEPEST = 50

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_REST = re.compile(r"[^\n]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")
_STRINGS = {
    '"""': re.compile(r'"""(?:\\.|[^\\])*?"{3,5}', re.DOTALL),
    "'''": re.compile(r"'''.*?'{3,5}", re.DOTALL),
    '"': re.compile(r'"(?:\\.|[^"\\\n])*"'),
    "'": re.compile(r"'[^'\n]*'"),
}
_KEY = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_NEXT_STATEMENT = re.compile(
    rf"[ \t]*(?:{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*[ \t]*="
    r"|\[\[?(?!(?:true|false|inf|nan)\b)[A-Za-z_][\w.-]*\]\]?[ \t]*(?:#.*)?$)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One header or one `key = value`, with its first and last line (1-based)."""

    path: str
    first: int
    last: int
    is_header: bool
    #: False when a string, list or inline table has no end.
    closed: bool
    #: Line where the same path stood before, or None.
    repeats: int | None


class Lines:
    """The lines of a text: which key stands on which."""

    def __init__(self, text: str) -> None:
        scanner = _Scanner(text)
        scanner.run()
        self.statements = scanner.statements
        self._first = scanner.first

    def line(self, path: str) -> int:
        """Return the line of a path, or of the nearest table around it, or 1."""
        while path:
            if path in self._first:
                return self._first[path]
            if path.endswith("]") and "[" in path:
                path = path[: path.rindex("[")]
            else:
                path = path.rpartition(".")[0]
        return 1

    def statement(self, line: int) -> Statement | None:
        """Return the statement that holds a line, or the last one before it."""
        before = [one for one in self.statements if one.first <= line]
        return before[-1] if before else None

    def unclosed(self, line: int) -> Statement | None:
        """Return the last statement without an end that begins on or before a line."""
        before = [one for one in self.statements if one.first <= line and not one.closed]
        return before[-1] if before else None

    def path(self, line: int) -> str:
        """Return the path of the statement on a line, or an empty string between statements."""
        found = self.statement(line)
        return found.path if found is not None and line <= found.last else ""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(found.end() for found in re.finditer(r"\n", text))]
        self.first: dict[str, int] = {}
        self.statements: list[Statement] = []
        self._rows: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        self._depth = 0

    def run(self) -> None:
        table = ""
        while self._skip(_BLANK) < len(self.text):
            begin = self.at
            is_header = self._peek() == "["
            if is_header:
                path, closed = self._header()
                table = path
            else:
                path, closed = self._pair(table)
            end = max(begin, self.at - 1)
            self._skip(_REST)
            line = self._line(begin)
            repeats = self._seen.get(path) if path else None
            self._seen.setdefault(path, line)
            self.statements.append(
                Statement(path, line, self._line(end), is_header, closed, repeats)
            )

    def _line(self, at: int) -> int:
        return bisect_right(self.starts, at)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return self.at

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _record(self, path: str) -> None:
        self.first.setdefault(path, self._line(self.at))

    def _header(self) -> tuple[str, bool]:
        begin = self.at
        brackets = "[[" if self.text.startswith("[[", begin) else "["
        self.at += len(brackets)
        keys = self._key()
        path = ""
        for place, key in enumerate(keys):
            path = f"{path}.{key}" if path else key
            is_last = place == len(keys) - 1
            if is_last and brackets == "[[":
                self._rows[path] = self._rows.get(path, 0) + 1
            self.first.setdefault(path, self._line(begin))
            if path in self._rows:
                path = f"{path}[{self._rows[path]}]"
                self.first.setdefault(path, self._line(begin))
        self._skip(_SPACE)
        closed = self.text.startswith("]" * len(brackets), self.at)
        return path, closed

    def _key(self) -> list[str]:
        """Read a dotted key; empty when there is none."""
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            begin = self.at
            if (quote := self._peek()) in {'"', "'"} and quote:
                if not self._string():
                    break
                keys.append(self.text[begin + 1 : self.at - 1])
            elif self._skip(_BARE_KEY) > begin:
                keys.append(self.text[begin : self.at])
            else:
                break
            self._skip(_SPACE)
            if self._peek() != ".":
                break
            self.at += 1
        return keys

    def _pair(self, table: str) -> tuple[str, bool]:
        """Read `key = value`; the path is empty when there is no key."""
        begin = self.at
        keys = self._key()
        path = table
        for key in keys:
            path = f"{path}.{key}" if path else key
            self.first.setdefault(path, self._line(begin))
        if not keys:
            return "", True
        self._skip(_SPACE)
        if self._peek() != "=":
            return path, True
        self.at += 1
        self._skip(_SPACE)
        return path, self._value(path)

    def _value(self, path: str) -> bool:
        """Step over a value and note the lines within it; False when it has no end."""
        char = self._peek()
        if char in {'"', "'"} and char:
            return self._string()
        if char in {"[", "{"} and char:
            if self._depth == _DEEPEST:
                self._skip(_REST)
                return False
            self._depth += 1
            closed = self._array(path) if char == "[" else self._inline_table(path)
            self._depth -= 1
            return closed
        self._skip(_BARE_VALUE)
        return True

    def _string(self) -> bool:
        quote = self._peek()
        if self.text.startswith(quote * 3, self.at):
            begin = self.at
            if self._skip(_STRINGS[quote * 3]) == begin:
                self.at = len(self.text)
                return False
            return True
        begin = self.at
        if self._skip(_STRINGS[quote]) == begin:
            self._skip(_REST)
            return False
        return True

    def _array(self, path: str) -> bool:
        self.at += 1
        item = 0
        while self._skip(_BLANK) < len(self.text):
            char = self._peek()
            if char == "]":
                self.at += 1
                return True
            start = self.starts[self._line(self.at) - 1]
            on_new_line = not self.text[start : self.at].strip()
            if on_new_line and _NEXT_STATEMENT.match(self.text, start):
                self.at = start - 1
                return False
            if char == ",":
                self.at += 1
                continue
            item += 1
            inner = f"{path}[{item}]"
            self._record(inner)
            begin = self.at
            if not self._value(inner):
                return False
            if self.at == begin:
                self.at += 1
        return False

    def _inline_table(self, path: str) -> bool:
        self.at += 1
        while True:
            self._skip(_SPACE)
            char = self._peek()
            if char == "}":
                self.at += 1
                return True
            if char == ",":
                self.at += 1
                continue
            inner, closed = self._pair(path)
            if not inner or inner == path or not closed:
                return False
