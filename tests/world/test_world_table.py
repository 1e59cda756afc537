"""Tables of columns: shared arrays, written in place, declared once."""

import pickle

import numpy as np
import pytest

from vraem.world import TABLES, Column, Table, TableSpec
from vraem.world.declarations import EXPORTED, SEIZED, SHIPMENTS, UNDER_WAY

SPEC = TableSpec(
    "farms",
    "a farm",
    (
        Column("land", "float32", "ha", 0, 10, "land"),
        Column("village", "int32", "index", 0, 5, "village"),
        Column("plots", "float64", "ha", 0, 10, "plots by age", "age"),
    ),
)


@pytest.fixture
def farms() -> Table:
    table = Table(SPEC, 3, capacity=4, axes={"age": 2})
    table.land[:3] = (1.0, 2.0, 3.0)
    return table


def test_rebinding_a_column_is_refused_with_the_way_to_write_it(farms: Table):
    with pytest.raises(AttributeError, match=r"farms\.land .*write in place: farms\.land\[rows\] = value"):
        farms.land = np.zeros(4, np.float32)


def test_adding_a_new_attribute_is_refused(farms: Table):
    with pytest.raises(AttributeError):
        farms.cattle = np.zeros(4)


def test_writing_in_place_with_an_operator_is_allowed(farms: Table):
    before = farms.land
    farms.land += 1.0
    farms.plots *= 2.0
    assert farms.land is before
    assert farms.land[:3].tolist() == [2.0, 3.0, 4.0]


def test_a_misspelt_column_is_answered_with_the_right_one(farms: Table):
    with pytest.raises(AttributeError, match="no column 'lnad'; did you mean land"):
        _ = farms.lnad


def test_columns_have_their_declared_shape_and_type(farms: Table):
    assert (farms.land.shape, farms.land.dtype) == ((4,), np.float32)
    assert (farms.plots.shape, farms.plots.dtype) == ((2, 4), np.float64)
    assert len(farms) == 3
    assert farms.rows_in_use("plots").shape == (2, 3)


def test_growing_keeps_the_rows_in_use_and_makes_room(farms: Table):
    farms.plots[:, 2] = (0.5, 0.7)
    farms.grow(9)
    rows = len(farms.land)
    assert rows >= 9
    assert len(farms) == 3
    assert farms.plots.shape == (2, rows)
    assert farms.land[:4].tolist() == [1.0, 2.0, 3.0, 0.0]
    assert farms.plots[:, 2].tolist() == [0.5, 0.7]


def test_growing_to_what_is_there_changes_nothing(farms: Table):
    before = farms.land
    farms.grow(4)
    assert farms.land is before


def test_growing_at_least_doubles_so_that_many_small_ones_are_cheap(farms: Table):
    farms.grow(5)
    assert len(farms.land) == 8


def test_a_copy_is_equal_and_independent(farms: Table):
    twin = farms.copy()
    twin.land[0] = 9.0
    twin.count = 1
    assert farms.land[0] == 1.0
    assert len(farms) == 3
    assert twin.plots.shape == farms.plots.shape


def test_a_table_survives_pickling(farms: Table):
    twin = pickle.loads(pickle.dumps(farms))
    assert twin.land.tolist() == farms.land.tolist()
    assert (len(twin), len(twin.land)) == (3, 4)
    with pytest.raises(AttributeError):
        twin.land = np.zeros(4)


@pytest.mark.parametrize(
    ("value", "shown"), [(10.5, "10.5"), (-0.1, "-0.1"), (np.nan, "nan"), (np.inf, "inf")]
)
def test_a_value_out_of_range_is_a_fault_that_names_the_column_and_its_range(
    farms: Table, value: float, shown: str
):
    farms.land[1] = value
    (fault,) = farms.faults()
    assert fault.startswith("farms.land: got")
    assert shown in fault
    assert fault.endswith("ha, expected 0 to 10")


def test_rows_not_in_use_have_no_faults(farms: Table):
    farms.land[3] = 99.0
    assert farms.faults() == []
    assert Table(SPEC, 0, axes={"age": 2}).faults() == []


def test_guarded_columns_refuse_writing_and_open_again(farms: Table):
    farms.allow_writing(("village",))
    farms.village[0] = 2
    with pytest.raises(ValueError, match="read-only"):
        farms.land[0] = 2.0
    with pytest.raises(ValueError, match="read-only"):
        farms.land += 1.0
    farms.allow_writing(None)
    farms.land[0] = 2.0
    assert farms.land[0] == 2.0


def test_no_column_takes_the_name_of_a_part_of_the_table(farms: Table):
    own = (set(vars(farms)) | set(vars(Table))) - {column.name for column in SPEC.columns}
    names = {f"{spec.name}.{column.name}": column.name for spec in TABLES for column in spec.columns}
    assert {full for full, name in names.items() if name in own} == set()


def test_every_column_is_declared_with_unit_range_and_meaning():
    for spec in TABLES:
        assert spec.row
        names = [column.name for column in spec.columns]
        assert len(set(names)) == len(names), spec.name
        for column in spec.columns:
            assert column.unit, column.name
            assert column.meaning.strip(), column.name
            assert column.low < column.high, column.name
            assert np.dtype(column.dtype).kind in "bif", column.name


def test_the_shipments_table_can_grow_while_it_is_guarded():
    loads = Table(SHIPMENTS, 1, capacity=1)
    loads.allow_writing(("load", "status"))
    loads.grow(3)
    loads.load[1:3] = 5.0
    assert loads.load.tolist()[:3] == [0.0, 5.0, 5.0]
    assert len({UNDER_WAY, EXPORTED, SEIZED}) == 3
