"""Small real trainings: perceptrons on noisy views of handwritten digits, with what each method needs or without."""

from __future__ import annotations

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

from coview.health.reading import Reading, read
from coview.health.verdict import Verdict, judge
from coview.losses import cross_correlation, negative_cosine, nt_xent, vicreg

STEPS, BATCH, LOOKS = 300, 96, 10


def head(*dims: int, last: bool = False) -> nn.Sequential:
    hidden, out, width = dims[1], dims[2], dims[0]
    layers = [nn.Linear(width, hidden), nn.BatchNorm1d(hidden), nn.ReLU(), nn.Linear(hidden, out)]
    return nn.Sequential(*layers, *([nn.BatchNorm1d(out, affine=False)] if last else []))


class Run:
    """One method's networks and loss by name; `train` gives the verdict."""

    def __init__(self, name: str, seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.name = name
        self.encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64))
        self.projector = head(64, 128, 64, last=name.startswith("simsiam"))
        self.predictor = head(64, 32, 64)
        self.data = torch.tensor(load_digits(return_X_y=True)[0], dtype=torch.float32) / 8 - 1

    def loss(self, a: Tensor, b: Tensor) -> Tensor:
        match self.name:
            case "simclr":
                return nt_xent(a, b, 0.2)
            case "simclr, temperature 100":
                return nt_xent(a, b, 100.0)
            case "barlow twins":
                return cross_correlation(a, b)
            case "barlow twins without redundancy reduction":
                return cross_correlation(a, b, redundancy_weight=0.0)
            case "vicreg":
                return vicreg(a, b)
            case "vicreg without variance and covariance":
                return (a - b).square().mean()
            case "simsiam":
                return (
                    negative_cosine(self.predictor(a), b.detach()) + negative_cosine(self.predictor(b), a.detach())
                ) / 2
            case "simsiam without stop-gradient":
                return (negative_cosine(self.predictor(a), b) + negative_cosine(self.predictor(b), a)) / 2
        raise KeyError(self.name)

    def look(self, x: Tensor) -> Tensor:
        return x * (0.7 + 0.6 * torch.rand(len(x), 1)) + 0.4 * torch.randn_like(x)

    @torch.no_grad()
    def readings(self, seen: Tensor | None) -> dict[str, Reading]:
        found = {"embedding/digit": read(self.encoder(self.data[1500:]))}
        return found if seen is None else found | {"relation/projection": read(seen)}

    def train(self, steps: int = STEPS) -> Verdict:
        parts = nn.ModuleList([self.encoder, self.projector, self.predictor])
        optimizer = torch.optim.AdamW(parts.parameters(), 1e-3)
        reference, latest, losses = self.readings(None), {}, []
        for step in range(steps):
            x = self.data[torch.randint(1500, (BATCH,))]
            a, b = (self.projector(self.encoder(self.look(x))) for _ in range(2))
            seen = torch.stack([a, b], 1).detach()
            if step == 0:
                reference |= {"relation/projection": read(seen)}
            loss = self.loss(a, b)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if (step + 1) % (steps // LOOKS) == 0:
                latest = self.readings(seen)
                losses.append({"loss": loss.item()})
        return judge(latest, reference, losses=losses, steps=steps)
