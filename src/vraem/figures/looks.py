"""How end states, fates, incomes, actors and groups look in every chart: one colour each, told apart in grey too.

Warm colours: several groups; blue: one group; green: firms; grey: nobody or others. Neighbours in a stack differ in
lightness by 20 points or more.
"""

import numpy as np
from numpy.typing import NDArray

from vraem.figures.style import Look
from vraem.observe.end_states import END_STATES
from vraem.observe.fates import FATES
from vraem.observe.splinters import SPLINTER_WORDS

STATE_LOOKS: dict[str, Look] = {
    "gangs": Look("gangs", "#8c1c13", marker="X"),
    "factionalised_insurgency": Look("factionalised\ninsurgency", "#f0b429", marker="P"),
    "rump_and_splinters": Look("rump and\nsplinters", "#c65d21", marker="^"),
    "mixed": Look("mixed", "#e4e2dc", marker="*", hatch="...."),
    "absorbed": Look("absorbed by firms", "#00694f", marker="s"),
    "replaced": Look("replaced by others", "#b9bdc1", marker="v", hatch="////"),
    "dissolved": Look("dissolved", "#2b2d30", marker="d"),
    "diminished_rump": Look("diminished rump", "#a6d0ee", marker="<"),
    "resilient": Look("resilient", "#3d8fc6", marker=">"),
    "intact": Look("intact", "#0b3a75", marker="o"),
}
"""In the order of a stack, from many groups over none to the one of before."""
OTHER_STATE = Look("other", "#ffffff", marker="+", hatch="xxxx")

MEMBER_LOOKS: dict[str, Look] = {
    "in_group": Look("in the group", "#0b3a75"),
    "in_splinter": Look("in a splinter", "#f0a35e"),
    "in_other_group": Look("in another group", "#8a6038"),
    "hired": Look("hired by a firm", "#7cc7a8"),
    "quit": Look("quit", "#6b7075"),
    "surrendered": Look("surrendered", "#d7dade"),
    "captured": Look("captured", "#bb9ad8"),
    "dead": Look("dead", "#7a0c16"),
}
"""Fates of members, in the order of a stack."""

SPLINTER_END_LOOKS: dict[str, Look] = {
    "alone": Look("alone", "#c65d21"),
    "back": Look("back in the lineage", "#0b3a75"),
    "elsewhere": Look("with another group", "#b9bdc1", hatch="////"),
    "service": Look("in a firm's service", "#00694f"),
    "gone": Look("no more", "#d7dade"),
}
"""What splinters become, in the order of a stack."""

REVENUE_LOOKS: dict[str, Look] = {
    "group_fees": Look("fees on passing cargo", "#0b4f8a"),
    "group_escorts": Look("escorts and airstrips", "#7cc0ec"),
    "group_leaf_tax": Look("tax on leaf", "#00795c"),
    "group_extortion": Look("extortion of licit trade", "#e69f00"),
    "group_logging": Look("quotas on logging", "#7a3b10"),
    "group_wages": Look("wages from firms", "#9a7fb5"),
}
"""Sources of the income of armed groups by their weekly series; those that live on coca lie below."""

ACTOR_LOOKS: dict[str, Look] = {
    "state": Look("security forces", "#0b3a75", "-", "o"),
    "lineage group": Look("the group and\nwhat split from it", "#c65d21", "--", "s"),
    "other group": Look("other armed groups", "#f0b429", "-.", "D"),
    "firm": Look("firms' gunmen", "#00795c", ":", "^"),
}
"""Perpetrators of violence by their names in the journal, in the order of a stack."""

FOUNDING_LOOK = Look("founding group", "#0b3a75", "-", "o")
SPLINTER_LOOKS: tuple[Look, ...] = (
    Look("splinter B", "#c65d21", "--", "s"),
    Look("splinter C", "#00795c", "-.", "^"),
    Look("splinter D", "#c99700", ":", "D"),
    Look("splinter E", "#a2497f", (0, (5, 1, 1, 1)), "v"),
    Look("splinter F", "#5b8fd6", (0, (2, 1)), "P"),
)
"""By the number of the group, in the order of time; number 0, the founding group, is A, as in the replay."""
OTHER_SPLINTERS = Look("other splinters", "#8a5a44", (0, (1, 1)), "p")
SERVICE_LOOK = Look("in a firm's\nservice", "#7cc7a8", (0, (4, 1)), "h")
"""A group that never stood by itself: its columns went straight into the service of a firm."""
OUTSIDER_LOOK = Look("groups from outside", "#5f6368", (0, (1, 2)), "X")

HOLDERS: dict[str, Look] = {
    "nobody": Look("no armed group", "#eceae4"),
    "founding": Look("founding group", "#0b3a75", marker="o"),
    "splinter": Look("a splinter of it", "#c65d21", marker="s"),
    "other": Look("another group", "#5f6368", marker="X"),
}
"""Who controls a place, in the order of the signs in a run's `holders` columns."""

assert set(STATE_LOOKS) == set(END_STATES), "every end state has a look"
assert tuple(MEMBER_LOOKS) == FATES, "every fate has a look"
assert tuple(SPLINTER_END_LOOKS) == tuple(SPLINTER_WORDS), "every end of a splinter has a look"


def state_look(state: str) -> Look:
    """The look of an end state; a plain one for a label that is none of ours."""
    return STATE_LOOKS.get(state, OTHER_STATE._replace(label=state.replace("_", " ")))


_DARKER = {
    "#f0b429": "#8f6400",
    "#e4e2dc": "#6b6b66",
    "#b9bdc1": "#686d72",
    "#a6d0ee": "#2f74a5",
    "#f0a35e": "#a85f1c",
    "#7cc0ec": "#2f74a5",
    "#e69f00": "#966800",
    "#9a7fb5": "#7b5ea3",
    "#bb9ad8": "#7b5ea3",
    "#7cc7a8": "#2b7d5c",
    "#d7dade": "#686d72",
    "#c9b6de": "#7b5ea3",
    "#f0d58c": "#8f6400",
    "#9aa1a8": "#686d72",
}
"""Shades for letters in place of colours that are too pale to read."""


def letters(colour: str) -> str:
    """A colour for the name of a line or area: darker where that of the line is too pale to read."""
    return _DARKER.get(colour, colour)


def group_looks(
    founding: NDArray[np.bool_], outsider: NDArray[np.bool_], hired: NDArray[np.bool_]
) -> list[Look]:
    """A look for each group (groups,) of a run: the founding one, its splinters by their number, others.

    What was `hired` by a firm as long as it stood is no splinter.
    """
    looks = [OUTSIDER_LOOK] * len(founding)
    for group in np.flatnonzero(~(founding | outsider)):
        looks[group] = SPLINTER_LOOKS[group - 1] if group <= len(SPLINTER_LOOKS) else OTHER_SPLINTERS
    for group in np.flatnonzero(hired & ~founding):
        looks[group] = SERVICE_LOOK
    for group in np.flatnonzero(founding):
        looks[group] = FOUNDING_LOOK
    return looks
