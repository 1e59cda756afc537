"""The table of parameters is sound, and a set of values is immutable, comparable and checked."""

import copy
import pickle

import pytest

from vraem.scenario import Parameters, parameter_table, target_table
from vraem.scenario.parameters import parameter_specs


def test_every_default_lies_in_its_range_and_says_where_it_comes_from():
    for spec in parameter_table():
        assert spec.low <= spec.default <= spec.high, spec.name
        assert spec.problem(spec.default) == "", spec.name
        assert spec.meaning, spec.name
        assert spec.unit, spec.name
        assert spec.source, spec.name
        assert spec.confidence in ("seen", "derived", "judgement"), spec.name


def test_names_are_unique_attributes_and_none_is_a_target():
    names = [spec.name for spec in parameter_table()]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and not hasattr(Parameters, name) for name in names)
    assert not set(names) & {target.name for target in target_table()}
    assert not any(spec.meaning.startswith(("target", "check")) for spec in parameter_table())


def test_attributes_are_the_defaults_of_the_table_and_counts_are_whole():
    p = Parameters()
    assert all(getattr(p, spec.name) == spec.default for spec in parameter_table())
    assert type(p.leaf_per_kg_hcl) is float
    assert type(p.firms_initial) is int


def test_a_set_of_parameters_never_changes():
    p = Parameters()
    with pytest.raises(AttributeError, match=r"use replace\(leaf_per_kg_hcl"):
        p.leaf_per_kg_hcl = 300.0
    with pytest.raises(AttributeError):
        del p.leaf_per_kg_hcl
    p.as_dict()["leaf_per_kg_hcl"] = 300.0
    other = p.replace(leaf_per_kg_hcl=300)
    assert (p.leaf_per_kg_hcl, other.leaf_per_kg_hcl) == (parameter_specs()["leaf_per_kg_hcl"].default, 300.0)


def test_sets_are_equal_when_their_values_are():
    assert Parameters(leaf_per_kg_hcl=300) == Parameters().replace(leaf_per_kg_hcl=300.0)
    assert hash(Parameters(leaf_per_kg_hcl=300)) == hash(Parameters().replace(leaf_per_kg_hcl=300.0))
    assert Parameters() != Parameters(leaf_per_kg_hcl=300)
    assert Parameters() != "parameters"


def test_a_set_travels_between_processes_unchanged_even_outside_its_ranges():
    p = Parameters().replace(check=False, grower_social_weight=-4.0)
    assert pickle.loads(pickle.dumps(p)) == copy.deepcopy(p) == p


def test_an_unknown_name_is_answered_with_near_ones():
    with pytest.raises(AttributeError, match="did you mean leaf_per_kg_hcl"):
        _ = Parameters().leaf_per_kg
    with pytest.raises(AttributeError, match="did you mean leaf_per_kg_hcl"):
        Parameters(leaf_per_kg_hlc=300)
    with pytest.raises(AttributeError, match="vraem parameters"):
        Parameters().replace(check=False, zzz=1)


def test_values_outside_the_range_are_refused_with_range_and_source():
    with pytest.raises(ValueError, match=r"from 240 to 375 .*official 375"):
        Parameters(leaf_per_kg_hcl=400)
    with pytest.raises(ValueError, match="finite"):
        Parameters().replace(check=False, leaf_per_kg_hcl=float("nan"))
    assert Parameters().replace(check=False, leaf_per_kg_hcl=400).leaf_per_kg_hcl == 400


def test_representation_names_only_what_differs():
    assert repr(Parameters(leaf_per_kg_hcl=300)) == "Parameters(leaf_per_kg_hcl=300)"
