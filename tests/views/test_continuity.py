from __future__ import annotations

import torch

from coview.views.continuity import cut_inside, take_run
from coview.views.draw import Draw

N, T, FRAMES, GONE = 400, 16, 8, 4
NUMBERS = torch.arange(T).expand(N, T)
CLIPS, SECTIONS, CUT = cut_inside(NUMBERS, Draw(0, 1, torch.arange(N)), FRAMES, GONE)


def test_a_continuous_clip_has_frames_that_follow_one_another() -> None:
    assert bool((CLIPS[:, 0].diff() == 1).all())
    assert set(CLIPS[:, 0, 0].tolist()) == set(range(T - FRAMES + 1))


def test_a_discontinuous_clip_lacks_one_section_after_as_many_frames_as_it_says() -> None:
    jump = CLIPS[:, 1].diff()
    assert torch.equal(jump.argmax(1) + 1, CUT)
    assert bool((jump.sort(1).values == torch.tensor([1] * (FRAMES - 2) + [GONE + 1])).all())
    assert set(CUT.tolist()) == set(range(1, FRAMES))


def test_the_inside_section_is_what_is_missing() -> None:
    before = CLIPS[:, 1].gather(1, CUT[:, None] - 1)
    assert torch.equal(SECTIONS[:, 0], before + 1 + torch.arange(GONE))


def test_the_outside_section_is_a_run_of_what_is_left() -> None:
    assert bool((SECTIONS[:, 1].diff() == 1).all())
    assert bool((SECTIONS[:, 1, :, None] == CLIPS[:, 1, None]).any(-1).all())


def test_frames_are_taken_from_where_each_run_begins() -> None:
    assert take_run(NUMBERS[:2], torch.tensor([0, 3]), 3).tolist() == [[0, 1, 2], [3, 4, 5]]
