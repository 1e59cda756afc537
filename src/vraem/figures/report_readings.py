"""Section of a report that reads the claim otherwise: by persons, and among draws that history does not rule out."""

from collections.abc import Iterator, Sequence

from vraem.analysis.findings import Findings
from vraem.analysis.labels import BY_PERSONS_WORDS
from vraem.analysis.matched_assumptions import Narrowed
from vraem.analysis.sensitivity import Lever
from vraem.analysis.verdict import ClaimAtHorizon, ClaimVerdict
from vraem.figures.report_html import cell, heading, number, p_text, para, share, share_text, table
from vraem.figures.sensitivity_bars import factor_meaning


def other_readings(found: Findings, claim: ClaimVerdict) -> Iterator[str]:
    """Every other reading that the runs allow, beside the one of the verdict."""
    yield from _by_persons(claim)
    yield from history_section(found, claim)


def _by_persons(claim: ClaimVerdict) -> Iterator[str]:
    """The same by persons, without recruits of splinters, beside what holds by descent."""
    if not claim.by_persons:
        return
    yield heading("Who counts as a remnant", 3)
    yield para(BY_PERSONS_WORDS)
    yield _beside(claim.table, claim.by_persons, "persons", "by persons")


def history_section(found: Findings, claim: ClaimVerdict | None) -> Iterator[str]:
    """What history rules out, if that was asked, and what it says about the assumptions.

    A `claim` stands among the draws that are kept beside what holds of all, if others were run at all.
    """
    if found.matching is None:
        return
    seen = found.matching
    yield heading(f"{'Among the' if seen.others_run else 'Only'} draws that history does not rule out", 3)
    patterns = " and ".join(name for name in seen.after if name != "all")
    if not seen.others_run:
        yield para(
            "Only draws of assumptions under which the group is what it was known to be were run at all."
        )
    yield para(
        f"{seen.kept} of {seen.draws} draws of assumptions are kept: in {seen.runs} runs of 2012-23 without a "
        f"campaign strength and income of the group were as observed ({patterns}). In one more run, by which nothing "
        f"was chosen, {share_text(seen.after['all'])} of those that are kept meet both, "
        f"{share_text(seen.before['all'])} of all."
    )
    if claim is not None and claim.matched:
        yield _beside(claim.table, claim.matched, "matched", "draws kept")
    if found.history_levers:
        yield _narrowed(found.history_levers)


def _narrowed(rows: Sequence[Narrowed]) -> str:
    """Assumptions on which it hangs whether history keeps a draw."""
    return table(
        ["assumption", "moves draws kept by", "p (Holm)", "share of draws kept by quarter or form"],
        [
            [
                cell(factor_meaning(each.lever.factor)),
                number(f"history.{each.lever.factor}", each.lever.range),
                number(f"history.{each.lever.factor}.p_holm", each.p_holm, p_text(each.p_holm)),
                cell(by_part(each.lever), "text"),
            ]
            for each in rows
        ],
        "What history says about the assumptions: share of draws that it does not rule out",
    )


def by_part(lever: Lever) -> str:
    """The share in each quarter of a parameter's draws or under each form of a switch, in words."""
    return "; ".join(f"{band.part}: {share_text(band.share.estimate)}" for band in lever.bands)


def _beside(
    claims: tuple[ClaimAtHorizon, ...], others: tuple[ClaimAtHorizon, ...], key: str, words: str
) -> str:
    """A table of another reading, `words`, beside the one of the verdict; `key` begins the names of its numbers."""
    rows = [
        [
            cell(own.definition),
            cell(f"{own.horizon}"),
            share(f"claim.{own.definition}.{own.horizon}.p", own.judgement.p),
            share(f"{key}.{own.definition}.{own.horizon}.p", other.judgement.p),
            share(f"claim.{own.definition}.{own.horizon}.fragmented", own.fragmentation.fragmented),
            share(f"{key}.{own.definition}.{own.horizon}.fragmented", other.fragmentation.fragmented),
            cell(other.judgement.word),
            cell(other.judgement.runs),
        ]
        for own, other in zip(claims, others, strict=True)
    ]
    head = [
        "dismantled by",
        "months after",
        "gangs, given dismantled",
        words,
        "fragmented, given dismantled",
        words,
        f"verdict, {words}",
        f"runs, {words}",
    ]
    return table(head, rows, f"All draws by descent, and {words}")
