"""The player as one page: HTML, styles, scripts and data in one file that needs no other and asks for nothing.

The scripts are small modules that import each other by name (`vraem/tape`); an import map with their text takes
the place of a server. A policy in the page forbids every connection, except to the page's own host when it is live.
"""

import base64
import hashlib
import html
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vraem.tape import Tape

LANGUAGES = ("en", "es")
ENTRY = "main"
STYLES = ("base", "layout", "parts")

_ALIGN = 4
_HARDEST = 9
"""Level of compression: a page is written once and sent to a class."""


def replay_page(place: Mapping[str, Any], tapes: "Sequence[Tape]", *, language: str | None = None) -> str:
    """A page that plays `tapes` (one, or two side by side) of runs in `place` (`vraem.tape.place_data`).

    `language` is en or es; the viewer's own if None. The page opens from disk and from any host.
    """
    data: list[bytes] = [_json(place)]
    for tape in tapes:
        data += [_json(tape.header), tape.block]
    title = " · ".join(str(tape.header["name"]) for tape in tapes)
    return _page(title, {"mode": "replay", "language": language}, packed(data), connect="'none'")


def live_page(place: Mapping[str, Any], *, language: str | None = None) -> str:
    """The same page for the live valley: it gets its weeks from the host that it came from."""
    boot = {"mode": "live", "language": language}
    return _page("live", boot, packed([_json(place)]), connect="'self'")


def packed(parts: Iterable[bytes]) -> bytes:
    """Each part with its length before it, padded to four bytes; the whole compressed."""
    whole = bytearray()
    for part in parts:
        whole += len(part).to_bytes(_ALIGN, "little") + part + b"\0" * (-len(part) % _ALIGN)
    return zlib.compress(bytes(whole), _HARDEST)


def modules() -> dict[str, str]:
    """Text of every script by its name in imports."""
    folder = files("vraem.player") / "web" / "js"
    found = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".js")}
    return {f"vraem/{name.removesuffix('.js')}": found[name] for name in sorted(found)}


def _page(title: str, boot: Mapping[str, Any], data: bytes, *, connect: str) -> str:
    """The template with everything in it; scripts are named in the policy by their hash, so no other runs."""
    scripts, hashes = _scripts()
    policy = (
        f"default-src 'none'; script-src {hashes} data:; style-src 'unsafe-inline'; img-src data: blob:; "
        f"connect-src {connect}; base-uri 'none'; form-action 'none'"
    )
    boot_text = json.dumps({name: value for name, value in boot.items() if value is not None})
    filled = {
        "policy": f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        "title": html.escape(title),
        "styles": _styles(),
        "data": f'<script id="boot" type="application/json">{boot_text}</script>\n'
        f'<script id="tape" type="text/plain">{base64.b64encode(data).decode()}</script>',
        "scripts": scripts,
    }
    page = (files("vraem.player") / "web" / "index.html").read_text("utf-8")
    for name, text in filled.items():
        page = page.replace(f"<!--{name}-->", text)
    return page


@cache
def _scripts() -> tuple[str, str]:
    """The import map and the script that starts the page, and their hashes for the policy."""
    imports = {name: _as_address(text) for name, text in modules().items()}
    bodies = [
        ("importmap", json.dumps({"imports": imports})),
        ("module", f'import "vraem/{ENTRY}";'),
    ]
    tags = "\n".join(f'<script type="{kind}">{body}</script>' for kind, body in bodies)
    digests = (base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for _, body in bodies)
    return tags, " ".join(f"'sha256-{digest}'" for digest in digests)


def _as_address(text: str) -> str:
    return "data:text/javascript;charset=utf-8;base64," + base64.b64encode(text.encode()).decode()


@cache
def _styles() -> str:
    folder = files("vraem.player") / "web" / "style"
    return "\n".join(f"<style>\n{(folder / f'{name}.css').read_text('utf-8')}</style>" for name in STYLES)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
