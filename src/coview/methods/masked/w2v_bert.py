"""w2v-BERT."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import nn
from torch.nn import functional as F

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.errors import UserError
from coview.kinds import AboveZero, Count, Part, Weight, Within
from coview.losses import code_diversity, masked_matching
from coview.losses.parts import masked_mean
from coview.losses.precision import at_least_float32
from coview.methods.base import ALONE, Method
from coview.methods.weights import need_a_loss
from coview.nn.encoder import Encoder
from coview.nn.quantizer import GumbelQuantizer
from coview.nn.tokens import rows_there, spread, take, to_tell, token_valid
from coview.views.draw import Draw
from coview.views.looks import Positives, looks
from coview.views.masks import span_mask


class W2vBERT(Method):
    """The lower half of an encoder learns a codebook by contrast, the upper half tells the codes of what is hidden.

    Paper: w2v-BERT: Combining Contrastive Learning and Masked Language Modeling for Self-Supervised Speech
    Pre-Training. Chung, Zhang, Han, Chiu, Qin, Pang, Wu. ASRU 2021. https://arxiv.org/abs/2108.06209; codebook and
    contrast as in wav2vec 2.0: Baevski, Zhou, Mohamed, Auli. NeurIPS 2020. https://arxiv.org/abs/2006.11477

    Views: one natural view, with spans of its tokens hidden.

    Loss: hidden tokens are rounded to codes q_i by a Gumbel softmax, y_i their likeliest codes without the noise.
    *Contrast*: a linear map c_i of the lower blocks' output finds q_i among the q_j of the sample's other hidden
    places, by cosines over t. *Prediction*: the cross entropy of y_i, told from the upper blocks' output. *Diversity*:
    1 - exp(entropy) / K of the codes' mean probabilities. Their weighted sum.

    Requires: one slot of any modality, and an encoder that gives its layers. A sample of one token predicts nothing.

    Relations: wav2vec 2.0 (the contrast alone) and HuBERT or BERT (the prediction alone) in one run, without clustering
    between runs. The paper has Conformer blocks over convolved frames, both modules reading the same ones; here the
    encoder is the modality's and the codebook reads tokens through an embedding of its own. All other hidden places are
    distractors, except those with the same codes.

    Args:
        encoder: the slot's encoder.
        lower: blocks whose output is contrasted; default half of them (the paper: 12 of 24).
        groups: codebooks, one code of each (wav2vec 2.0: 2).
        codes: K, of each codebook (the paper: 1,024).
        dim: width of codes and of the contrast.
        contrast: weight of the contrast and, by a tenth of it, of the diversity; 0 leaves the prediction, of codes that
            then stay as they were drawn (BEST-RQ: Chiu et al., ICML 2022).
        prediction: weight of the prediction.
        masked: share of tokens hidden (wav2vec 2.0: about 0.5).
        span: tokens hidden together (wav2vec 2.0: 10, of 20 ms).
        temperature: t, in units of cosine similarity (as in wav2vec 2.0).
        noise: temperature of the Gumbel softmax at the start and at the end, falling by a constant factor a step.
        positives: where the view comes from; natural reads it without augmentation.

    Example:
        >>> import coview
        >>> run = coview.fit("w2v-bert", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    needs_tokens = True
    batch_size = ALONE

    def __init__(
        self,
        encoder: Encoder,
        *,
        lower: Count | None = None,
        groups: Count = 2,
        codes: Count = 32,
        dim: Count = 64,
        contrast: Weight = 1.0,
        prediction: Weight = 1.0,
        masked: Part = 0.5,
        span: Count = 4,
        temperature: AboveZero = 0.1,
        noise: Annotated[tuple[float, float], Within(above=0)] = (2.0, 0.5),
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__()
        need_a_loss("w2v-BERT", contrast=contrast, prediction=prediction)
        if lower is not None:
            check_lower(lower, encoder.options.get("depth", lower))
        self.encoder = encoder
        self.read = encoder.modality.token_embedding(dim)
        self.norm = nn.LayerNorm(dim)
        self.quantizer = GumbelQuantizer(dim, groups, codes, dim)
        self.context = nn.Linear(encoder.dim, dim)
        self.tell = nn.Linear(encoder.dim, groups * codes)
        if not contrast:
            for part in (self.read, self.norm, self.quantizer, self.context):
                part.requires_grad_(False)
        self.lower, self.masked, self.span = lower, masked, span
        self.contrast, self.prediction = contrast, prediction
        self.temperature, self.noise = temperature, noise
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.encoder.modality
        view = looks(batch[self.encoder.slot], modality, draw, 1, self.positives)
        tokens = math.prod(modality.grid(view))
        masked = span_mask(draw, tokens, self.masked, self.span, valid=token_valid(modality, view))
        noise = draw("code", tokens, self.quantizer.groups, self.quantizer.codes)
        return to_tell(view, masked, ["contrast", "prediction"], masked=masked, noise=noise)

    def represent(self, views: Views) -> Reps:
        view, modality = views["view"], self.encoder.modality
        out = self.encoder(view, masked=view.params["masked"], layers=True)
        groups, codes = self.quantizer.groups, self.quantizer.codes
        rows = rows_there(out.present)
        wanted, asked = (view.params[name][rows, 0] for name in ("wanted", "asked"))
        exact = torch.promote_types(out.pooled.dtype, torch.float32)  # of what is added up over the step
        used, count = (out.pooled.new_zeros(len(view), *shape, dtype=exact) for shape in ((groups, codes), ()))
        losses = {name: out.pooled.new_zeros(len(view)) for name, w in self._weights().items() if w}
        if not bool(out.present.any()):
            return Reps({"used": used, "count": count}, losses)
        assert out.layers is not None
        assert out.tokens is not None
        tokens = modality.tokens(view).value[rows, 0]
        read = self.read(tokens.to(out.pooled.dtype) if tokens.is_floating_point() else tokens)
        code = self.quantizer(self.norm(take(read, wanted)), take(view.params["noise"][rows], wanted), self._tau())
        used = spread((code.probabilities * asked[..., None, None]).sum(1), rows, len(view))
        count = spread(asked.sum(1).to(count.dtype), rows, len(view))
        if self.contrast:
            lower = self.lower or max(1, len(out.layers) // 2)
            check_lower(lower, len(out.layers))
            layer = out.layers[lower - 1]
            told = self.context(take(layer[rows, 0], wanted))
            same = (code.ids[:, :, None] == code.ids[:, None]).all(-1)
            each = masked_matching(told, code.value, asked, temperature=self.temperature, same=same)
            losses["contrast"] = self.contrast * spread(each, rows, len(view))
        if self.prediction:
            logits = self.tell(take(out.tokens[rows, 0], wanted)).unflatten(-1, (groups, codes))
            likeliest = code.probabilities.argmax(-1, keepdim=True)
            each = -at_least_float32(F.log_softmax)(logits, -1).gather(-1, likeliest)[..., 0].mean(-1)
            losses["prediction"] = self.prediction * spread(masked_mean(each, asked), rows, len(view))
        return Reps({"used": used, "count": count}, losses)

    def _weights(self) -> dict[str, float]:
        return {"contrast": self.contrast, "prediction": self.prediction}

    def _tau(self) -> float:
        start, end = self.noise
        return start * (end / start) ** self.clock.progress

    def relate(self, z: Features) -> Relations:
        total = z["count"].sum()
        if not self.contrast or not total:
            return Relations()
        return Relations({"diversity": 0.1 * self.contrast * code_diversity(z["used"].sum(0) / total)})


def check_lower(lower: int, blocks: int) -> None:
    """Raises UserError unless the encoder has as many blocks as its lower part."""
    if not 1 <= lower <= blocks:
        raise UserError(f"lower is {lower}, and the encoder has {blocks} blocks; it must lie between 1 and {blocks}")
