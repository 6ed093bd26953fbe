"""I-JEPA."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.kinds import Count, Share, Shares, Within
from coview.losses import latent_regression
from coview.methods.predictive.base import LatentPrediction
from coview.nn.encoder import Encoder
from coview.views.blocks import blocks, step_share
from coview.views.draw import Draw
from coview.views.looks import Positives


class IJEPA(LatentPrediction):
    """From one part of a sample, what a slow teacher says of other parts is predicted: their meaning, not their pixels.

    Paper: Self-Supervised Learning from Images with a Joint-Embedding Predictive Architecture. Assran, Duval, Misra,
    Bojanowski, Vincent, Rabbat, LeCun, Ballas. CVPR 2023. https://arxiv.org/abs/2301.08243

    Views: one natural view; in it several target blocks of one size (drawn once a step, placed by key) and one large
    context block, less all target tokens.

    Loss: smooth L1 between the prediction at each target block's tokens and the teacher's tokens there, the teacher
    having read the whole view, each of its tokens normalised over features. The predictor reads the context's tokens
    and, for one block at a time, mask tokens with the block's positions. The teacher follows the encoder:
    theta_t <- m theta_t + (1 - m) theta, with m rising linearly to 1.

    Requires: one slot of any modality, and an encoder with tokens. A sample of one token predicts nothing.

    Relations: data2vec hides tokens in the encoder and predicts from there; here the encoder never sees a mask token
    and a predictor does. MAE with latents as targets, in blocks. The authors keep the teacher; here the encoder is
    kept, of which a short run's teacher is a much earlier one.

    Args:
        encoder: the slot's encoder.
        predictor_dim: width of the predictor (the paper: 384).
        predictor_depth: its blocks (the paper: 6 to 12).
        targets: target blocks (as in the paper).
        target_scale: least and greatest share of the tokens in a target block (as in the paper).
        target_aspect: least and greatest height over width of target blocks (as in the paper).
        context_scale: least and greatest share of the tokens in the context block (as in the paper).
        momentum: m at the start (as in the paper).
        positives: where the view comes from; natural reads it without augmentation, auto augments it.

    Example:
        >>> import coview
        >>> run = coview.fit("i-jepa", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        predictor_dim: Count = 64,
        predictor_depth: Count = 2,
        targets: Count = 4,
        target_scale: Shares = (0.15, 0.2),
        target_aspect: Annotated[tuple[float, float], Within(above=0, rising=True)] = (0.75, 1.5),
        context_scale: Shares = (0.85, 1.0),
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
        self.target_scale, self.target_aspect, self.context_scale = target_scale, target_aspect, context_scale

    def place(self, draw: Draw, grid: tuple[int, ...], valid: Tensor | None) -> tuple[Tensor, Tensor]:
        length = None if valid is None else valid.sum(-1)
        share = step_share(draw, "target share", self.target_scale)
        aspect = step_share(draw, "target aspect", self.target_aspect)
        targets = blocks(draw, "target", grid, 1, self.targets, share=share, aspect=aspect, length=length)
        share = step_share(draw, "context share", self.context_scale)
        context = blocks(draw, "context", grid, 1, 1, share=share, length=length)[:, :, 0]
        if valid is not None:
            context, targets = context & valid, targets & valid[:, :, None]
        free = context & ~targets.any(2)
        # where targets took the whole context (a few tokens in all) one token of it, drawn by key, is given back
        spared = (draw("spared", 1, context.shape[-1]).masked_fill(~context, 2.0)).argmin(-1, keepdim=True)
        given = torch.zeros_like(context).scatter(2, spared, ~free.any(2, keepdim=True)) & context
        return free | given, targets & ~given[:, :, None]

    def distance(self, predicted: Tensor, goal: Tensor, asked: Tensor) -> Tensor:
        return latent_regression(predicted, F.layer_norm(goal, goal.shape[-1:]), asked)
