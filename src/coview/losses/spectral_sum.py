"""Spectra rebuilt group by group must add up: SpectralGPT. Per sample, `(B,)`."""

from __future__ import annotations

from torch import Tensor

from coview.losses.parts import check_alike
from coview.losses.precision import at_least_float32


@at_least_float32
def spectral_sum_error(prediction: Tensor, target: Tensor) -> Tensor:
    """The mean squared difference between the sums over groups of bands, place by place and value by value.

    Paper: SpectralGPT: Spectral Remote Sensing Foundation Model. Hong, Zhang, Li, Li, Li, Yao, Yokoya, Li, Ghamisi,
    Jia, Plaza, Gamba, Benediktsson, Chanussot. TPAMI 2024. https://arxiv.org/abs/2311.07113 (the second target, as in
    the authors' code: danfenghong/IEEE_TPAMI_SpectralGPT). Values without data (NaN) are in neither sum.

    Args:
        prediction: `(B, G, S, P)`, G groups of bands at S places, P values a token.
        target: the same shape, NaN where there is no data.

    Returns:
        `(B,)` per sample, 0 where there is no data.

    Raises:
        ValueError: the two differ in shape.
    """
    check_alike(prediction=prediction, target=target)
    there = target.isfinite()
    off = (prediction - target.nan_to_num(0)).masked_fill(~there, 0).sum(1).square()
    known = there.any(1)
    return off.flatten(1).sum(1) / known.flatten(1).sum(1).clamp_min(1)
