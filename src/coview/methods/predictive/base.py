"""What methods that predict a slow teacher's tokens from a part of them have in common."""

from __future__ import annotations

from torch import Tensor

from coview.batch import Batch, Reps, Views
from coview.methods.base import ALONE, Method
from coview.nn.decoders import TokenDecoder
from coview.nn.ema import Teacher
from coview.nn.encoder import Encoder
from coview.nn.tokens import places_of, positions, rows_there, spread, take, token_valid
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class LatentPrediction(Method):
    """Base of the joint-embedding predictive methods: an encoder reads a context, a teacher reads the whole, and a
    predictor says from the context's tokens what the teacher says of several sets of targets, one set at a time.

    Where context and targets lie (`place`) and how far a prediction is off (`distance`) is the method's own.

    Args:
        encoder: the slot's encoder.
        predictor_dim: width of the predictor.
        predictor_depth: its blocks.
        targets: sets of targets.
        momentum: of the teacher at the start; it rises linearly to 1.
        positives: where the view comes from.
    """

    needs_tokens = True
    batch_size = ALONE

    def __init__(
        self,
        encoder: Encoder,
        *,
        predictor_dim: int,
        predictor_depth: int,
        targets: int,
        momentum: float,
        positives: Positives,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.teacher = Teacher(encoder)
        self.predictor = TokenDecoder(encoder.dim, predictor_dim, predictor_depth, encoder.dim)
        self.targets = targets
        self.momentum = momentum
        self.positives = Positives(positives)

    def place(self, draw: Draw, grid: tuple[int, ...], valid: Tensor | None) -> tuple[Tensor, Tensor]:
        """The context `(B, 1, T)` and the targets `(B, 1, targets, T)`, bool, with nothing in common and no padding."""
        raise NotImplementedError

    def distance(self, predicted: Tensor, goal: Tensor, asked: Tensor) -> Tensor:
        """How far predictions are from the teacher's tokens, `(n, targets, M, D)` both, where asked: `(n,)`."""
        raise NotImplementedError

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.encoder.modality
        view = looks(batch[self.encoder.slot], modality, draw, 1, self.positives)
        context, targets = self.place(draw, modality.grid(view), token_valid(modality, view))
        keep, keep_valid = positions(context)
        wanted, wanted_valid = positions(targets)
        params = {"keep": keep, "keep_valid": keep_valid, "wanted": wanted, "wanted_valid": wanted_valid}
        weight = wanted_valid.flatten(1).sum(1) * view.present[:, 0]
        return Views({"view": view.with_value(view.value, params=params)}, weights={"latent": weight.float()})

    def represent(self, views: Views) -> Reps:
        view = views["view"]
        how = view.params
        out = self.encoder(view, keep=how["keep"], keep_valid=how["keep_valid"])
        teacher = self.teacher(view)
        if not bool(out.present.any()):
            return Reps(losses={"latent": out.pooled.new_zeros(len(view))})
        rows = rows_there(out.present)
        assert out.tokens is not None
        assert teacher.tokens is not None
        n = self.targets
        wanted, asked = how["wanted"][rows, 0], how["wanted_valid"][rows, 0]
        places = places_of(self.encoder.modality, view, self.predictor.width, rows)
        predicted = self.predictor(
            out.tokens[rows, 0].repeat_interleave(n, 0),
            how["keep"][rows, 0].repeat_interleave(n, 0),
            wanted.flatten(0, 1),
            places if places.ndim == 2 else places.repeat_interleave(n, 0),
            how["keep_valid"][rows, 0].repeat_interleave(n, 0),
            asked.flatten(0, 1),
        ).unflatten(0, (-1, n))
        each = self.distance(predicted, take(teacher.tokens[rows, 0], wanted), asked)
        return Reps(losses={"latent": spread(each, rows, len(view))})

    def after_step(self, kept: dict[str, Tensor]) -> None:
        self.teacher.follow(self.encoder, self.momentum + (1 - self.momentum) * self.clock.progress)
