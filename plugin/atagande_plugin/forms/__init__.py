"""What comes in through a form or the API: one pydantic model for both doors."""

from atagande_plugin.forms.reading import BadInput, read, schema

__all__ = ["BadInput", "read", "schema"]
