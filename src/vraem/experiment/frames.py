"""Results as pandas frames, for people who plot and compare."""

from typing import TYPE_CHECKING

from vraem.observe import RunResult

if TYPE_CHECKING:
    import pandas as pd


def weekly_frame(result: RunResult) -> "pd.DataFrame":
    """The weekly series of a run: one row a week, indexed by the Monday that opens it, one column a series."""
    import pandas as pd

    return pd.DataFrame(result.series, index=pd.DatetimeIndex(result.dates, name="week"))
