"""Caption-word prediction, the baseline that CLIP is held against."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.batch import Batch, Embedding, Embeddings, Reps, View, Views
from coview.methods.base import Method, embed_slot
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from coview.views.looks import looks


class WordPrediction(Method):
    """From a picture, the words of its caption are predicted, whatever their order.

    Paper: Learning Transferable Visual Models From Natural Language Supervision. Radford et al. ICML 2021.
    https://arxiv.org/abs/2103.00020 (section 2.3, bag-of-words prediction).

    Views: one of the picture, natural and augmented; the caption as it is.

    Loss: cross entropy between a softmax over the vocabulary, linear in the picture's features, and the caption's
    tokens, each weighing alike.

    Requires: a slot of pictures and one of texts.

    Relations: CLIP without a text encoder and without negatives.

    Args:
        image: the picture's encoder.
        text: gives the caption's tokens; its network is left aside.

    Example:
        >>> import coview
        >>> run = coview.fit("word_prediction.py:WordPrediction", data="emoji", steps=20)  # doctest: +SKIP
    """

    spaces = ("joint",)

    def __init__(self, image: Encoder, text: Encoder) -> None:
        super().__init__()
        self.image = image
        self.texts, self.caption = text.modality, text.slot
        self.words = nn.Linear(image.dim, text.modality.target_dim)

    def views(self, batch: Batch, draw: Draw) -> Views:
        picture = looks(batch[self.image.slot], self.image.modality, draw, 1)
        caption = batch[self.caption]
        weight = (picture.present[:, 0] & caption.present[:, 0]).float()
        return Views({"picture": picture, "caption": caption.pick([0])}, weights={"words": weight})

    def represent(self, views: Views) -> Reps:
        logits = self.words(self.image(views["picture"]).pooled[:, 0]).float()
        share = F.normalize(self.bag(views["caption"])[:, 0], p=1, dim=1)
        return Reps(losses={"words": -(share * logits.log_softmax(1)).sum(1)})

    def bag(self, caption: View) -> Tensor:
        """How often each token occurs: `(B, V, vocabulary)`."""
        assert caption.valid is not None
        counts = torch.zeros(*caption.present.shape, self.words.out_features, device=caption.present.device)
        return counts.scatter_add_(2, caption.value, caption.valid.float())

    def embed(self, batch: Batch) -> Embeddings:
        """The picture's features, and a joint space of words: what a picture calls for, what a caption has.

        The bias, which knows how frequent a word is, stays out of it, so that a cosine compares captions.
        """
        found: Embeddings = {}
        joint: dict[str, Embedding] = {}
        if self.image.slot in batch:
            own = embed_slot(self.image, batch)
            found[self.image.slot] = {self.image.slot: own}
            joint[self.image.slot] = Embedding(F.linear(own.values, self.words.weight), own.present)
        if self.caption in batch:
            caption = batch[self.caption]
            joint[self.caption] = Embedding(self.bag(caption), caption.present)
        return {**found, "joint": joint}
