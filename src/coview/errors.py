"""The errors and warnings that a user is meant to read."""


class UserError(Exception):
    """A mistake in what was asked or given: the message says what was wrong, where, and what would be right.

    The command line prints it as one sentence without a traceback and exits with status 2.
    """


class MissingExtra(UserError):
    """A part needs a package of an extra that is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is needed here and is not installed: pip install 'coview[{extra}]'")


class DataWarning(UserWarning):
    """Data that was not read as it stands: samples skipped, or most items of a slot cut or incomplete."""


class RunFailed(Exception):
    """A run that cannot go on (collapsed, or not finite ten times in a row): exit status 3."""
