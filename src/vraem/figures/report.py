"""The report of an experiment: one page that needs no network, its charts, and the findings as data."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from vraem.analysis.findings import Findings, findings
from vraem.analysis.results import Results
from vraem.experiment.plain import json_text
from vraem.figures.registry import report_charts
from vraem.figures.report_html import contents, heading, image, page
from vraem.figures.report_page import more_sections, opening, sections
from vraem.figures.style import in_few_colours, png_bytes, save

PAGE, DATA, CHARTS = "index.html", "verdict.json", "charts"
LARGEST_PAGE = 8_000_000
"""Bytes that a page may have; charts that would lead beyond lie beside it only."""

Progress = Callable[[str], None]


class Report(NamedTuple):
    """A written report: its ``page``, the ``data`` beside it, the ``charts`` as files, and what was found."""

    page: Path
    data: Path
    charts: tuple[Path, ...]
    found: Findings


def write_report(
    results: Results,
    folder: Path,
    progress: Progress | None = None,
    *,
    nulls: Results | None = None,
    page_only: bool = False,
) -> Report:
    """Write the report of finished runs into `folder`, which is made if missing.

    ``nulls``: runs of another experiment in which null models stand beside the model. ``page_only``: charts stand
    in the page alone, not as files too.
    """
    told = progress or (lambda _: None)
    (folder if page_only else folder / CHARTS).mkdir(parents=True, exist_ok=True)
    told("judging")
    found = findings(results, nulls)
    data = folder / DATA
    said = {"replaced": results.replaced} if results.replaced else {}
    data.write_text(json_text(said | found.as_data()), encoding="utf-8")
    pieces, files, size = [], [], 0
    for chart, figure in report_charts(results):
        told(f"drawing {chart.name}")
        if page_only:
            png = png_bytes(figure)
        else:
            drawn = save(figure, folder / CHARTS / chart.name)
            files += drawn
            png = drawn[0].read_bytes()
        piece = image(in_few_colours(png), chart.caption)
        size += len(piece)
        if size < LARGEST_PAGE:
            pieces.append(piece)
    first, others = pieces[:1], pieces[1:]
    shown = [heading("Charts"), *others] if others else []
    told_at_length = [*sections(found, results), *shown, *more_sections(found, results)]
    body = [*opening(found, results), *first, contents(told_at_length), *told_at_length]
    written = folder / PAGE
    title = str(results.about.get("name") or "report")
    written.write_text(page(f"vraem: {title}", body), encoding="utf-8")
    return Report(written, data, tuple(files), found)
