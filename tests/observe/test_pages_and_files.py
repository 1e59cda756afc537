"""A run tells what became of the armed groups in words and in files."""

import copy
import csv
import io
import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as parquet
import pytest
from rich.console import Console

from vraem.experiment.organisation_files import FILES, ORGANISATION_FILES
from vraem.experiment.organisation_page import organisation_paragraphs
from vraem.experiment.organisation_summary import leader_role
from vraem.experiment.outcome_reference import outcomes_markdown
from vraem.experiment.output import write_run
from vraem.experiment.page import render
from vraem.experiment.summary import summarise
from vraem.observe import run
from vraem.observe.catalogue import CATALOGUE
from vraem.observe.end_states import DEFINITIONS, END_STATE_WORDS, END_STATES
from vraem.observe.fates import FATES
from vraem.observe.organisation import END
from vraem.observe.organisation_series import founding_group
from vraem.observe.thresholds import THRESHOLDS
from vraem.world.organisation_tables import COMMANDER, FIGHTER, LEADER
from vraem.world.security_tables import INCIDENT_KINDS


@pytest.fixture(scope="module")
def summary(campaign_run):
    return summarise(campaign_run)


@pytest.fixture(scope="module")
def folder(campaign_run, tmp_path_factory):
    made = tmp_path_factory.mktemp("run")
    write_run(campaign_run, made, force=True)
    return made


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_summary_is_strict_json_with_all_of_the_catalogue_that_the_run_can_tell(summary, campaign_run):
    said = summary["organisation"]
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    found = {
        quantity.column(12 if quantity.per_horizon else None)
        for quantity in CATALOGUE
        if quantity.value(campaign_run.organisation, 12 if quantity.per_horizon else None) is not None
    }
    assert set(said["outcomes"]) == found
    assert said["thresholds"]["hash"] == THRESHOLDS.hash
    assert [row["months"] for row in said["horizons"]] == [12]
    assert set(said["dismantled"]) == set(DEFINITIONS)


def test_years_of_the_summary_equal_sums_over_the_weeks(summary, campaign_run):
    year = summary["organisation"]["years"][1]
    weeks = campaign_run.between("2013-01-01", "2013-12-31")
    assert (year["year"], year["complete"]) == (2013, True)
    assert year["members"] == campaign_run["members"][weeks][-1]
    assert year["recruits"] == campaign_run["recruits"][weeks].sum()
    assert year["campaign_operations"] == campaign_run["campaign_operations"][weeks].sum()
    assert year["income"]["fees"] == pytest.approx(campaign_run["group_fees"][weeks].sum())
    assert year["leader_present"] == pytest.approx(campaign_run["leader_present"][weeks].mean())


def test_the_page_says_strength_leader_money_violence_and_what_became(summary):
    pages = dict(organisation_paragraphs(summary))
    assert list(pages) == [
        "Armed groups",
        "Their money",
        "Operations and violence",
        "What became of them",
        "The members",
    ]
    last = summary["organisation"]["years"][-1]
    assert f"{last['members']:.0f} members, {last['armed']:.0f} of them armed" in pages[
        "Armed groups"
    ].replace("\u00a0", " ")
    assert "dollars a month" in pages["Their money"]
    assert "in campaigns" in pages["Operations and violence"]
    label = summary["organisation"]["horizons"][0]["end_state"]
    assert END_STATE_WORDS[label] in pages["What became of them"]
    assert "3 June 2013" in pages["What became of them"].replace("\u00a0", " ")
    for text in pages.values():
        assert "nan" not in text.lower()
        assert "_" not in text


def test_the_page_says_what_it_is_by_persons_where_that_is_another(summary):
    again = copy.deepcopy(summary)
    row = again["organisation"]["horizons"][0]
    assert row["end_state_by_persons"] == row["end_state"]
    assert "recruits of splinters" not in dict(organisation_paragraphs(again))["What became of them"]
    row["end_state_by_persons"] = "gangs"
    said = dict(organisation_paragraphs(again))["What became of them"]
    assert f"or {END_STATE_WORDS['gangs']} (gangs) if recruits of splinters do not count" in said


def test_the_printed_page_has_the_paragraphs(summary):
    out = io.StringIO()
    render(summary, Console(file=out, width=80, highlight=False))
    page = out.getvalue()
    assert "Armed groups" in page
    assert "What became of them" in page
    assert max(map(len, page.splitlines())) <= 80


def test_a_run_that_ends_with_the_campaign_says_that_it_is_too_early(make_scenario):
    from observe_worlds import CAMPAIGN, HEAD

    short = make_scenario(CAMPAIGN, HEAD.replace("2015-03-30", "2014-01-27"))
    pages = dict(organisation_paragraphs(summarise(run(short, seed=1))))
    assert "too early for an end state" in pages["What became of them"]


def test_a_run_that_ends_within_a_year_says_when_it_ended(summary):
    run_end = {**summary["run"], "end": "2015-03-30"}
    pages = dict(organisation_paragraphs({**summary, "run": run_end}))
    first = pages["Armed groups"].replace("\u00a0", " ").partition(";")[0]
    assert not summary["organisation"]["years"][-1]["complete"]
    assert " by 30 March 2015, against" in first


def test_the_folder_holds_the_files_with_their_declared_columns(folder):
    assert set(ORGANISATION_FILES) <= {path.name for path in folder.iterdir()}
    for name, columns in FILES.items():
        names = [column.name for column in columns]
        path = folder / name
        found = parquet.read_table(path).column_names if name.endswith(".parquet") else list(rows(path)[0])
        assert found == names


def test_groups_and_fates_in_the_files_are_those_of_the_result(folder, campaign_run):
    found = campaign_run.organisation
    groups = rows(folder / "groups.csv")
    assert len(groups) == len(found.groups["founding"])
    assert (groups[0]["founding"], groups[0]["ended"]) == ("yes", "")
    assert int(groups[0]["most_armed"]) == found.group_weeks["armed"][0].max()
    by_fate = rows(folder / "members_by_fate.csv")
    counts = found.fates.as_counts()
    assert {row["moment"] for row in by_fate} == set(counts)
    for fate in FATES:
        total = sum(int(row[fate]) for row in by_fate if row["moment"] == END)
        assert total == counts[END][fate]


def test_incidents_bear_names_and_dates(folder, campaign_run):
    table = parquet.read_table(folder / "incidents.parquet")
    journal = campaign_run.organisation.journal
    assert len(table) == len(journal)
    assert set(table["kind"].to_pylist()) <= set(INCIDENT_KINDS)
    dates = table["week"].to_numpy().astype("datetime64[D]")
    assert np.array_equal(dates, campaign_run.dates[journal["week"]])
    assert table.schema.field("deaths").metadata[b"unit"] == b"persons"
    assert table.schema.metadata[b"seed"] == b"3"


def test_end_states_stand_in_a_file_of_their_own(folder, campaign_run):
    said = json.loads((folder / "end_states.json").read_text(encoding="utf-8"))
    assert said["horizons"][0]["end_state"] == campaign_run.organisation.end_states[0]
    assert said["labels"]["default"] == list(campaign_run.organisation.end_states)
    assert said["anchor"]["start"] == "2013-06-03"


def test_the_reference_page_names_every_measure_label_threshold_and_column():
    page = outcomes_markdown()
    names = [quantity.name for quantity in CATALOGUE]
    names += [*END_STATES, *FATES, *(row.name for row in THRESHOLDS.rows())]
    names += [column.name for columns in FILES.values() for column in columns]
    assert all(f"`{name}`" in page for name in names)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rank": LEADER}, "whoever led it when the campaign began"),
        ({"heir": True}, "somebody who was an heir when the campaign began"),
        ({"seat": True}, "somebody who sat on its committee when the campaign began"),
        ({"rank": COMMANDER}, "somebody who was a commander when the campaign began"),
    ],
)
def test_who_leads_is_told_by_the_role_when_the_campaign_began(campaign_run, changed, said):
    groups = campaign_run.organisation
    founding = founding_group(groups.groups["founding"].astype(bool))
    fates = groups.fates
    person = int(fates.rows[0])
    plain = {"rank": FIGHTER, "heir": False, "seat": False} | changed
    own = {name: np.where(fates.rows == person, value, getattr(fates, name)) for name, value in plain.items()}
    leaders = groups.groups["leader"].copy()
    leaders[founding] = person
    ended = groups.groups["ended"].copy()
    ended[founding] = -1
    known = replace(
        groups, groups={**groups.groups, "leader": leaders, "ended": ended}, fates=replace(fates, **own)
    )
    assert leader_role(known) == said
    assert leader_role(replace(known, anchor=None)).endswith("at the start")
