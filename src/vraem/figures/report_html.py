"""Pieces of a self-contained page: tables, numbers with intervals, charts as embedded images, one style sheet.

Numbers that a reader may want to check carry a ``data-key`` and their ``data-value``, so that a program can
find them.
"""

import base64
import html
import math
import re
from collections.abc import Iterable, Sequence

from vraem.analysis.intervals import Interval

DIGITS, LEAST_P = 4, 0.001
SECTION_LEVEL = 2
_SECTION = re.compile(r'<h2 id="([^"]*)">(.*?)</h2>')
THIN_SPACE = "\u2009"

STYLE = """
:root { --ink: #1a1a1a; --muted: #5f6368; --line: #c8ccd0; --shade: #f4f2ec; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: #fff;
  font: 16px/1.5 "DejaVu Sans", system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .6rem; border-top: 2px solid var(--ink); padding-top: .6rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p { margin: .5rem 0; max-width: 46rem; }
.question { font-size: 1.1rem; color: var(--muted); }
.answer { background: var(--shade); border-left: 6px solid #0b4f8a; padding: .9rem 1.1rem; margin: 1.2rem 0;
  font-size: 1.12rem; }
.answer p { max-width: none; }
.word { font-weight: 700; text-transform: uppercase; letter-spacing: .04em; font-size: .86em; }
.note { color: var(--muted); font-size: .9rem; }
nav { font-size: .9rem; margin: 1rem 0; columns: 16rem; }
nav a { display: block; color: #0b4f8a; padding: .15rem 0; }
.wide { overflow-x: auto; background:
  linear-gradient(90deg, #fff 40%, transparent) 0 0 / 3rem 100% no-repeat local,
  linear-gradient(270deg, #fff 40%, transparent) 100% 0 / 3rem 100% no-repeat local,
  linear-gradient(90deg, rgb(0 0 0 / 22%), transparent) 0 0 / .8rem 100% no-repeat scroll,
  linear-gradient(270deg, rgb(0 0 0 / 22%), transparent) 100% 0 / .8rem 100% no-repeat scroll; }
.wide:focus-visible { outline: 3px solid #0b4f8a; outline-offset: 2px; }
table { border-collapse: collapse; margin: .6rem 0 1rem; font-size: .88rem; }
caption { text-align: left; color: var(--muted); padding-bottom: .3rem; }
th, td { padding: .28rem .8rem .28rem 0; text-align: right; vertical-align: top; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 6rem; }
thead th { border-bottom: 2px solid var(--ink); font-weight: 600; white-space: normal; vertical-align: bottom; }
th.text, td.text { text-align: left; white-space: normal; min-width: 14rem; }
.range { color: var(--muted); font-size: .86em; margin-left: .35em; }
figure { margin: 1.2rem 0 1.8rem; }
figure img { max-width: 100%; min-width: 640px; height: auto; }
figcaption { color: var(--muted); font-size: .9rem; }
ul { padding-left: 1.2rem; max-width: 46rem; }
code { font-size: .9em; }
@media (max-width: 45rem) {
  body { padding: 1rem .75rem 3rem; }
  table { font-size: .8rem; }
  th, td { padding-right: .5rem; }
  th.text, td.text { min-width: 9rem; }
  td .range { display: block; margin-left: 0; }
  table.plain td { white-space: normal; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2 { break-after: avoid; }
  h3 { break-after: avoid; }
  figure, table, .answer { break-inside: avoid; }
  .wide { overflow: visible; background: none; }
  nav { display: none; }
  figure img { min-width: 0; }
}
"""


def esc(text: object) -> str:
    """Text safe inside a page."""
    return html.escape(str(text), quote=True)


def page(title: str, body: Iterable[str]) -> str:
    """A whole page that needs no other file."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{esc(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def heading(text: str, level: int = 2) -> str:
    """A heading; those of sections have a name to link to."""
    name = f' id="{_slug(text)}"' if level == SECTION_LEVEL else ""
    return f"<h{level}{name}>{esc(text)}</h{level}>"


def contents(body: Iterable[str]) -> str:
    """Links to the sections in pieces of a page, in their order."""
    found = (name for piece in body for name in _SECTION.findall(piece))
    links = "".join(f'<a href="#{name}">{text}</a>' for name, text in found)
    return f'<nav aria-label="Contents">{links}</nav>' if links else ""


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def para(text: str, kind: str = "") -> str:
    """A paragraph of plain text."""
    return f'<p class="{kind}">{esc(text)}</p>' if kind else f"<p>{esc(text)}</p>"


def bullets(lines: Sequence[str]) -> str:
    """A list of plain sentences."""
    return "<ul>" + "".join(f"<li>{esc(line)}</li>" for line in lines) + "</ul>" if lines else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table; cells are pieces made by the functions here, or ``cell`` of plain text."""
    rows = list(rows)
    top = "".join(_head(name, [row[place] for row in rows]) for place, name in enumerate(head))
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    told = f"<caption>{esc(caption)}</caption>" if caption else ""
    kind = "" if 'class="range"' in body else ' class="plain"'
    label = esc(caption or ", ".join(filter(None, head)) or "table")
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{label}"><table{kind}>{told}<thead><tr>{top}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _head(name: str, cells: Sequence[str]) -> str:
    """The head of a column, on the left above text."""
    kind = ' class="text"' if any(each.startswith('<td class="text">') for each in cells) else ""
    return f'<th scope="col"{kind}>{esc(name)}</th>'


def cell(text: object, kind: str = "") -> str:
    """A cell of plain text."""
    return f'<td class="{kind}">{esc(text)}</td>' if kind else f"<td>{esc(text)}</td>"


def number(key: str, value: float, text: str | None = None) -> str:
    """A cell with one number, as `text` or a share; a dash where there is none."""
    shown = share_text(value) if text is None or math.isnan(value) else text
    return f'<td data-key="{esc(key)}" data-value="{_plain(value)}">{esc(shown)}</td>'


def p_text(value: float) -> str:
    """A p value to three places; a dash where there is none."""
    if math.isnan(value):
        return "–"
    return "< .001" if value < LEAST_P else f"{value:.3f}".removeprefix("0")


def quantity(value: float, *, beside: Sequence[float] = (), sign: bool = False) -> str:
    """A number in some unit to four digits, its thousands apart: 21 250, 3.142; with its `sign` if it is a difference.

    It has no more decimals than the largest of those `beside` it. Nought has no sign; a dash where there is none.
    """
    if not math.isfinite(value):
        return "–"
    largest = max(abs(each) for each in (value, *beside) if math.isfinite(each))
    decimals = max(_places(largest), 0)
    rounded = round(value, min(_places(value), decimals))
    if rounded == 0.0:
        return "0"
    text = f"{abs(rounded):,.{decimals}f}".replace(",", THIN_SPACE)
    return f"{'−' if rounded < 0.0 else '+' if sign else ''}{text}"


def _places(value: float) -> int:
    """After how many decimals the last digit that counts stands."""
    return DIGITS - 1 - math.floor(math.log10(abs(value))) if value else 0


def point_text(share: float) -> str:
    """A difference of shares in whole percentage points, with its sign; nought has none."""
    return f"{100.0 * share:+.0f}".replace("-", "−") if abs(share) >= 0.005 else "0"


def share(key: str, interval: Interval) -> str:
    """A cell with a share in per cent and its interval."""
    ends = f"{100 * interval.low:.0f} to {100 * interval.high:.0f}"
    return _with_range(key, interval, share_text(interval.estimate), ends)


def points(key: str, interval: Interval) -> str:
    """A cell with a difference of shares in percentage points and its interval."""
    ends = f"{point_text(interval.low)} to {point_text(interval.high)}"
    return _with_range(key, interval, point_text(interval.estimate), ends)


def amount(key: str, interval: Interval, factor: float = 1.0) -> str:
    """A cell with a difference and its interval, in an outcome's own unit times `factor`."""
    values = [factor * value for value in interval]
    middle, low, high = (quantity(value, beside=values, sign=True) for value in values)
    return _with_range(key, interval, middle, f"{low} to {high}")


def _with_range(key: str, interval: Interval, text: str, ends: str) -> str:
    """A cell with an estimate as `text` and the `ends` of its interval, if it has any; a dash where there is none."""
    if math.isnan(interval.estimate):
        return f'<td data-key="{esc(key)}" data-value="">–</td>'
    shown = "" if math.isnan(interval.low) else f'<span class="range">{ends}</span>'
    return (
        f'<td data-key="{esc(key)}" data-value="{_plain(interval.estimate)}" data-low="{_plain(interval.low)}" '
        f'data-high="{_plain(interval.high)}">{text}{shown}</td>'
    )


def image(png: bytes, caption: str) -> str:
    """A chart inside the page."""
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<figure><div class="wide"><img alt="{esc(caption)}" src="data:image/png;base64,{data}"></div>'
        f"<figcaption>{esc(caption)}</figcaption></figure>"
    )


def share_text(value: float) -> str:
    """A share in whole per cent; small ones with a decimal."""
    if math.isnan(value):
        return "–"
    percent = 100 * value
    whole = percent == 0 or abs(percent) >= 10 or abs(percent - round(percent)) < 0.05
    return f"{percent:.0f} %" if whole else f"{percent:.1f} %"


def _plain(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))
