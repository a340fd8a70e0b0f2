"""Commands whose help is written in the service's language, and groups that load on use."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from atagande_plugin.cli.words import text


class Option(click.Option):
    """An option with translated help."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the names and the translated help."""
        record = super().get_help_record(ctx)
        return (record[0], text(self.help)) if record is not None and self.help else record


class Command(click.Command):
    """A command with translated help. Its callback returns an exit code, or None for 0."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the translated help."""
        del ctx
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(text(self.help))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the translated last paragraph."""
        del ctx
        if self.epilog:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(text(self.epilog))


class Group(Command, click.Group):
    """Commands under one name, each imported when it is run and not before.

    `lazy` maps a command's name to (module in this package, name in it, message id of one line).
    """

    def __init__(self, *, lazy: Mapping[str, tuple[str, str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order they are declared."""
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, or None."""
        del ctx
        if cmd_name not in self.lazy:
            return None
        module, name, _line = self.lazy[cmd_name]
        found: click.Command = getattr(
            importlib.import_module(f"atagande_plugin.cli.{module}"), name
        )
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text(line)) for name, (_, _, line) in self.lazy.items()])
