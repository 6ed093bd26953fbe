"""NT-Xent over 16,384 samples in little memory, and the same gradient as without any saving.

    python benchmarks/memory.py
    python benchmarks/memory.py --samples 512 --equal 64 --chunk 32 --out /dev/null

SimCLR with the six-layer convolutional network, two views of each sample at 32 pixels: the encoder goes by chunks, the
similarity matrix (4.3 GB for 32,768 views in float32) by tiles that are computed again in the backward. A child
process takes one whole step and reports its peak resident memory above what it held when everything was imported.
The gradient is compared with one that saves nothing: the whole batch through the networks at once, the plain loss.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from typing import Any

import torch
from record import circumstances, rss, save
from torch import Tensor

import coview.nn.by_rows as tiles
from coview.batch import Batch, View
from coview.engine.processes import my_chunks
from coview.engine.step import ExactStep
from coview.losses import nt_xent
from coview.methods.contrastive.simclr import SimCLR
from coview.methods.registry import build_method
from coview.modalities.image import Image
from coview.views.draw import Draw, occurrence_keys

SIZE, SEED, GIB = 32, 0, 2**30
GOAL = 2 * GIB


def pictures(samples: int) -> Batch:
    """Coarse coloured patterns: contents do not matter to memory."""
    generator = torch.Generator().manual_seed(SEED)
    coarse = torch.randint(0, 256, (samples, 1, 3, 8, 8), generator=generator, dtype=torch.uint8)
    value = coarse.repeat_interleave(SIZE // 8, -1).repeat_interleave(SIZE // 8, -2)
    ids = torch.arange(samples)
    return Batch({"image": View(value, "image", torch.ones(samples, 1, dtype=torch.bool))}, ids, occurrence_keys(ids))


def simclr(dtype: torch.dtype = torch.float32) -> SimCLR:
    """The method with GroupNorm: its encoder reads only its sample, so that any chunk gives the same gradient."""
    torch.manual_seed(SEED)
    built = build_method("simclr", {"image": Image(SIZE)}, encoder="conv", encoder_options={"norm": "group"})
    assert isinstance(built, SimCLR)
    return built.to(dtype).train()


def by_chunks(method: SimCLR, batch: Batch, chunk: int) -> tuple[float, list[Tensor]]:
    """Loss and gradient as coview computes them."""
    chunks = [batch.rows(c) for c in my_chunks(len(batch), chunk)]
    found = ExactStep(method, chunks, len(batch), seed=SEED, step=0).run()
    gradient = [g for g in found.gradients[0] if g is not None]
    return float(found.losses["nt_xent"]), gradient


def at_once(method: SimCLR, batch: Batch) -> tuple[float, list[Tensor]]:
    """The same without the engine: one forward, the plain loss, one backward."""
    with torch.no_grad():
        views = method.views(batch, Draw(SEED, 0, batch.key))
    looks = method.encoder(views["looks"]).pooled
    projected = method.projector(looks.flatten(0, 1)).unflatten(0, looks.shape[:2])
    loss = nt_xent(projected[:, 0], projected[:, 1], method.temperature)
    return float(loss.detach()), list(torch.autograd.grad(loss, list(method.parameters())))


def measure(samples: int, chunk: int) -> dict[str, Any]:
    """One step of this process: seconds, and memory above idle in bytes."""
    method = simclr()
    by_chunks(method, pictures(8), 8)  # what is imported late, and the first buffers of the kernels
    idle = rss()
    batch = pictures(samples)
    start = time.perf_counter()
    loss, gradient = by_chunks(method, batch, chunk)
    seconds = time.perf_counter() - start
    norm = float(torch.nn.utils.get_total_norm(gradient))
    above = rss(peak=True) - idle
    return {"loss": loss, "gradient norm": norm, "seconds": seconds, "idle": idle, "peak above idle": above}


def measure_apart(samples: int, chunk: int, threads: int) -> dict[str, Any]:
    """`measure` in a process of its own."""
    words = [sys.executable, __file__, "--child", *map(str, ("--samples", samples, "--chunk", chunk))]
    done = subprocess.run([*words, "--threads", str(threads)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def compare(samples: int, chunk: int, tile: int, dtype: torch.dtype) -> dict[str, Any]:
    """How far the gradient by chunks and tiles is from the one that saves nothing."""
    batch = pictures(samples)
    method = simclr(dtype)
    usual, tiles.TILE_ELEMENTS = tiles.TILE_ELEMENTS, tile * 2 * samples
    try:
        loss, gradient = by_chunks(method, batch, chunk)
    finally:
        tiles.TILE_ELEMENTS = usual
    plain_loss, plain = at_once(simclr(dtype), batch)
    flat, plain_flat = (torch.cat([g.double().flatten() for g in grads]) for grads in (gradient, plain))
    return {
        "samples": samples,
        "chunk": chunk,
        "tile rows": tile,
        "precision": str(dtype).removeprefix("torch."),
        "loss": loss,
        "plain loss": plain_loss,
        "relative difference of the gradient": float((flat - plain_flat).norm() / plain_flat.norm()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=16_384)
    parser.add_argument("--equal", type=int, default=2_048, help="samples of the comparison")
    parser.add_argument("--chunk", type=int, default=256, help="samples that go through the encoder together")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", help="default results/benchmarks/memory.json")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    if asked.child:
        print(json.dumps(measure(asked.samples, asked.chunk)))
        return
    load = os.getloadavg()
    step = measure_apart(asked.samples, asked.chunk, asked.threads)
    views = 2 * asked.samples
    equal = [
        compare(asked.equal, asked.chunk, 512, torch.float32),
        compare(max(8, asked.equal // 8), max(4, asked.equal // 32), 100, torch.float64),
    ]
    found = {
        "benchmark": "memory",
        "what": "one SimCLR step on CPU in float32, six-layer convolutional network with GroupNorm, 32 x 32 pixels",
        "samples": asked.samples,
        "chunk": asked.chunk,
        "goal, bytes above idle": GOAL,
        "within the goal": step["peak above idle"] <= GOAL,
        "one similarity matrix, bytes": 4 * views**2,
        **step,
        "equality": equal,
        **circumstances(load, asked.threads),
    }
    print(f"{asked.samples:,} samples, chunks of {asked.chunk}: {step['peak above idle'] / GIB:.2f} GiB above the idle")
    print(f"process of {step['idle'] / GIB:.2f} GiB, {step['seconds']:.0f} s; one plain similarity matrix alone would")
    print(f"take {4 * views**2 / GIB:.2f} GiB")
    for e in equal:
        print(f"gradient at {e['samples']:,} samples in {e['precision']}, chunks of {e['chunk']}, tiles of")
        print(f"  {e['tile rows']} rows: off by {e['relative difference of the gradient']:.1e} of its norm")
    print(f"written to {os.path.relpath(save('memory', found, asked.out))}")


if __name__ == "__main__":
    main()
