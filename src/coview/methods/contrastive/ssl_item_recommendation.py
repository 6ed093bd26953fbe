"""Self-supervised item recommendation."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.data.source import UNNAMED
from coview.errors import UserError
from coview.kinds import AboveZero, Count, Rate, Weight
from coview.losses.sampled_softmax import even_info_nce_rows, sampled_softmax_rows
from coview.methods.crossmodal.base import JointMethod
from coview.nn.association import Association
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.frequency import Frequency
from coview.views.complementary import Masking, complementary
from coview.views.draw import Draw
from coview.views.interactions import first_met
from coview.views.looks import Positives, looks


class SSLItemRecommendation(JointMethod):
    """Queries find their items, and an item's one half of the features finds the other.

    Paper: Self-supervised Learning for Large-scale Item Recommendations. Yao, Yi, Cheng, Yu, Chen, Menon, Hong, Chi,
    Tjoa, Kang, Ettinger. CIKM 2021. https://arxiv.org/abs/2007.12865

    Views: query and item as they are; two looks at the item that share no feature, or augmented ones if it is no table.

    Loss: `sampled_softmax_rows` of queries and their items, plus `contrast` times InfoNCE from the one look to the
    other among the step's items, both of unit vectors of the two towers. In the second an item weighs one by how often
    steps hold it, where it is asked and where it is chosen from, since the authors draw items evenly for it.

    Requires: two slots, queries and items, and what tells items apart: `--group COLUMN`, the column that names them.
    Samples of one item share the level of `Batch.within` named as its slot, else the only level that is named and is
    not the queries'; without one each sample is an item of its own.

    Relations: SLIP, with an item's features for its picture. The authors' mutual information is known beforehand, here
    it is counted on the way. They drop values of features that have several; here features.

    Args:
        encoders: slot -> its encoder.
        item: the items' slot; by default the last that is a table, or the last.
        dim: width of the joint space.
        masking: which features go together.
        drop: share of the features shown that a look goes without.
        contrast: weight of the looks' contrast (the authors' alpha).
        temperature: of both losses, in units of cosine similarity.
        corrected: whether popular items are corrected for in the first loss (Yi et al. 2019), which its equation in
            the paper does not.

    Example:
        >>> import coview
        >>> run = coview.fit("ssl-item-recommendation", data="emoji", steps=5, batch_size=32)
        >>> run.steps
        5
    """

    slot_counts = (2, 2)

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        item: str = "",
        dim: Count = 64,
        masking: Masking = Masking.CORRELATED,
        drop: Rate = 0.1,
        contrast: Weight = 0.1,
        temperature: AboveZero = 0.1,
        corrected: bool = False,
    ) -> None:
        super().__init__(encoders, dim=dim, positives=Positives.NATURAL, plain=())
        self.item = item or [*encoders, *(slot for slot, e in encoders.items() if e.modality.name == "table")][-1]
        if self.item not in encoders:
            raise UserError(f"item is one of the slots {', '.join(encoders)}; {item!r} was given")
        (self.query,) = encoders.keys() - {self.item}
        self.frequency = Frequency()
        layout = getattr(encoders[self.item].modality, "layout", None)
        self.association = None if layout is None else Association(layout)
        self.masking, self.drop, self.contrast, self.temperature = Masking(masking), drop, contrast, temperature
        self.corrected = corrected

    def roles(self) -> dict[str, str]:
        return {self.query: "queries", self.item: "items (--item names another)"}

    def views(self, batch: Batch, draw: Draw) -> Views:
        found = super().views(batch, draw)
        item, modality = batch[self.item], self.slot_encoders()[self.item].modality
        found.carry[f"{self.item}/who"] = self._who(batch)
        if self.contrast and self.association is None:
            found.views[f"{self.item}/looks"] = looks(item, modality, draw / "looks", 2, Positives.AUGMENT)
        elif self.contrast and self.association is not None:
            pair = complementary(item, self.association.information, self.masking, self.drop, draw / "looks")
            found.views[f"{self.item}/looks"] = modality.prepare(pair)
            cells, missing = found[self.item].value[:, 0].unbind(-1)
            found.carry[f"{self.item}/bins"] = self.association.bins(cells.masked_fill(missing > 0.5, torch.nan))
        return found

    def _who(self, batch: Batch) -> Tensor:
        """`(B,)` int64, which item each sample is of."""
        named = [level for level in batch.within if level not in (self.query, UNNAMED)]
        level = self.item if self.item in named or len(named) != 1 else named[0]
        return batch.within.get(level, batch.ids)

    def represent(self, views: Views) -> Reps:
        reps = super().represent(views)
        if (shown := f"{self.item}/looks") in views:
            reps.features[shown] = self.encoders[self.item](views[shown]).pooled
        return Reps({**reps.features, **views.carry})

    def relate(self, z: Features) -> Relations:
        item, there = z[f"{self.item}/who"], z[f"{self.item}/present"][:, 0]
        both = there & z[f"{self.query}/present"][:, 0]
        found = Relations()
        if bool(both.any()):
            q, x = (self.space(s, z[s], z[f"{s}/present"])[both, 0] for s in (self.query, self.item))
            own, who = torch.arange(len(q), device=q.device), item[both]
            shared = (x, who, self.frequency.log_share(who) * self.corrected, self.temperature)
            found.losses["retrieval"] = by_rows(sampled_softmax_rows, (q, own), shared).mean()
            found.kept["item"], found.seen[f"{self.query}-{self.item}"] = who, torch.stack([q, x], 1)
        if (shown := f"{self.item}/looks") in z and bool(there.any()):
            order = z.key.argsort()
            at = order[first_met(item[order], there[order])]
            one, other = self.space(self.item, z[shown], there[:, None].expand(-1, 2))[at].unbind(1)
            own = torch.arange(len(at), device=at.device)
            share = self.frequency.log_share(item[at])
            each = by_rows(even_info_nce_rows, (one, own), (other, share, self.temperature))
            found.losses["features"] = self.contrast * (torch.softmax(-share, 0) * each).sum()
            found.kept |= {"bins": z[bins][at]} if (bins := f"{self.item}/bins") in z else {}
        return found

    def after_step(self, kept: dict[str, Tensor]) -> None:
        if "item" in kept:
            self.frequency.count(kept["item"])
        if "bins" in kept and self.association is not None:
            self.association.add(kept["bins"])
