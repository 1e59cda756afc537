"""Charts look as they did when somebody looked at them; images are compared as an eye would, not byte by byte."""

import numpy as np
import pytest

from tests.figures.gallery import BASELINE, GALLERY, MOST_APART, apart, chart, image, pixels, stored
from vraem import figures
from vraem.figures.style import Chart


@pytest.mark.parametrize("name", GALLERY)
def test_a_chart_looks_as_it_did(name):
    gap = apart(image(name), stored(name))
    assert gap <= MOST_APART, (
        f"{name} differs by {gap:.3f}. If that is meant, look at it and run: python -m tests.figures.gallery"
    )


def test_every_stored_image_belongs_to_a_chart_and_is_small():
    assert {path.stem for path in BASELINE.glob("*.png")} == set(GALLERY)
    assert max(path.stat().st_size for path in BASELINE.glob("*.png")) < 90_000


def test_letters_set_a_hair_apart_do_not_count_and_another_chart_does():
    seen = image("verdict")
    shifted = np.roll(seen, 1, axis=1)
    assert 0.0 < apart(shifted, seen) < 2.0 * MOST_APART
    assert apart(image("groups-by-arm"), image("strength-by-arm")) > 2.0 * MOST_APART
    assert apart(image("verdict"), image("fates")) == 1.0


def test_other_results_give_another_picture():
    from tests.figures.sweeps import made_up

    other = pixels(figures.end_states(made_up(points=8, replicates=2, seed=99)))
    assert apart(other, image("end-states")) > MOST_APART


def test_charts_show_themselves_in_a_notebook():
    shown = chart("sobol")
    assert isinstance(shown, Chart)
    assert shown._repr_png_().startswith(b"\x89PNG")
