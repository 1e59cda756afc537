"""Jobs on several processes: their order and their progress."""

from vraem.analysis.parallel import map_jobs


def test_jobs_answer_in_their_order_and_tell_their_progress():
    told: list[tuple[int, int]] = []
    assert map_jobs(abs, [-3, 2, -1], workers=1, progress=lambda *x: told.append(x)) == [3, 2, 1]
    assert told == [(1, 3), (2, 3), (3, 3)]
