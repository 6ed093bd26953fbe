from __future__ import annotations

import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coview.batch import View
from coview.views.blend import blend


def text(lengths: list[int], sign: int, t: int = 7) -> View:
    length = torch.tensor(lengths)[:, None]
    value = sign * torch.arange(1, t + 1).expand(len(lengths), 1, t)
    value = value.masked_fill(torch.arange(t) >= length[..., None], 0)
    return View(value, "text", length > 0, length)


@settings(max_examples=60, deadline=None)
@example([(1, 7, 1e-09)])
@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7), st.floats(0, 1)), min_size=1, max_size=6))
def test_symbols_are_the_beginning_of_one_and_the_end_of_the_other(cases: list[tuple[int, int, float]]):
    ours, theirs, shares = zip(*cases, strict=True)
    out = blend(text(list(ours), 1), text(list(theirs), -1), torch.tensor(shares))
    assert out.length is not None
    for row, n, own, other in zip(out.value[:, 0].tolist(), out.length[:, 0].tolist(), ours, theirs, strict=True):
        first = [x for x in row[:n] if x > 0]
        rest = [-x for x in row[:n] if x < 0]
        assert 1 <= n == len(first) + len(rest) <= 7
        assert first == list(range(1, len(first) + 1))
        assert len(first) <= own
        assert rest == list(range(other - len(rest) + 1, other + 1))
        assert not any(row[n:])


def test_a_share_of_one_is_oneself_and_of_none_the_other():
    own, other = text([3, 7], 1), text([5, 2], -1)
    assert torch.equal(blend(own, other, torch.ones(2)).value, own.value)
    assert torch.equal(blend(own, other, torch.zeros(2)).value, other.value)


def test_numbers_are_interpolated_and_as_long_as_the_longer():
    own = View(torch.full((2, 1, 4), 1.0), "audio", torch.ones(2, 1, dtype=torch.bool), torch.tensor([[2], [4]]))
    other = View(torch.full((2, 1, 4), 3.0), "audio", torch.ones(2, 1, dtype=torch.bool), torch.tensor([[3], [1]]))
    out = blend(own, other, torch.tensor([0.5, 0.25]))
    torch.testing.assert_close(out.value[:, 0, 0], torch.tensor([2.0, 2.5]))
    assert out.length is not None
    assert out.length[:, 0].tolist() == [3, 4]


def test_a_blend_is_there_where_both_are():
    own, other = text([3, 3], 1), text([3, 0], -1)
    assert blend(own, other, torch.full((2,), 0.5)).present[:, 0].tolist() == [True, False]
