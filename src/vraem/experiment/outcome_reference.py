"""The reference page of outcomes: what an experiment can ask for, the thresholds behind it, the files of a run."""

from vraem.experiment.organisation_files import FILES
from vraem.observe.anchor import HORIZONS
from vraem.observe.catalogue import CATALOGUE, Quantity
from vraem.observe.end_states import DEFINITION_WORDS, END_STATE_WORDS
from vraem.observe.fates import FATE_WORDS
from vraem.observe.thresholds import THRESHOLDS
from vraem.scenario.reference import markdown_table


def outcomes_markdown() -> str:
    """Every measure, label, threshold and file on the armed groups, as Markdown."""
    months = ", ".join(map(str, HORIZONS))
    return "".join(
        (
            'An experiment asks for a measure by `measure = "end_state"` in an `[[outcome]]`, or for several by '
            f"`measures`; those with horizons are taken {months} months after the campaign's end "
            "(`horizon_months`), each in a column of its own: `end_state_60`. A measure that a run cannot tell is "
            "empty: the run is too short, or nothing is done to the group in it.\n\n",
            "## Measures\n\n",
            markdown_table(("Measure", "Horizons", "Unit", "Meaning"), map(_row, CATALOGUE)),
            "\n## End states\n\nThe first that holds is the label. `replaced`, `dissolved` and `absorbed` are "
            "asked before the others, which are asked from the top.\n\n",
            markdown_table(
                ("Label", "Meaning"), [(f"`{name}`", words) for name, words in END_STATE_WORDS.items()]
            ),
            "\n## Definitions of dismantled\n\n",
            markdown_table(
                ("Definition", "Meaning"), [(f"`{name}`", words) for name, words in DEFINITION_WORDS.items()]
            ),
            "\n## Fates\n\n",
            markdown_table(("Fate", "Meaning"), [(f"`{name}`", words) for name, words in FATE_WORDS.items()]),
            f"\n## Thresholds\n\nThe hash of the table is `{THRESHOLDS.hash}`; those that may be moved are moved by "
            "a fifth up and down in every report.\n\n",
            markdown_table(
                ("Threshold", "Value", "Unit", "Moved", "Meaning"),
                [
                    (f"`{row.name}`", f"{row.value:g}", row.unit, "yes" if row.moved else "no", row.meaning)
                    for row in THRESHOLDS.rows()
                ],
            ),
            *(
                f"\n## {name}\n\n"
                + markdown_table(
                    ("Column", "Unit", "Meaning"),
                    [(f"`{column.name}`", column.unit, column.meaning) for column in columns],
                )
                for name, columns in FILES.items()
            ),
        )
    )


def _row(quantity: Quantity) -> tuple[str, str, str, str]:
    horizons = "each" if quantity.per_horizon else "none"
    unit = ", ".join(quantity.labels) or quantity.unit
    return f"`{quantity.name}`", horizons, unit, quantity.meaning
