"""T-JEPA."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor

from coview.kinds import Count, Share, Shares
from coview.losses import masked_squared_error
from coview.methods.predictive.base import LatentPrediction
from coview.nn.encoder import Encoder
from coview.views.blocks import step_share
from coview.views.draw import Draw
from coview.views.looks import Positives
from coview.views.subsets import subsets


class TJEPA(LatentPrediction):
    """From some columns of a row, what a slow teacher says of others is predicted: no row is ever distorted.

    Paper: T-JEPA: Augmentation-Free Self-Supervised Learning for Tabular Data. Thimonier, De Melo Costa, Popineau,
    Rimmel, Doan. ICLR 2025. https://arxiv.org/abs/2410.05016 (authors' code: jose-melo/t-jepa)

    Views: one natural view, not augmented; in it a random subset of the tokens as context, and several random subsets
    of the rest as targets. How many tokens they hold is drawn once a step, which ones by key.

    Loss: the mean squared error between the prediction at the targets' tokens and the teacher's tokens there, the
    teacher having read the whole view. The predictor reads the context's tokens and, for one subset at a time, mask
    tokens with the targets' positions. The teacher follows the encoder: theta_t <- m theta_t + (1 - m) theta, with m
    rising linearly to 1.

    Requires: one slot of any modality, and an encoder with tokens. A sample of one token predicts nothing.

    Relations: I-JEPA with subsets in place of blocks, a squared error, and the regularisation token: a learned token
    that encoder and teacher read beside a row's own and that is neither predicted nor predicted from; without it, says
    the paper, rows fall on one point. It is the encoder's option `registers`, here 1, for networks that have it. In the
    authors' code masks count it among the columns. They read a row by all of its tokens side by side; here it is their
    mean. They keep the teacher; here the encoder is kept, of which a short run's teacher is a much earlier one.

    Args:
        encoder: the slot's encoder.
        predictor_dim: width of the predictor (the authors search 4 to 128).
        predictor_depth: its blocks (the authors search 2 to 32).
        targets: subsets that are predicted (as in the authors' code).
        context_share: least and greatest share of the tokens in the context (as in the authors' code).
        target_share: least and greatest share of the tokens in a target (as in the authors' code).
        momentum: m at the start (as in the authors' code, for tens of thousands of steps; of hundreds, 0.95 and less).
        positives: where the view comes from; natural reads it without augmentation, auto augments it.

    Example:
        >>> import coview
        >>> run = coview.fit("t-jepa", data="letter", steps=20, encoder_options={"dim": 32})
        >>> run.verdict.status
        'healthy'
    """

    encoder_defaults: ClassVar[Mapping[str, Any]] = {"registers": 1}

    def __init__(
        self,
        encoder: Encoder,
        *,
        predictor_dim: Count = 64,
        predictor_depth: Count = 2,
        targets: Count = 4,
        context_share: Shares = (0.2, 0.4),
        target_share: Shares = (0.2, 0.4),
        momentum: Share = 0.996,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__(
            encoder,
            predictor_dim=predictor_dim,
            predictor_depth=predictor_depth,
            targets=targets,
            momentum=momentum,
            positives=positives,
        )
        self.context_share, self.target_share = context_share, target_share

    def place(self, draw: Draw, grid: tuple[int, ...], valid: Tensor | None) -> tuple[Tensor, Tensor]:
        context = step_share(draw, "context share", self.context_share)
        target = step_share(draw, "target share", self.target_share)
        return subsets(draw, math.prod(grid), self.targets, context_share=context, target_share=target, valid=valid)

    def distance(self, predicted: Tensor, goal: Tensor, asked: Tensor) -> Tensor:
        return masked_squared_error(predicted.flatten(1, 2), goal.flatten(1, 2), asked.flatten(1))
