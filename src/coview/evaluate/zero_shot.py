"""Zero-shot: classes named in text, found in a joint space without any labelled sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from coview.batch import Batch, View
from coview.data.source import Data
from coview.evaluate.embed import evaluating
from coview.evaluate.items import Items, accuracies, unit
from coview.methods.base import Method

TEMPLATES = ("{}",)


def zero_shot(test: Items, class_vectors: np.ndarray) -> dict[str, float]:
    """Accuracy of the class whose vector is nearest by cosine.

    Paper: Learning Transferable Visual Models From Natural Language Supervision. Radford et al. ICML 2021.
    https://arxiv.org/abs/2103.00020 (section 3.1).

    Args:
        test: items in the joint space.
        class_vectors: `(C, D)`, one for each class code.
    """
    return accuracies((unit(test.x) @ unit(class_vectors).T).argmax(1), test.y)


def class_vectors(
    method: Method, data: Data, slot: str, space: str, names: Sequence[str], templates: Sequence[str] = TEMPLATES
) -> Tensor:
    """`(C, D)`: each class's name in every template, embedded as text, brought to length 1 and averaged.

    Args:
        method: its `embed` reads a batch that has the text slot alone.
        data: for the text slot's modality.
        slot: the text slot.
        space: the joint space.
        names: of the C classes.
        templates: with one `{}` each, where the name stands.
    """
    modality = data.modalities[slot]
    texts = [template.format(name) for name in names for template in templates]
    view: View = modality.collate([[modality.read(text)] for text in texts])
    ids = torch.arange(len(texts))
    device = next((p.device for p in method.parameters()), torch.device("cpu"))
    with evaluating(method), torch.inference_mode():
        found = method.embed(Batch({slot: view}, ids, ids).to(device))[space][slot]
        vectors = F.normalize(found.values[:, 0].float(), dim=1)
    return F.normalize(vectors.unflatten(0, (len(names), len(templates))).mean(1), dim=1).cpu().clone()
