"""What the service answers, as text."""

from io import BytesIO
from zipfile import ZipFile


def readable(body: bytes) -> str:
    """Return what a body says: of a workbook or another zip, of every file in it."""
    if not body.startswith(b"PK"):
        return body.decode()
    with ZipFile(BytesIO(body)) as files:
        return "\n".join(files.read(name).decode() for name in files.namelist())
