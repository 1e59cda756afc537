"""Names of places as they are written in Spanish; tables hold them without accents."""

import re

_ACCENTED = {
    "Apurimac": "Apurímac",
    "Ashaninka": "Asháninka",
    "Concepcion": "Concepción",
    "Jose": "José",
    "Junin": "Junín",
    "Martin": "Martín",
    "Perene": "Perené",
    "Rio": "Río",
    "Union": "Unión",
    "Vizcatan": "Vizcatán",
}


def accented(text: str) -> str:
    """A name or sentence with the accents of the words that are known to bear them."""
    return re.sub(r"\w+", lambda word: _ACCENTED.get(word[0], word[0]), text)
