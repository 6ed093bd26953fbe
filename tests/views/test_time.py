from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.views.draw import Draw
from coview.views.time import draw_bands, draw_span, in_bands, span_share, take_span


@given(
    st.integers(0, 2**32),
    st.lists(st.integers(0, 60), min_size=1, max_size=8),
    st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)).map(sorted),
    st.integers(1, 80),
)
@settings(max_examples=100, deadline=None)
def test_a_span_lies_within_its_length(seed: int, lengths: list[int], scale: list[float], most: int) -> None:
    length = torch.tensor(lengths)[:, None].expand(-1, 2)
    start, count = draw_span(Draw(seed, 0, torch.arange(len(lengths))), length, (scale[0], scale[1]), most)
    assert (start >= 0).all()
    assert (start + count <= length).all()
    assert (count <= most).all()
    assert ((count >= 1) == (length >= 1)).all()


def test_spans_reach_both_ends_evenly() -> None:
    length = torch.full((4000, 1), 10)
    start, count = draw_span(Draw(0, 0, torch.arange(4000)), length, (0.5, 0.5))
    assert (count == 5).all()
    assert torch.allclose(torch.bincount(start[:, 0], minlength=6) / 4000, torch.full((6,), 1 / 6), atol=0.03)


@given(st.integers(1, 20), st.integers(1, 30), st.data())
@settings(max_examples=60, deadline=None)
def test_a_span_is_moved_to_the_front(length: int, size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, length - 1))
    count = data.draw(st.integers(0, min(size, length - start)))
    value = torch.arange(1, length + 1)[None, None]
    taken = take_span(value, torch.tensor([[start]]), torch.tensor([[count]]), size)
    assert taken[0, 0].tolist() == [*range(start + 1, start + count + 1), *[0] * (size - count)]


def test_shares_are_of_the_whole() -> None:
    share = span_share(torch.tensor([[2]]), torch.tensor([[4]]), torch.tensor([[8]]))
    assert share.tolist() == [[[0.25, 0.75]]]


@given(st.integers(0, 2**32), st.integers(0, 50), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_bands_keep_to_their_axis_and_width(seed: int, extent: int, widest: float) -> None:
    bands = draw_bands(Draw(seed, 0, torch.arange(5)), "x", torch.full((5, 2), extent), 3, widest)
    assert bands.shape == (5, 2, 3, 2)
    assert (bands >= 0).all()
    assert (bands <= extent).all()
    assert (bands[..., 1] >= bands[..., 0]).all()
    assert (bands[..., 1] - bands[..., 0] <= widest * extent + 1).all()


def test_positions_in_a_band_are_from_its_first_to_before_its_end() -> None:
    bands = torch.tensor([[[[1, 3], [5, 5], [6, 7]]]])
    assert in_bands(bands, 8)[0, 0].tolist() == [False, True, True, False, False, False, True, False]
