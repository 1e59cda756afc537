"""Experiments ask for measures of the catalogue by name; rows of the store hold numbers, labels and gaps."""

from pathlib import Path

import pytest
from observe_worlds import CAMPAIGN

from vraem.experiment.loader import load_experiment
from vraem.experiment.outcomes import measure
from vraem.experiment.plan import plan
from vraem.experiment.rows import Columns
from vraem.experiment.runner import sweep
from vraem.experiment.store import Store
from vraem.experiment.types import RunRecord
from vraem.observe.anchor import HORIZONS
from vraem.observe.catalogue import QUANTITIES
from vraem.observe.end_states import END_STATES
from vraem.scenario import ScenarioError

HEAD = f"""
name = "small"
description = "A campaign and none"
scenario = "history"
series = "none"
[run]
end = 2015-03-30
households = 400
[measure]
anchor_start = 2013-06-03
anchor_end = 2013-11-25
[[arm]]
name = "baseline"
[[arm]]
name = "campaign"
{CAMPAIGN.replace("[[campaign]]", "[[arm.campaign]]")}
[replicates]
count = 2
"""
OUTCOMES = """
[[outcome]]
measures = ["end_state", "dismantled_personnel", "pi", "first_split_week"]
horizon_months = [12, 60]
[[outcome]]
measure = "n_groups"
name = "groups"
horizon_months = [12]
[[outcome]]
measure = "weak_start"
[[outcome]]
name = "armed"
series = "armed"
statistic = "last"
"""
COLUMNS = [
    "end_state_12",
    "end_state_60",
    "dismantled_personnel",
    "pi_12",
    "pi_60",
    "first_split_week",
    "groups_12",
    "weak_start",
    "armed",
]


@pytest.fixture
def make(tmp_path: Path):
    def make(text: str):
        path = tmp_path / "small.toml"
        path.write_text(HEAD + text, encoding="utf-8")
        return load_experiment(path)

    return make


def faults(make, text):
    with pytest.raises(ScenarioError) as caught:
        make(text)
    return [str(fault).partition(": ")[2] for fault in caught.value.faults]


def test_measures_become_a_column_for_each_horizon(make):
    experiment = make(OUTCOMES)
    assert [outcome.name for outcome in experiment.outcomes] == COLUMNS
    assert [outcome.text for outcome in experiment.outcomes[:3]] == [True, True, False]
    assert experiment.outcomes[2].unit == "yes/no"
    assert experiment.outcomes[6].measure == "n_groups"


def test_without_horizons_all_of_them_are_taken(make):
    experiment = make('[[outcome]]\nmeasure = "end_state"\n')
    assert [outcome.months for outcome in experiment.outcomes] == list(HORIZONS)


def test_every_measure_of_the_catalogue_can_be_asked_for(make):
    names = ", ".join(f'"{name}"' for name in QUANTITIES)
    experiment = make(f"[[outcome]]\nmeasures = [{names}]\n")
    expected = sum(len(HORIZONS) if quantity.per_horizon else 1 for quantity in QUANTITIES.values())
    assert len({outcome.name for outcome in experiment.outcomes}) == expected


def test_the_resolved_text_asks_for_the_same(make, tmp_path):
    experiment = make(OUTCOMES)
    path = tmp_path / "again.toml"
    path.write_text(experiment.text, encoding="utf-8")
    again = load_experiment(path)
    assert again == experiment
    assert again.text == experiment.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[[outcome]]\nmeasure = "end_sate"\n',
            'outcome.0.measure: got "end_sate" (text), expected the name of a measure; did you mean end_state',
        ),
        (
            '[[outcome]]\nmeasures = ["pi", "fate_deed"]\n',
            'outcome.0.measures.1: got "fate_deed" (text), expected the name of a measure; did you mean fate_dead',
        ),
        (
            '[[outcome]]\nmeasure = "pi"\nhorizon_months = [12, 24]\n',
            "outcome.0.horizon_months.1: got 24, expected one of 12, 36, 60, 120",
        ),
        (
            '[[outcome]]\nmeasure = "weak_start"\nhorizon_months = [12]\n',
            "outcome.0.horizon_months: got horizon_months, expected no horizons, since weak_start has none",
        ),
        (
            '[[outcome]]\nmeasure = "pi"\nstatistic = "mean"\n',
            "outcome.0.statistic: got statistic, expected nothing of a series beside a measure",
        ),
        (
            '[[outcome]]\nmeasure = "pi"\nseries = "armed"\n',
            "outcome.0.measure: got series and measure, expected one of series, measure, measures",
        ),
        (
            '[[outcome]]\nname = "x"\n',
            "outcome.0.series: got nothing, expected the name of a weekly series, or measure",
        ),
        (
            '[[outcome]]\nname = "x"\nmeasures = ["pi"]\n',
            "outcome.0.name: got name, expected no name where there are several measures: each bears its own",
        ),
        ('[[outcome]]\nseries = "armed"\n', "outcome.0.name: got nothing, expected a column name"),
        (
            '[[outcome]]\nname = "x"\nseries = "end_state"\n',
            'outcome.0.series: got "end_state" (text), expected the name of a weekly series; did you mean end_state',
        ),
        (
            '[[outcome]]\nname = "x"\nseries = "armed"\nhorizon_months = [12]\n',
            "outcome.0.horizon_months: got horizon_months, expected horizons, since a series is taken over periods",
        ),
        (
            '[[outcome]]\nmeasures = ["pi", "pi"]\nhorizon_months = [12]\n',
            'outcome.0.measures: got "pi_12" (text), expected another name for each outcome',
        ),
        (
            '[[outcome]]\nmeasure = "end_state"\n[replicates.until]\noutcome = "end_state_60"\nhalf_width = 1.0\n',
            'replicates.until.outcome: got "end_state_60" (text), expected one of',
        ),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_place(text, expected, make):
    assert any(fault.startswith(expected) for fault in faults(make, text)), faults(make, text)


def test_the_row_of_a_run_has_numbers_labels_and_gaps(make, campaign_run):
    row = measure(make(OUTCOMES), campaign_run)
    assert list(row) == [*COLUMNS, "rules"]
    assert row["end_state_12"] in END_STATES
    assert (row["end_state_60"], row["pi_60"]) == (None, None)
    assert row["dismantled_personnel"] in (0.0, 1.0)
    assert row["armed"] == campaign_run["armed"][-1]


def test_a_part_in_which_every_label_is_missing_has_the_type_of_a_label(make):
    experiment = make(OUTCOMES)
    runs = [run for task in plan(experiment) for run in task.runs]
    rows = [RunRecord(run, "done", dict.fromkeys(COLUMNS), None, None, 0.0, 0) for run in runs]
    columns = Columns.of(experiment)
    for table in (columns.runs(rows), columns.runs([])):
        assert [str(table.schema.field(name).type) for name in COLUMNS[:3]] == ["string", "string", "double"]


def test_a_sweep_keeps_labels_beside_numbers_and_reads_them_again(make, tmp_path):
    experiment = make(OUTCOMES)
    report = sweep(experiment, plan(experiment), tmp_path / "out", workers=1)
    assert (report.done, report.failed) == (4, 0)
    table = Store.open(tmp_path / "out").runs()
    assert str(table.schema.field("end_state_60").type) == "string"
    rows = table.to_pandas().set_index("arm")
    assert set(rows["end_state_12"]) <= set(END_STATES)
    assert rows["end_state_60"].isna().all()
    assert rows.loc["baseline", "dismantled_personnel"].tolist() == [0.0, 0.0]
    assert rows["pi_12"].between(0, 1).all()
