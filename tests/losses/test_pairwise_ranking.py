"""Bayesian personalised ranking where its value is known."""

from __future__ import annotations

from math import log

import torch

from coview.losses import pairwise_ranking


def test_equal_scores_cost_a_coins_surprise_and_far_ones_their_distance() -> None:
    found = pairwise_ranking(torch.tensor([2.0, 60.0, 0.0]), torch.tensor([2.0, 0.0, 60.0]))
    torch.testing.assert_close(found, torch.tensor([log(2), 0.0, 60.0]))
