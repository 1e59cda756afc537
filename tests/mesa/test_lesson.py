"""Every block of the lesson runs, in order, as a reader would type it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import pytest

from vraem.engine import SCHEDULE
from vraem.model import Model

LESSON = Path(__file__).parents[2] / "docs" / "mesa.md"
BLOCK = re.compile(r"^```python( app)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(app: bool) -> list[str]:
    return [text for marked, text in BLOCK.findall(LESSON.read_text(encoding="utf-8")) if bool(marked) is app]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[list[str]], dict[str, Any]]:
    """Run blocks one after the other, in a folder of their own."""
    matplotlib.use("agg")
    monkeypatch.chdir(tmp_path)

    def run(texts: list[str]) -> dict[str, Any]:
        names: dict[str, Any] = {"__name__": "__main__"}
        for number, text in enumerate(texts):
            exec(compile(text, f"block {number + 1} of {LESSON.name}", "exec"), names)
        return names

    return run


def test_the_lesson_runs_from_top_to_bottom(
    typed: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = typed(blocks(app=False))
    assert (tmp_path / "incomes.png").stat().st_size > 5_000
    told = capsys.readouterr().out
    assert "Grower.coca_area is read-only" in told
    none, largest, random = (names["arms"][arm] for arm in ("none", "largest first", "at random"))
    assert none["eradicated"].sum() == 0
    for arm in (largest, random):
        # 30 ha a week in the years from 2013 on, to the hectare
        assert arm["eradicated"].sum() == pytest.approx(30.0 * (arm["eradicated"] > 0).sum(), rel=1e-3)
        assert arm.mean("coca_area", "2013-07-01", "2013-12-31") < none.mean(
            "coca_area", "2013-07-01", "2013-12-31"
        )
    shared = none.between("2012-01-01", "2012-12-25")
    assert (none["coca_area"][shared] == random["coca_area"][shared]).all()

    policies = names["studies"]
    for policy, study in policies.items():
        captured = study.series("campaign_removals")
        weeks = study.result().between("2019-01-01", "2020-12-31")
        assert captured.sum() == captured[weeks].sum()
        assert (captured.sum() > 0) == (policy != "none")
    assert policies["fighters"].series("campaign_removals").sum() == 26
    before = policies["none"].result().between("2012-01-01", "2018-12-31")
    for policy in ("heirs", "fighters"):
        same = policies["none"].series("members") == policies[policy].series("members")
        assert same[before].all()
        assert not same.all()


def test_the_arrest_policy_has_twenty_lines() -> None:
    (block,) = [text for text in blocks(app=False) if "def arrests(" in text]
    assert len([line for line in block.splitlines() if line.strip()]) <= 20


def test_the_lesson_tells_of_every_process_that_acts_for_an_agent() -> None:
    told = LESSON.read_text(encoding="utf-8")
    silent = {"exogenous", "groups", "rest_of_peru", "burn_in", "prices"}
    for process in SCHEDULE:
        assert f"`{process.name}`" in told or process.name in silent, process.name


def test_the_page_for_the_browser_steps_and_resets(typed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    solara = pytest.importorskip("solara")
    widgets = pytest.importorskip("ipywidgets")
    vuetify = pytest.importorskip("ipyvuetify")
    made: list[Model] = []
    start = Model._start_views

    def noted(self: Model) -> None:
        start(self)
        made.append(self)

    monkeypatch.setattr(Model, "_start_views", noted)
    page = typed(blocks(app=True))["page"]
    _, context = solara.render(solara.AppLayout(children=[page]), handle_error=False)

    def press(label: str) -> None:
        next(b for b in context.find(vuetify.Btn).widgets if b.children == [label]).click()

    before = len(made)
    press("Step")
    press("Step")
    assert made[-1].weeks_done == 2
    pictures = [image.value for image in context.find(widgets.Image).widgets]
    assert len(pictures) == 3
    seed = next(slider for slider in context.find(vuetify.Slider).widgets if slider.label == "Seed")
    seed.v_model = 7
    press("Reset")
    assert len(made) > before
    assert (made[-1].world.seed, made[-1].weeks_done) == (7, 0)
    press("Step")
    assert made[-1].weeks_done == 1
    context.close()
