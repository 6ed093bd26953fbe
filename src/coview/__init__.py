"""Self-supervised learning from many views and modalities: views of the same thing teach each other."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Batch", "Method", "embed", "evaluate", "finetune", "fit", "load", "predict"]

if TYPE_CHECKING:
    from coview.batch import Batch
    from coview.engine.run import load
    from coview.methods.base import Method
    from coview.use.embed import embed
    from coview.use.evaluation import evaluate
    from coview.use.finetune import finetune
    from coview.use.predict import predict
    from coview.use.train import fit

_HOMES = {
    "Batch": "coview.batch",
    "Method": "coview.methods.base",
    "embed": "coview.use.embed",
    "evaluate": "coview.use.evaluation",
    "finetune": "coview.use.finetune",
    "fit": "coview.use.train",
    "load": "coview.engine.run",
    "predict": "coview.use.predict",
}


def __getattr__(name: str) -> Any:
    """Public names are imported when asked for: `import coview` alone is quick."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'coview' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Public names, imported or not."""
    return [*globals(), *_HOMES]
