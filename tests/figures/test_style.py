"""Pictures in few colours: scales stay what they are, and the file is the same each time."""

from io import BytesIO

import numpy as np
from PIL import Image

from tests.figures.gallery import chart
from vraem.figures.style import in_few_colours, png_bytes

MOST_OFF = 12
"""Steps of 255 by which a colour may be off."""


def pixels_of(png):
    return np.asarray(Image.open(BytesIO(png)).convert("RGB")).astype(int)


def test_the_scales_of_a_map_survive_a_palette_and_take_less_room():
    whole = png_bytes(chart("control-maps"))
    small = in_few_colours(whole)
    assert np.abs(pixels_of(small) - pixels_of(whole)).max() <= MOST_OFF
    assert len(small) < 0.6 * len(whole)
    assert small == in_few_colours(whole)
