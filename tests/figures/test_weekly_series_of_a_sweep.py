"""Charts over time read the weekly series that a sweep kept, of the runs that count, cut to their common weeks."""

from dataclasses import replace

import numpy as np
import pytest

from vraem import figures
from vraem.analysis.results import Results
from vraem.experiment.loader import load_experiment
from vraem.experiment.plan import plan
from vraem.experiment.runner import sweep
from vraem.figures.arm_series import ArmSeries, campaign_span

FILE = """
name = "short"
description = "two short arms"
question = "What does a higher price do?"
scenario = "history"
series = 2
[run]
end = 2012-06-24
households = 400
[[arm]]
name = "history"
description = "as it was"
[[arm]]
name = "dear"
description = "a higher price"
[[arm.event]]
kind = "price_shock"
start = 2012-02-06
end = 2012-06-01
factor = 1.5
[replicates]
count = 3
[[outcome]]
name = "area"
series = "coca_area_visible"
statistic = "last"
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A real sweep of two arms and three seeds, with the weekly series of every other seed."""
    folder = tmp_path_factory.mktemp("sweep")
    path = folder / "short.toml"
    path.write_text(FILE)
    experiment = load_experiment(path)
    sweep(experiment, plan(experiment), folder / "store", workers=1)
    return Results.open(folder / "store")


def test_the_series_are_those_that_the_sweep_kept(results):
    series = ArmSeries.of(results, ["hcl_price"])
    assert series.arms == ["history", "dear"]
    assert series.runs("history") == series.runs("dear") == 2
    prices = series.values["dear"]["hcl_price"] - series.values["history"]["hcl_price"]
    before = series.dates < np.datetime64("2012-02-06")
    assert (prices[:, before] == 0.0).all()
    assert (prices[:, ~before].mean(axis=1) > 0.0).all()
    assert "Weekly series of 4 of these runs." in series.caption


def test_runs_that_do_not_count_are_left_out(results):
    frame = results.frame.assign(weak_start=(results.frame["replicate"] == 0).astype(float))
    assert ArmSeries.of(replace(results, frame=frame), ["hcl_price"]).runs("history") == 1


def test_the_chart_opens_a_folder_by_its_path(results):
    figure = figures.economy_by_arm(str(results.directory))
    assert len(figure.axes) == 8
    caption = next(text.get_text() for text in figure.texts if text.get_gid() == "caption")
    assert "Experiment short, 6 runs" in caption


def test_a_sweep_without_series_says_what_to_ask_for(results):
    from vraem.experiment.store import Store

    store = Store.open(results.directory)
    for part in (store.directory / "series").glob("part-*.parquet"):
        part.rename(part.with_suffix(".away"))
    try:
        with pytest.raises(ValueError, match="kept no weekly series: ask for them"):
            figures.groups_by_arm(results)
    finally:
        for part in (store.directory / "series").glob("part-*.away"):
            part.rename(part.with_suffix(".parquet"))


def test_the_campaign_spans_all_that_is_done_to_the_groups():
    from vraem.scenario import load

    assert campaign_span([load("history")]) is None
    first, last = campaign_span([load("heirs-first"), load("november-2023")])
    assert str(first) == "2023-09-01"
    assert str(last) == "2025-09-01"
