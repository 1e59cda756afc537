"""`vraem run` says what became of the columns that broke away: one by one, or how many became what."""

from vraem.experiment.organisation_page import splinter_words
from vraem.experiment.words import HARD_SPACE


def splinter(became, years=2.34, armed=9, formed="2024-06-03"):
    return {"formed": formed, "armed": armed, "years_alone": years, "became": became}


def test_a_few_splinters_are_told_one_by_one():
    said = splinter_words([splinter("back"), splinter("alone", years=8.0, armed=12)])
    assert said.replace(HARD_SPACE, " ") == (
        "2 columns broke away: one of 9 armed on 3 June 2024, back in the lineage after 2.3 years; "
        "one of 12 armed on 3 June 2024, alone to the end of the run."
    )


def test_of_many_it_is_said_how_many_became_what():
    said = splinter_words([*[splinter("gone")] * 3, *[splinter("service")] * 2])
    assert said == "5 columns broke away, of which 2 in a firm's service and 3 no more."


def test_none_is_said_too():
    assert splinter_words([]) == "No column broke away."
