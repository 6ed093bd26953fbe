import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.views.draw import Draw
from coview.views.masks import (
    block_mask,
    block_sides,
    hidden_count,
    modality_mask,
    random_keep,
    random_mask,
    span_mask,
)


def draw(n: int = 8, step: int = 0) -> Draw:
    return Draw(0, step, torch.arange(n) * 7919)


MASKS = {
    "random": lambda d, t, r, **how: random_mask(d, t, r, **how),
    "span": lambda d, t, r, **how: span_mask(d, t, r, 4, **how),
    "modality": lambda d, t, r, **how: modality_mask(d, (t,), r, **how),
}


@pytest.mark.parametrize("name", MASKS)
@given(st.integers(2, 40), st.floats(0.01, 0.99), st.integers(1, 3), st.data())
@settings(max_examples=25, deadline=None)
def test_masks_hide_the_exact_share_and_never_padding(
    name: str, tokens: int, ratio: float, views: int, data: st.DataObject
):
    length = torch.tensor([data.draw(st.integers(0, tokens)) for _ in range(4 * views)]).view(4, views)
    valid = torch.arange(tokens) < length[..., None]
    masked = MASKS[name](draw(4), tokens, ratio, views=views, valid=valid)
    assert masked.shape == (4, views, tokens)
    assert not (masked & ~valid).any()
    for hidden, have in zip(masked.sum(-1).flatten().tolist(), length.flatten().tolist()):
        assert hidden == (hidden_count(have, ratio) if have else 0)
        assert have < 2 or 1 <= hidden <= have - 1


@pytest.mark.parametrize("name", MASKS)
def test_rows_do_not_depend_on_their_batch(name: str):
    whole = MASKS[name](draw(), 20, 0.4, views=2)
    some = torch.tensor([5, 0, 3])
    assert torch.equal(MASKS[name](draw().of(draw().key[some]), 20, 0.4, views=2), whole[some])


def test_random_masks_hide_every_token_alike():
    share = random_mask(draw(4000), 16, 0.75)[:, 0].float().mean(0)
    assert (share - 0.75).abs().max() < 4 * math.sqrt(0.75 * 0.25 / 4000)


@pytest.mark.parametrize("ratio", [0.25, 0.5, 0.75])
def test_random_keep_has_the_statistics_of_lightlys_masking(ratio: float):
    theirs = pytest.importorskip("lightly.models.utils").random_token_mask
    generator_free, _ = theirs((8, 64), mask_ratio=ratio, mask_class_token=True)
    kept = random_keep(draw(), 64, ratio)
    assert kept.keep.shape == (8, 1, generator_free.shape[1])
    assert kept.keep_valid.all()
    for row, hidden in zip(kept.keep[:, 0].tolist(), kept.masked[:, 0]):
        assert len(set(row)) == len(row)
        assert sorted(row + hidden.nonzero()[:, 0].tolist()) == list(range(64))


def test_what_is_kept_and_what_is_hidden_is_all_that_is_valid():
    valid = torch.arange(10) < torch.tensor([10, 7, 2, 1, 0])[:, None, None]
    kept = random_keep(draw(5), 10, 0.6, valid=valid)
    visible = torch.zeros(5, 1, 10, dtype=torch.bool).scatter(2, kept.keep, kept.keep_valid)
    assert torch.equal(visible, valid & ~kept.masked)


def test_the_number_kept_is_the_same_for_any_batch():
    short = torch.arange(10) < torch.tensor([3, 2])[:, None, None]
    assert random_keep(draw(2), 10, 0.5, valid=short).keep.shape == random_keep(draw(2), 10, 0.5).keep.shape


def test_blocks_are_contiguous():
    """One 3 x 3 block's worth of 64 tokens is that block, whole unless it reaches beyond the border."""
    masked = block_mask(draw(200), (8, 8), 9 / 64, (3, 3)).view(200, 8, 8)
    beside = (masked[:, 1:] & masked[:, :-1]).sum((1, 2)) + (masked[:, :, 1:] & masked[:, :, :-1]).sum((1, 2))
    scattered = random_mask(draw(200), 64, 9 / 64).view(200, 8, 8)
    apart = (scattered[:, 1:] & scattered[:, :-1]).sum((1, 2)) + (scattered[:, :, 1:] & scattered[:, :, :-1]).sum(
        (1, 2)
    )
    assert beside.max() == 12  # of a whole block
    assert beside.float().mean() > 4 * apart.float().mean()


def test_runs_of_a_span_mask_are_as_long_as_spans():
    masked = span_mask(draw(500), 60, 0.3, 6)[:, 0]
    runs = (masked[:, 1:] & ~masked[:, :-1]).sum(1) + masked[:, 0]
    assert runs.max() <= 18
    assert (18 / runs.float()).mean() > 4


@pytest.mark.parametrize(("grid", "sides"), [((8, 8), (3, 3)), ((40,), (6,)), ((4, 6, 6), (2, 3, 3))])
def test_blocks_cover_border_and_middle_alike(grid: tuple[int, ...], sides: tuple[int, ...]):
    share = block_mask(draw(6000), grid, 0.5, sides)[:, 0].float().mean(0)
    assert (share - 0.5).abs().max() < 0.05


def test_one_cell_blocks_hide_as_random_masks_do():
    assert block_mask(draw(), (8, 8), 0.5, (1, 1)).sum(-1).unique().tolist() == [32]


def test_a_short_row_is_not_always_hidden_from_its_start():
    valid = (torch.arange(20) < 5).expand(2000, 1, 20)
    share = span_mask(draw(2000), 20, 0.4, 8, valid=valid)[:, 0, :5].float().mean(0)
    assert share.min() > 0.3
    assert share.max() < 0.5


def test_block_sizes_are_drawn_once_a_step_within_their_shares():
    sizes = {block_sides(draw(3, step), (16, 16), share=(0.1, 0.2)) for step in range(40)}
    assert len(sizes) > 5
    for high, wide in sizes:
        assert 0.07 <= high * wide / 256 <= 0.24
    assert block_sides(draw(3, 5), (16, 16)) == block_sides(Draw(0, 5, torch.tensor([1, 99])), (16, 16))
