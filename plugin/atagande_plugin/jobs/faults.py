"""What a job says when it can't do its work for a reason that is known."""


class JobFailed(Exception):  # noqa: N818 - what has happened
    """The job could not be done. `code` is stable and holds nothing personal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
