"""Metrics of claims about two slots: what is found where, and whose things are found by the other slot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coview.papers.claim import Metric
from coview.papers.metrics import scored_part

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data
    from coview.engine.run import Run


def hit_metric(label: str, across: int, down: int) -> Metric:
    """How often a method's map is greatest in the right tile of a mosaic; equal maxima share the hit.

    Whoever always points at the same place, the centre for one, hits 1 / (across * down) where tiles are drawn evenly.

    Args:
        label: which tile is right, counted row by row.
        across, down: tiles of the mosaic.
    """
    how = {"label": label, "across": across, "down": down, "chance": 1 / (across * down)}

    def score(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
        import torch

        from coview.evaluate.localise import locate_data, tile_hits

        part = scored_part(rows)
        (heat,) = locate_data(run.method, data, rows[part])
        there = heat.present
        hits = tile_hits(heat.values[there], torch.from_numpy(data.labels[label])[rows[part]][there], across, down)
        return float(hits.mean()), {"split": part, "asked": heat.asked, "slot": heat.slot, "scored": len(hits), **how}

    return Metric(f"{label} hit by {across} x {down} maps", score, how)


def found_metric(one: str, other: str, label: str) -> Metric:
    """NDCG@20 of finding things of one's own class in the other slot: the mean over both directions.

    Everything of the part that is scored is ranked by cosine in the joint space.

    Args:
        one, other: the two slots.
        label: the class that makes an answer right.
    """
    how = {"slots": [one, other], "label": label, "metric": "NDCG@20"}

    def score(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
        import numpy as np
        from torch.nn import functional as F

        from coview.evaluate.embed import embed_data, space_of
        from coview.evaluate.ranking import top

        part = scored_part(rows)
        spaces = embed_data(run.method, data, rows=rows[part])
        space = space_of(spaces, one, other)
        assert space is not None
        there = rows[part][(spaces[space][one].present & spaces[space][other].present)[rows[part], 0]]
        a, b = (F.normalize(spaces[space][slot].values[there, 0], dim=1).numpy() for slot in (one, other))
        same = data.labels[label][there.numpy()]
        wanted = same[:, None] == same[None]
        found = [top(x @ y.T, wanted, np.zeros_like(wanted))["NDCG@20"] for x, y in ((a, b), (b, a))]
        details = {"split": part, "scored": len(there), f"{one} to {other}": found[0], f"{other} to {one}": found[1]}
        return sum(found) / 2, {**details, **how, "chance": float(wanted.mean())}

    return Metric(f"{one} and {other} of one {label}, NDCG@20", score, how)
