"""The error of a folder or file that cannot or must not be written to."""


class OutputError(Exception):
    """A folder that cannot or must not be written to; its text is one line that says what to do."""
