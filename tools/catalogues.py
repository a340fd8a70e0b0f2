"""The message catalogues: collects the texts for people, merges and compiles the translations.

    python tools/catalogues.py update   writes messages.pot, both messages.po and messages.mo
    python tools/catalogues.py check    changes nothing; names what is missing, stale or wrong

The Swedish sentence is the msgid, so the Swedish catalogue writes itself; only the English one is
for people to fill in. No dates and no line numbers are written: a catalogue changes when a text
does, and only then.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = Path("plugin/atagande_plugin/locale")
SOURCES = ("agreements/atagande_agreements", "calendar/atagande_calendar", "plugin/atagande_plugin")
TRANSLATED = "en"
ORIGINAL = "sv"

KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
    "plural": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [
    ("**.py", "python"),
    *((f"**/templates/**.{kind}", "jinja2") for kind in ("html", "txt", "xml", "svg")),
]
OPTIONS = {
    "**.py": {"encoding": "utf-8"},
    **{
        pattern: {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "silent": "false"}
        for pattern, method in METHODS
        if method == "jinja2"
    },
}
COMMENT_TAG = "Översättare:"
PLACEHOLDER = re.compile(r"%%|%\((\w+)\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|\{(\w*)[^{}]*\}")
QUIET_HEADERS = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")

Text = str | tuple[str, ...] | list[str]


class QuietCatalog(Catalog):
    """A catalogue whose header says only what a reading program needs: no dates, no people."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header's lines, without those that change by themselves."""
        language = [("Language", str(self.locale))] if self.locale else []
        kept = {name: value for name, value in super().mime_headers if name in QUIET_HEADERS}
        return language + list(kept.items())

    @mime_headers.setter
    def mime_headers(self, _headers: object) -> None:
        """Drop what stood in a file's header."""


def collect(root: Path) -> Catalog:
    """Every text for people in the source, as a template sorted by text."""
    template = _empty(None)
    for source in SOURCES:
        for name, _line, message, comments, context in extract_from_dir(
            root / source,
            method_map=METHODS,
            options_map=OPTIONS,
            keywords=KEYWORDS,
            comment_tags=(COMMENT_TAG,),
            strip_comment_tags=True,
        ):
            template.add(
                message,
                None,
                [(f"{source}/{Path(name).as_posix()}", 0)],
                auto_comments=comments,
                context=context,
            )
    return template


def merged(template: Catalog, old: Catalog | None, locale: str) -> Catalog:
    """Give the template's texts their old translations; a Swedish one is the text itself."""
    new = _empty(locale)
    for message in _texts(template):
        known = old.get(message.id, message.context) if old is not None else None
        string: Text | None = known.string if known is not None else None
        if locale == ORIGINAL:
            string = message.id
        elif known is not None and isinstance(message.id, str) != isinstance(known.id, str):
            string = None  # one form became two, or two became one
        new.add(
            message.id,
            tuple(string) if isinstance(string, list) else string,
            message.locations,
            flags=(known.flags if known is not None else set()) | message.flags,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known is not None else (),
            context=message.context,
        )
    return new


def outputs(root: Path) -> dict[Path, bytes]:
    """Work out what each catalogue file should hold."""
    template = collect(root)
    files = {LOCALES / "messages.pot": _po(template)}
    for locale in (ORIGINAL, TRANSLATED):
        path = LOCALES / locale / "LC_MESSAGES" / "messages.po"
        new = merged(template, _read(root / path, locale), locale)
        files[path] = _po(new)
        compiled = BytesIO()
        write_mo(compiled, new)
        files[path.with_suffix(".mo")] = compiled.getvalue()
    return files


def update(root: Path) -> None:
    """Write every catalogue file that differs from what it should hold."""
    for path, content in outputs(root).items():
        target = root / path
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            print(f"wrote {path}")


def faults(root: Path) -> Iterator[str]:
    """Name what is wrong, one line each; nothing when all is well."""
    path = LOCALES / TRANSLATED / "LC_MESSAGES" / "messages.po"
    try:
        files = outputs(root)
        old = _read(root / path, TRANSLATED)
    except PoFileError as error:
        yield f"{path}: cannot be read: {error}"
        return
    for name, content in files.items():
        if not (root / name).exists():
            yield f"{name} is missing: run `make catalogues`"
        elif (root / name).read_bytes() != content:
            yield f"{name} is stale: run `make catalogues`"
    if old is None:
        return
    for key in old.obsolete:
        yield f"{path}: obsolete: {key!r}; run `make catalogues`"
    for message in _texts(old):
        yield from (f"{path}: {fault}" for fault in message_faults(message))


def message_faults(message: Message) -> Iterator[str]:
    """Name what is wrong with one translation."""
    ids = _forms(message.id)
    strings = _forms(message.string)
    if message.fuzzy:
        yield f"fuzzy: {ids[0]!r}; look at it and remove the flag"
    if len(strings) < len(ids) or not all(strings):
        yield f"untranslated: {ids[0]!r}"
        return
    for number, (source, string) in enumerate(zip(ids, strings, strict=False)):
        wanted, found = _placeholders(source), _placeholders(string)
        # "1 case" and "one case" are both good for a single one.
        optional = Counter(["num"]) if len(ids) > 1 and number == 0 else Counter[str]()
        if wanted - optional != found - optional:
            yield (
                f"placeholders differ: {source!r} has {sorted(wanted.elements())}, "
                f"{string!r} has {sorted(found.elements())}"
            )


def _placeholders(text: str) -> Counter[str]:
    found = (match.group(1) or match.group(2) for match in PLACEHOLDER.finditer(text))
    return Counter(name for name in found if name is not None)


def _forms(text: Text | None) -> tuple[str, ...]:
    if isinstance(text, str):
        return (text,)
    return tuple(text or ())


def _texts(catalog: Catalog) -> list[Message]:
    texts = [message for message in catalog if message.id]
    return sorted(texts, key=lambda message: (_forms(message.id), message.context or ""))


def _empty(locale: str | None) -> QuietCatalog:
    return QuietCatalog(
        locale=Locale.parse(locale) if locale else None,
        header_comment="# Made by `make catalogues`; the Swedish sentence is the msgid.",
        fuzzy=False,
    )


def _read(path: Path, locale: str) -> Catalog | None:
    if not path.exists():
        return None
    with path.open("rb") as handle:
        return read_po(handle, locale=locale, abort_invalid=True)


def _po(catalog: Catalog) -> bytes:
    text = BytesIO()
    write_po(text, catalog, width=98, sort_output=True, include_lineno=False)
    return text.getvalue()


def main(arguments: list[str]) -> int:
    """Run one command; the exit status is 1 if something is wrong, 2 for a wrong call."""
    match arguments:
        case ["update"]:
            update(ROOT)
            return 0
        case ["check"]:
            found = list(faults(ROOT))
            print("\n".join(found) or "The catalogues are complete.")
            return 1 if found else 0
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
