"""Threads, devices and precision, through Lightning Fabric."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import torch

from coview.errors import UserError

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def physical_cores() -> int:
    """Processor cores this process may use, hyper-threads counted once where the system says so."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    siblings = set()
    for cpu in allowed:
        try:
            with open(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list") as file:
                siblings.add(file.read().strip())
        except OSError:
            siblings.add(str(cpu))
    return max(1, len(siblings))


def has_bf16(device: torch.device) -> bool:
    """Whether the device computes bfloat16 products in hardware."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    if device.type == "cpu":
        try:
            with open("/proc/cpuinfo") as file:
                flags = next((line for line in file if line.startswith(("flags", "Features"))), "")
        except OSError:
            return False
        return any(f in flags.split() for f in ("avx512_bf16", "amx_bf16", "bf16"))
    return False


def resolve_precision(precision: str, device: torch.device) -> str:
    """`auto` as 32 or bf16; the others as they are."""
    if precision != "auto":
        return precision
    return "bf16" if has_bf16(device) else "32"


def autocast(device: torch.device, precision: str) -> AbstractContextManager[object]:
    """The context that networks run in."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")


def seed_generators(value: int, device: torch.device) -> None:
    """Seeds torch's generators of a device.

    On a CPU its own alone: `torch.manual_seed` remembers for every other kind where it was called from, which takes
    as long as the views of a table.
    """
    if device.type == "cpu":
        torch.default_generator.manual_seed(value)
    else:
        torch.manual_seed(value)


def check_device(device: str) -> None:
    """Raises UserError where there is no such device, or not here."""
    if device not in ("auto", "cpu", "cuda"):
        raise UserError(f"--device is auto, cpu or cuda; {device!r} was given")
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("--device cuda was asked for and torch finds no CUDA device here; use --device cpu")


def make_fabric(device: str, processes: int) -> Fabric:
    """Fabric for this run; under torchrun or SLURM it takes the processes that are there.

    Raises:
        UserError: a device that this machine does not have.
    """
    from lightning_fabric import Fabric

    check_device(device)
    elastic = "TORCHELASTIC_RUN_ID" in os.environ
    accelerator = "cpu" if device == "cpu" or (device == "auto" and not torch.cuda.is_available()) else "cuda"
    devices = int(os.environ.get("LOCAL_WORLD_SIZE", "1")) if elastic else processes
    nodes = int(os.environ.get("GROUP_WORLD_SIZE", "1")) if elastic else 1
    many = devices * nodes > 1
    strategy = "auto" if not many else "ddp" if elastic else "ddp_spawn"
    return Fabric(accelerator=accelerator, devices=devices, num_nodes=nodes, strategy=strategy)
