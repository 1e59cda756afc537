"""Charts by name from Python: each has its words, none hides a module, and nothing is imported before it is used."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vraem import figures
from vraem.figures.registry import REPORT_CHARTS
from vraem.figures.run import RUN_CHARTS


@pytest.mark.parametrize("name", figures.__all__)
def test_every_public_chart_says_what_it_draws(name):
    function = getattr(figures, name)
    assert inspect.getdoc(function)
    assert inspect.signature(function).return_annotation is not inspect.Signature.empty


def test_no_chart_is_called_like_a_module():
    folder = Path(figures.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")}
    assert not modules & set(figures.__all__)


def test_an_unknown_chart_is_answered_with_the_known_ones():
    with pytest.raises(AttributeError, match=r"no attribute 'pie'; its charts are .*end_states"):
        _ = figures.pie


def test_matplotlib_is_imported_only_to_draw():
    code = (
        "import sys, vraem.figures; assert 'matplotlib' not in sys.modules; import vraem.cli.plotting; "
        + ("sys.exit('matplotlib' in sys.modules)")
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_chart_of_a_report_is_there_and_has_a_name_of_its_own():
    names = [chart.name for chart in REPORT_CHARTS]
    assert len(set(names)) == len(names)
    for chart in REPORT_CHARTS:
        module, _, function = chart.place.partition(":")
        assert module.startswith("vraem.figures.")
        assert function in figures.__all__


def test_the_page_on_charts_names_every_chart_and_function():
    page = (Path(__file__).parents[2] / "docs" / "charts.md").read_text(encoding="utf-8")
    for name in (*RUN_CHARTS, *(chart.name for chart in REPORT_CHARTS)):
        assert f"| `{name}` |" in page, name
    for name in set(figures.__all__) - {"png_bytes", "draw_run"}:
        assert f"`{name}`" in page or f"figures.{name}(" in page, name
    for image in re.findall(r"\(images/(.+?)\)", page):
        assert (Path(__file__).parents[2] / "docs" / "images" / image).exists(), image
