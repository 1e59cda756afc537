"""The summary of a run in words and small tables: a page that can be read aloud."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vraem.experiment.organisation_page import organisation_paragraphs
from vraem.experiment.summary import INCOME_GROUPS
from vraem.experiment.words import HARD_SPACE, MISSING, change, count, day, dollars, percent, sentence

if TYPE_CHECKING:
    from rich.console import Console

WIDEST = 96
NARROWEST = 40

ROUTE_WORDS = {
    "air": "by air to Bolivia",
    "foot": "on foot to the highlands and on to Lima and Callao",
    "road_callao": "by road to Lima and Callao",
    "road_puno": "by road to Cusco, Puno and Bolivia",
    "river": "by river to Brazil",
}
GROUP_WORDS = {
    "may_grow_coca": "households that may grow coca",
    "never_grow_coca": "households that never grow coca",
}
SOURCE_WORDS = {"coca": "coca", "licit": "coffee and cacao", "logging": "logging", "off_farm": "other work"}
NOTEWORTHY_UNPICKED = 0.02


def render(summary: dict[str, Any], console: "Console") -> None:
    """Print the summary made by `summarise` on a rich console: paragraphs, then a table by year.

    Plain text without colour or control signs when the console is no terminal.
    """
    width = max(NARROWEST, min(WIDEST, console.width))
    title = f"{summary['run']['scenario']}, seed {summary['run']['seed']}"
    console.print(title, style="bold", highlight=False)
    for heading, text in paragraphs(summary):
        console.print()
        if heading:
            console.print(heading, style="bold", highlight=False)
        console.print(_filled(text, width), markup=False, highlight=False, soft_wrap=True)
    full = [row for row in summary["years"] if row["complete"]]
    if full:
        console.print()
        console.print(_year_table(full))


def paragraphs(summary: dict[str, Any]) -> list[tuple[str, str]]:
    """The page as (heading, text) pairs; what the run is too short to tell is left out."""
    full = [row for row in summary["years"] if row["complete"]]
    pages = [("", _opening(summary)), ("Coca", _area_words(summary))]
    if full:
        pages += [("Prices", _price_words(full)), ("Leaf and cocaine", _output_words(full))]
    if full and full[-1]["callao_share"] is not None:
        pages.append(("Ways out", _route_words(full)))
    with_income = [row for row in full if row["income"]]
    if with_income:
        pages.append(("Households", _income_words(with_income)))
    pages += organisation_paragraphs(summary)
    if summary["balance"]:
        pages.append(("Checks", _balance_words(summary["balance"])))
    return pages


def _opening(summary: dict[str, Any]) -> str:
    run = summary["run"]
    question = f" It asks: {sentence(run['question'])}" if run["question"] else ""
    return (
        f"{sentence(run['description'])}{question} {count(run['households'])} farm households, week by "
        f"week from {day(run['start'])} to {day(run['end'])}: {count(run['weeks'])} weeks."
    )


def _area_words(summary: dict[str, Any]) -> str:
    rows, surveys = summary["years"], summary["surveys"]
    first, last = rows[0], rows[-1]
    when = f"at the end of {last['year']}" if last["complete"] else f"by {day(summary['run']['end'])}"
    text = f"{count(last['area_ha'])} hectares of coca older than nine months stood in the valley {when}"
    if last is not first:
        text += f", against {count(first['area_ha'])} at the end of {first['year']}"
    text += f"; {count(last['growers'])} households grew it."
    if surveys["count"]:
        band = f"{surveys['tolerance']:.0%}".replace("%", f"{HARD_SPACE}%")
        text += (
            f" The area lay within {band} of the survey in {surveys['within']} of {surveys['count']} years; "
            f"the widest gap is {change(surveys['worst'])} in {surveys['worst_year']}."
        )
    if last["valley_share"] is not None:
        text += f" The valley held {percent(last['valley_share'])} of Peru's coca"
        seen = last["valley_share_surveyed"]
        text += f" (surveyed: {percent(seen)})." if seen else "."
    return text


def _price_words(rows: Sequence[dict[str, Any]]) -> str:
    first, last = rows[0], rows[-1]
    text = (
        f"A kilogram of dry leaf brought {dollars(first['leaf_price'])} on average in {first['year']}"
        f" and a kilogram of cocaine hydrochloride {dollars(first['hcl_price'])} in the valley."
    )
    if last is first:
        return text
    dearest = max(rows, key=lambda row: row["leaf_price"])
    cheapest = min(rows, key=lambda row: row["leaf_price"])
    return (
        f"{text} In {last['year']} it was {dollars(last['leaf_price'])} and {dollars(last['hcl_price'])}. "
        f"Leaf was dearest in {dearest['year']} ({dollars(dearest['leaf_price'])}) and cheapest in "
        f"{cheapest['year']} ({dollars(cheapest['leaf_price'])})."
    )


def _output_words(rows: Sequence[dict[str, Any]]) -> str:
    last = rows[-1]
    text = (
        f"In {last['year']} the fields grew {count(last['leaf_grown_t'])} tonnes of dry leaf, "
        f"{last['leaf_per_ha_t']:.1f} tonnes a hectare, from which {count(last['hcl_made_t'])} tonnes of "
        f"cocaine hydrochloride were made."
    )
    worst = max(rows, key=lambda row: row["unpicked_share"] or 0.0)
    if (worst["unpicked_share"] or 0.0) >= NOTEWORTHY_UNPICKED:
        text += (
            f" Most leaf stayed on the field in {worst['year']}: {percent(worst['unpicked_share'])} of it."
        )
    taken = [row["seized_share"] for row in rows if row["seized_share"] is not None]
    if taken:
        text += (
            f" Each year between {percent(min(taken))} and {percent(max(taken))} of the output was seized."
        )
    return text


def _route_words(rows: Sequence[dict[str, Any]]) -> str:
    last = rows[-1]
    shares = sorted(last["route_shares"].items(), key=lambda item: -item[1])
    parts = [f"{percent(share)} {ROUTE_WORDS[route]}" for route, share in shares]
    listed = ", ".join(parts[:-1])
    text = f"The cocaine that left in {last['year']} went {listed} and {parts[-1]}."
    return f"{text} So {percent(last['callao_share'])} went by way of Lima and Callao."


def _income_words(rows: Sequence[dict[str, Any]]) -> str:
    last = rows[-1]
    sentences = []
    for group in INCOME_GROUPS:
        income = last["income"][group]
        tenth, middle, ninth = (income["quantiles"][quantile] for quantile in ("0.1", "0.5", "0.9"))
        main = max(income["by_source"], key=lambda source: income["by_source"][source])
        part = income["by_source"][main] / income["mean"] if income["mean"] > 0.0 else None
        most = f"; {percent(part)} of their income came from {SOURCE_WORDS[main]}" if part else ""
        sentences.append(
            f"In {last['year']} half of the {GROUP_WORDS[group]} earned less than {dollars(middle)}, "
            f"one in ten less than {dollars(tenth)} and one in ten more than {dollars(ninth)}{most}."
        )
    return " ".join(sentences)


def _balance_words(balance: dict[str, float]) -> str:
    name, error = max(balance.items(), key=lambda item: item[1])
    return (
        f"{len(balance)} balances of mass, money and hectares held in every week; the largest relative error "
        f"was {error:.1e} ({name})."
    )


def _year_table(rows: Sequence[dict[str, Any]]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), collapse_padding=True)
    headings = (
        "year",
        "coca\nha",
        "survey\nha",
        "gap\n%",
        "leaf\n$/kg",
        "paste\n$/kg",
        "HCl\n$/kg",
        "HCl\nt",
        "unpicked\n%",
        "seized\n%",
        "Callao\n%",
    )
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        gap = row["area_over_survey"]
        cells = (
            str(row["year"]),
            count(row["area_ha"]),
            count(row["area_surveyed_ha"]),
            MISSING if gap is None else f"{100.0 * gap:+.0f}",
            _fixed(row["leaf_price"], 2),
            count(row["paste_price"]),
            count(row["hcl_price"]),
            count(row["hcl_made_t"]),
            _fixed(row["unpicked_share"], 0, 100.0),
            _fixed(row["seized_share"], 1, 100.0),
            _fixed(row["callao_share"], 0, 100.0),
        )
        table.add_row(*(cell.replace(HARD_SPACE, " ") for cell in cells))
    return table


def _fixed(value: float | None, decimals: int, factor: float = 1.0) -> str:
    return MISSING if value is None else f"{factor * value:.{decimals}f}"


def _filled(text: str, width: int) -> str:
    """Text broken into lines, never inside a number: a hard space holds, and is a plain one when printed."""
    return textwrap.fill(text, width).replace(HARD_SPACE, " ")
