"""The command line. `main` is what the program `atagande` runs."""

from atagande_plugin.cli.root import main

__all__ = ["main"]
