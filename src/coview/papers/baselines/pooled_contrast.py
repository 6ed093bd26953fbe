"""Contrast of pooled tokens, the baseline that DenseAV is held against."""

from __future__ import annotations

from collections.abc import Sequence

from coview.methods.crossmodal.denseav import DenseAV
from coview.nn.dense_similarity import pooled_similarity
from coview.nn.encoder import Encoder
from coview.views.looks import Positives


class PooledContrast(DenseAV):
    """A picture and what is said of it are as alike as their mean tokens.

    Paper: Separating the "Chirp" from the "Chat": Self-supervised Visual Grounding of Sound and Language. Hamilton,
    Zisserman, Hershey, Freeman. CVPR 2024. https://arxiv.org/abs/2406.05629 (its ablation with average pooling)

    Views: as DenseAV.

    Loss: DenseAV's, S being the product of the mean place and the mean moment.

    Requires: as DenseAV.

    Relations: DenseAV with one head and means in the place of maxima; its maps are read alike, from tokens before they
    are pooled.

    Args:
        encoders: two slots' encoders: what is looked at, and what is said of it.
        dim: width of a token.
        nonnegativity, smoothness, calibration, scale, positives, plain: as of DenseAV.

    Example:
        >>> import coview
        >>> run = coview.fit("pooled_contrast.py:PooledContrast", data="emoji", steps=5)  # doctest: +SKIP
    """

    similarity = staticmethod(pooled_similarity)

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: int = 128,
        nonnegativity: float = 0.01,
        smoothness: float = 0.01,
        calibration: float = 0.1,
        scale: float = 1.0,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        weights = {"nonnegativity": nonnegativity, "smoothness": smoothness, "calibration": calibration}
        super().__init__(encoders, heads=1, dim=dim, **weights, scale=scale, positives=positives, plain=plain)
