"""lightly's row: its transforms in a DataLoader, its heads and losses, the loop of its examples."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from contenders import SIZE, Contender, Task
from PIL import Image as Pillow
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from coview.engine.devices import autocast
from coview.engine.trainer import Trainer

DOCUMENTED_WORKERS = 8


class Pictures(Dataset[Any]):
    """Pictures through a transform of lightly's."""

    def __init__(self, images: np.ndarray, transform: Any) -> None:
        self.images, self.transform = images, transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, row: int) -> list[Tensor]:
        return self.transform(Pillow.fromarray(self.images[row]))


class Lightly(Contender):
    """lightly on a copy of coview's encoder, with heads of the same widths.

    Args:
        task: the precision and the number of workers are its.
        images: pictures.
        trainer: whose method lends encoder, widths and counts.
        as_documented: optimizer, float32 and eight workers as its examples have them, else AdamW, the task's precision
            and workers. Blur is left out in both, as coview leaves it out under 64 pixels.
    """

    def __init__(self, task: Task, images: np.ndarray, trainer: Trainer, *, as_documented: bool) -> None:
        self.task, self.device = task, torch.device(task.device)
        self.precision = "32" if as_documented else task.precision
        reference: Any = trainer.method
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # lightly deprecates the very parts that its examples use
            make = {
                "simclr": _SimCLR, "barlow-twins": _BarlowTwins, "byol": _BYOL, "dino": _DINO, "mae": _MAE,
            }[task.method]  # fmt: skip
            self.model: Any = make(reference).to(self.device).train()
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer: Any = torch.optim.AdamW(parameters, lr=1.5e-4, fused=True)
        if as_documented and task.method == "dino":
            self.optimizer = torch.optim.Adam(parameters, lr=0.001)
        elif as_documented and task.method == "mae":
            self.optimizer = torch.optim.AdamW(parameters, lr=1.5e-4)
        elif as_documented:
            self.optimizer = torch.optim.SGD(parameters, lr=0.06)
        workers = DOCUMENTED_WORKERS if as_documented else task.workers
        data = Pictures(images, self.model.transform)
        self.loader = DataLoader(data, task.batch, shuffle=True, drop_last=True, num_workers=workers)
        self.batches: Iterator[list[Tensor]] | None = None

    def begin(self) -> None:
        """Fresh workers, so that none worked ahead during another's segment."""
        self.batches = iter(self.loader)

    def end(self) -> None:
        self.batches = None

    def step(self) -> None:
        found = None if self.batches is None else next(self.batches, None)
        if found is None:
            self.batches = iter(self.loader)
            found = next(self.batches)
        views = [x.to(self.device) for x in found]
        self.model.follow()
        with autocast(self.device, self.precision):
            loss = self.model(views)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        loss.item()


class _Pooled(nn.Module):
    """coview's network where lightly wants one from pictures to vectors."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = copy.deepcopy(net)

    def forward(self, value: Tensor) -> Tensor:
        out = self.net(value)
        return out if isinstance(out, Tensor) else out.pooled


class _Model(nn.Module):
    transform: Any

    def follow(self) -> None:
        """Moves the teacher, where there is one."""


class _SimCLR(_Model):
    def __init__(self, reference: Any) -> None:
        super().__init__()
        from lightly.loss import NTXentLoss
        from lightly.models.modules.heads import SimCLRProjectionHead
        from lightly.transforms.simclr_transform import SimCLRTransform

        self.encoder = _Pooled(reference.encoder.net)
        self.projector = SimCLRProjectionHead(reference.encoder.dim, 512, 128)
        self.loss = NTXentLoss(temperature=reference.temperature)
        self.transform = SimCLRTransform(input_size=SIZE, gaussian_blur=0.0)

    def forward(self, views: list[Tensor]) -> Tensor:
        a, b = (self.projector(self.encoder(x)) for x in views)
        return self.loss(a, b)


class _BarlowTwins(_SimCLR):
    def __init__(self, reference: Any) -> None:
        _Model.__init__(self)
        from lightly.loss import BarlowTwinsLoss
        from lightly.models.modules.heads import BarlowTwinsProjectionHead

        self.encoder = _Pooled(reference.encoder.net)
        self.projector = BarlowTwinsProjectionHead(reference.encoder.dim, 512, 512)
        self.loss = BarlowTwinsLoss()
        self.transform = _byol_views()


def _byol_views() -> Any:
    from lightly.transforms.byol_transform import BYOLTransform, BYOLView1Transform, BYOLView2Transform

    return BYOLTransform(
        BYOLView1Transform(input_size=SIZE, gaussian_blur=0.0), BYOLView2Transform(input_size=SIZE, gaussian_blur=0.0)
    )


class _BYOL(_Model):
    def __init__(self, reference: Any) -> None:
        super().__init__()
        from lightly.loss import NegativeCosineSimilarity
        from lightly.models.modules.heads import BYOLPredictionHead, BYOLProjectionHead

        self.own = nn.Sequential(
            _Pooled(reference.encoder.net), BYOLProjectionHead(reference.encoder.dim, 512, 128)
        )  # fmt: skip
        self.slow = copy.deepcopy(self.own).requires_grad_(False)
        self.predictor = BYOLPredictionHead(128, 512, 128)
        self.loss = NegativeCosineSimilarity()
        self.transform = _byol_views()

    def follow(self) -> None:
        from lightly.models.utils import update_momentum

        update_momentum(self.own, self.slow, 0.99)

    def forward(self, views: list[Tensor]) -> Tensor:
        p_a, p_b = (self.predictor(self.own(x)) for x in views)
        with torch.no_grad():
            t_a, t_b = (self.slow(x) for x in views)
        return 0.5 * (self.loss(p_a, t_b) + self.loss(p_b, t_a))


class _DINO(_Model):
    def __init__(self, reference: Any) -> None:
        super().__init__()
        from lightly.loss import DINOLoss
        from lightly.models.modules.heads import DINOProjectionHead
        from lightly.transforms.dino_transform import DINOTransform

        prototypes = len(reference.prototypes.directions)

        def side() -> nn.Sequential:
            head = DINOProjectionHead(reference.encoder.dim, 512, 128, prototypes)
            return nn.Sequential(_Pooled(reference.encoder.net), head)

        self.own, self.slow = side(), side().requires_grad_(False)
        self.slow.load_state_dict(self.own.state_dict())
        self.loss = DINOLoss(output_dim=prototypes)
        self.transform = DINOTransform(
            global_crop_size=SIZE,
            local_crop_size=SIZE // 2,
            n_local_views=reference.local,
            gaussian_blur=(0.0, 0.0, 0.0),
        )

    def follow(self) -> None:
        from lightly.models.utils import update_momentum

        update_momentum(self.own, self.slow, 0.99)

    def forward(self, views: list[Tensor]) -> Tensor:
        with torch.no_grad():
            teacher = [self.slow(x) for x in views[:2]]
        return self.loss(teacher, [self.own(x) for x in views], epoch=0)


class _MAE(_Model):
    def __init__(self, reference: Any) -> None:
        super().__init__()
        from lightly.models.modules.masked_autoencoder_timm import MAEDecoderTIMM
        from lightly.models.modules.masked_vision_transformer_timm import MaskedVisionTransformerTIMM
        from lightly.transforms.mae_transform import MAETransform

        vit: Any = copy.deepcopy(reference.encoder.net.net)
        vit.dynamic_img_size, vit.patch_embed.flatten, vit.patch_embed.output_fmt = False, True, "NCHW"
        self.backbone = MaskedVisionTransformerTIMM(vit=vit)
        body, self.patch, self.hidden = reference.decoder, vit.patch_embed.patch_size[0], reference.masked
        self.decoder = MAEDecoderTIMM(
            num_patches=vit.patch_embed.num_patches, patch_size=self.patch, embed_dim=vit.embed_dim,
            decoder_embed_dim=body.width, decoder_depth=len(body.body.blocks),
            decoder_num_heads=max(body.width // 32, 1),
        )  # fmt: skip
        self.transform = MAETransform(input_size=SIZE)

    def forward(self, views: list[Tensor]) -> Tensor:
        from lightly.models import utils

        images, length = views[0], self.backbone.sequence_length
        keep, masked = utils.random_token_mask((len(images), length), mask_ratio=self.hidden, device=images.device)
        seen = self.decoder.embed(self.backbone.encode(images=images, idx_keep=keep))
        tokens = utils.repeat_token(self.decoder.mask_token, (len(images), length))
        tokens = utils.set_at_index(tokens, keep, seen.type_as(tokens))
        rebuilt = self.decoder.predict(utils.get_at_index(self.decoder.decode(tokens), masked))
        target = utils.get_at_index(utils.patchify(images, self.patch), masked - 1)
        return nn.functional.mse_loss(rebuilt, target)
