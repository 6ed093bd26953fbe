"""The exact step: the gradient of the whole batch, in chunks, on any number of processes.

First pass: views and represent, chunk by chunk; features are gathered, graphs dropped but for the last chunk's.
Relate: once, on the joined batch, alike on every process. Second pass: each chunk again from the same draws, the
gradient at its features pushed through together with its own losses. A chunk none of whose features has a graph is
done in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.engine.buffers import Buffers
from coview.engine.devices import seed_generators
from coview.engine.join import join
from coview.engine.lanes import LaneGrads, Lanes, one_lane
from coview.engine.processes import average, exchange, reduce_gradients, world
from coview.engine.stopwatch import Stopwatch
from coview.methods.base import Method
from coview.nn.ema import Memo
from coview.views.draw import Draw, combine


@dataclass
class Step:
    """What one step found; nothing has moved yet but the buffers held by `buffers`.

    Args:
        losses: mean of every loss carried this step, scalars without graph.
        gradients: by lane, one for each of `parameters`; None where no loss of the lane reached it.
        parameters: the method's trainable parameters.
        kept, seen: from `relate`, detached.
        buffers: to roll back if the step is not taken.
        samples: over all processes.
    """

    losses: dict[str, Tensor]
    gradients: dict[Hashable, list[Tensor | None]]
    parameters: list[Tensor]
    kept: dict[str, Tensor]
    seen: dict[str, Tensor]
    buffers: Buffers
    samples: int


@dataclass
class _Pass:
    """One chunk between the two passes."""

    batch: Batch
    memo: Memo
    rows: slice
    views: Views | None = None
    reps: Reps | None = None
    features: dict[str, Tensor] = field(default_factory=dict)
    done: bool = False


class ExactStep:
    """Computes one step's losses and gradients.

    Args:
        method: the method; its mode (train) is the caller's business.
        chunks: this process's chunks of the step.
        samples: of the whole step, over all processes.
        seed, step: what draws depend on beside the samples.
        lanes: which gradient each loss is added to.
        autocast: makes the context that networks run in.
        watch: takes the times of views, encoders and relations.
    """

    def __init__(
        self,
        method: Method,
        chunks: Sequence[Batch],
        samples: int,
        *,
        seed: int,
        step: int,
        lanes: Lanes = one_lane,
        autocast: Callable[[], AbstractContextManager[object]] = nullcontext,
        watch: Stopwatch | None = None,
    ) -> None:
        self.method, self.samples, self.seed, self.step = method, samples, seed, step
        self.lanes, self.autocast, self.watch = lanes, autocast, watch or Stopwatch()
        self.parameters: list[Tensor] = [p for p in method.parameters() if p.requires_grad]
        self.stores: dict[Hashable, list[Tensor | None]] = {}
        self.passes: list[_Pass] = []
        self.graphs: set[str] = set()
        at = 0
        for batch in chunks:
            self.passes.append(_Pass(batch, Memo(), slice(at, at + len(batch))))
            at += len(batch)
        self.rows = exchange(at)
        self.device = next(iter(method.parameters())).device

    def run(self) -> Step:
        """The whole step."""
        buffers = Buffers(self.method)
        alone = len(self.passes) == 1 and world()[1] == 1
        weight_sums = self._weigh()
        own_sums = self._first_pass(buffers, weight_sums, alone)
        joined, leaves, own_sums, touched = self._join(own_sums, buffers)
        relations, seen = self._relate(joined)
        self._push_relations(relations, leaves)
        self._second_pass(buffers, weight_sums, leaves)
        if not alone:
            buffers.apply(self.samples, touched)
        losses = {n: t / self._mass(n, weight_sums) for n, t in own_sums.items()}
        losses |= {n: loss.detach() for n, loss in relations.losses.items()}
        lanes = sorted({lane for name in losses for lane in self.lanes(name)}, key=str)
        empty: list[Tensor | None] = [None] * len(self.parameters)
        gradients = {lane: reduce_gradients(self.stores.get(lane, list(empty)), self.parameters) for lane in lanes}
        kept = {n: t.detach() for n, t in relations.kept.items()}
        return Step(losses, gradients, self.parameters, kept, seen, buffers, self.samples)

    # -- the pieces, in order

    def _look(self, chunk: _Pass) -> Views:
        with self.watch("views"), torch.no_grad():
            seed_generators(combine(self.seed, self.step, int(chunk.batch.key.min()), 1), self.device)
            views = self.method.views(chunk.batch, Draw(self.seed, self.step, chunk.batch.key))
        views.key = chunk.batch.key
        return views

    def _weigh(self) -> dict[str, float]:
        """The sum of each named weight over the whole step, before any encoder runs."""
        sums: dict[str, float] = {}
        for chunk in self.passes:
            views = self._look(chunk)
            if len(self.passes) == 1:
                chunk.views = views
            for name, weight in views.weights.items():
                sums[name] = sums.get(name, 0.0) + float(weight.double().sum())
            if not views.weights:  # every chunk names the same weights
                break
        total: dict[str, float] = {}
        for theirs in exchange(sums):
            for name, value in theirs.items():
                total[name] = total.get(name, 0.0) + value
        return total

    def _mass(self, name: str, weight_sums: dict[str, float]) -> float:
        return weight_sums.get(name, float(self.samples))

    def _represent(self, chunk: _Pass) -> tuple[Views, Reps]:
        views = chunk.views if chunk.views is not None else self._look(chunk)
        with self.watch("encoders"), chunk.memo, self.autocast():
            seed_generators(combine(self.seed, self.step, int(chunk.batch.key.min()), 2), self.device)
            return views, self.method.represent(views)

    def _own(self, views: Views, reps: Reps, weight_sums: dict[str, float]) -> dict[str, Tensor]:
        """The sum of w l over a chunk by loss; rows of no weight are left out before the sum, not multiplied."""
        found: dict[str, Tensor] = {}
        for name, each in reps.losses.items():
            if self._mass(name, weight_sums) == 0:
                continue
            weight = views.weights.get(name)
            if each.shape != (len(views.key if views.key is not None else views),):
                raise ValueError(
                    f"the loss {name!r} of represent has shape {tuple(each.shape)}; it needs one number a sample"
                )
            each = each if each.dtype == torch.float64 else each.float()
            if weight is not None:
                rows = weight > 0
                each = each[rows] * weight[rows].to(each.dtype)
            found[name] = each.sum()
        return found

    def _first_pass(self, buffers: Buffers, weight_sums: dict[str, float], alone: bool) -> dict[str, Tensor]:
        sums: dict[str, Tensor] = {}
        for chunk in self.passes:
            last = chunk is self.passes[-1]
            views, reps = self._represent(chunk)
            if not alone:
                buffers.collect(len(chunk.batch))
            own = self._own(views, reps, weight_sums)
            for name, value in own.items():
                sums[name] = sums.get(name, torch.zeros_like(value)) + value.detach()
            chunk.features = {n: f.detach() for n, f in reps.features.items()}
            graphs = {n for n, f in reps.features.items() if f.requires_grad}
            self.graphs |= graphs
            if last:
                chunk.views, chunk.reps = views, reps
            elif not graphs:
                self._push(own, weight_sums, [], {}, final=True)
                chunk.done, chunk.memo = True, Memo()
            else:
                chunk.views = None
        return sums

    def _join(
        self, own_sums: dict[str, Tensor], buffers: Buffers
    ) -> tuple[Features, dict[str, Tensor], dict[str, Tensor], list[dict[int, Tensor | None]]]:
        """All chunks' features of all processes, those that need a gradient as leaves."""
        chunks = [chunk.features | {"*key": chunk.batch.key} for chunk in self.passes]
        word = ({n: float(v) for n, v in own_sums.items()} if world()[1] > 1 else {}, buffers.counted())
        joined, graphs, told = join(chunks, self.graphs, self.rows, self.device, word)
        if len(told) > 1:
            own_sums = {}
            for sums, _ in told:
                for n, v in sums.items():
                    own_sums[n] = own_sums.get(n, torch.zeros((), dtype=torch.float64, device=self.device)) + v
        key = joined.pop("*key")
        leaves = {n: joined[n].requires_grad_() for n in sorted(graphs)}
        touched = [moved for _, moved in told]
        return Features(joined, key, Draw(self.seed, self.step, key)), leaves, own_sums, touched

    def _relate(self, joined: Features) -> tuple[Relations, dict[str, Tensor]]:
        with self.watch("relations"), self.autocast():
            seed_generators(combine(self.seed, self.step), self.device)
            relations = self.method.relate(joined)
        return relations, {n: t.detach() for n, t in relations.seen.items()}

    def _push_relations(self, relations: Relations, leaves: dict[str, Tensor]) -> None:
        """Gradients of the relations at heads and features, the same on every process after the average."""
        by_lane: dict[Hashable, Tensor] = {}
        for name, loss in relations.losses.items():
            if not loss.requires_grad:
                continue
            for lane, weight in self.lanes(name).items():
                part = loss * weight
                by_lane[lane] = by_lane[lane] + part if lane in by_lane else part
        self.at_features: dict[Hashable, dict[str, Tensor]] = {}
        with self.watch("relations"):
            for i, (lane, loss) in enumerate(by_lane.items()):
                for leaf in leaves.values():
                    leaf.grad = None
                with self._lane(lane):
                    loss.backward(retain_graph=i < len(by_lane) - 1)
                self.at_features[lane] = {n: leaf.grad for n, leaf in leaves.items() if leaf.grad is not None}
                if world()[1] > 1:
                    heads = [g for g in self.stores[lane] if g is not None]
                    torch._foreach_div_(heads, world()[1]) if heads else None
                    average(list(self.at_features[lane].values()))

    def _second_pass(self, buffers: Buffers, weight_sums: dict[str, float], leaves: dict[str, Tensor]) -> None:
        before = sum(self.rows[: world()[0]])
        buffers.hold()
        for chunk in reversed(self.passes):  # the last chunk's graph is still there: use it first and free it
            if chunk.done:
                continue
            if chunk.reps is not None and chunk.views is not None:
                views, reps = chunk.views, chunk.reps
            else:
                views, reps = self._represent(chunk)
                buffers.release()
            rows = slice(before + chunk.rows.start, before + chunk.rows.stop)
            own = self._own(views, reps, weight_sums)
            with_graph = [n for n, f in reps.features.items() if f.requires_grad]
            pushed = {
                lane: {n: grads[n][rows] for n in with_graph if n in grads} for lane, grads in self.at_features.items()
            }
            self._push(own, weight_sums, [(n, reps.features[n]) for n in with_graph], pushed, final=True)
            chunk.reps = chunk.views = None

    def _push(
        self,
        own: dict[str, Tensor],
        weight_sums: dict[str, float],
        features: list[tuple[str, Tensor]],
        at_features: dict[Hashable, dict[str, Tensor]],
        *,
        final: bool,
    ) -> None:
        """Backward through one chunk, lane by lane."""
        losses = {n: v / self._mass(n, weight_sums) for n, v in own.items() if v.requires_grad}
        lanes: dict[Hashable, list[tuple[Tensor, Tensor | None]]] = {}
        for name, loss in losses.items():
            for lane, weight in self.lanes(name).items():
                lanes.setdefault(lane, []).append((loss * weight, None))
        for lane, grads in at_features.items():
            for name, value in features:
                if name in grads:
                    grad = grads[name]
                    fitted = grad[tuple(slice(0, s) for s in value.shape)].to(value.dtype)
                    lanes.setdefault(lane, []).append((value, fitted))
        with self.watch("encoders"):
            for i, (lane, roots) in enumerate(lanes.items()):
                with self._lane(lane):
                    torch.autograd.backward(
                        [r for r, _ in roots], [g for _, g in roots], retain_graph=i < len(lanes) - 1 or not final
                    )

    def _lane(self, lane: Hashable) -> AbstractContextManager[None]:
        return LaneGrads(self.parameters, self.stores.setdefault(lane, [None] * len(self.parameters)))
