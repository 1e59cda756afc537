"""How to get the libraries that only some parts of the package need. Cheap to import."""


def install(extra: str) -> str:
    """The command that adds the libraries of an extra where this package was cloned: it is on no index."""
    return f"pip install -e '.[{extra}]'"
