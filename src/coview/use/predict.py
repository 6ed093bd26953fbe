"""`coview.predict`: what a run says of samples beyond an embedding: classes, depth, text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from coview.data.source import Data
from coview.errors import UserError
from coview.evaluate.embed import evaluating
from coview.methods.base import Method
from coview.use.embed import fixed_lists, read_data
from coview.use.tables import label_columns, write_table

if TYPE_CHECKING:
    import pyarrow as pa

    from coview.engine.run import Run


@dataclass
class Predicted:
    """What a run said of N samples.

    Args:
        data: what was read; names, labels and what was skipped are in it.
        values: by name, `(N, ...)` numbers or N texts (None where there is nothing to say).
        classes: what the columns of `probabilities` stand for, where there are such.
    """

    data: Data
    values: dict[str, np.ndarray | list[str | None]]
    classes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.data)

    def table(self) -> pa.Table:
        """A row a sample: `id`, `name`, what was predicted, and each label (`label_NAME` where that name is taken).

        Several numbers a sample are a fixed-size list; `coview.shape.NAME` of the schema's metadata says their shape
        where it has more than one axis, and `coview.classes` (JSON) names the classes that `probabilities` are of.
        """
        import pyarrow as pa

        columns: dict[str, Any] = {"id": self.data.ids.tolist(), "name": self.data.names}
        about: dict[str, str] = {"coview.classes": json.dumps(self.classes)} if self.classes else {}
        for name, value in self.values.items():
            if isinstance(value, np.ndarray) and value.ndim > 1:
                if value.ndim > 2:
                    about[f"coview.shape.{name}"] = json.dumps(value.shape[1:])
                columns[name] = fixed_lists(value.reshape(len(value), -1))
            else:
                columns[name] = pa.array(value)
        for name, labels in label_columns(self.data.labels, columns).items():
            columns[name] = pa.array(labels.tolist())
        return pa.table(columns).replace_schema_metadata(about or None)

    def save(self, path: str | Path) -> Path:
        """Writes the table; the ending says how: `.parquet`, `.arrow` or `.feather`, `.csv`."""
        return write_table(self.table(), path)


def predict(
    run: Run | str | Path,
    data: Any = None,
    *,
    columns: Sequence[str] | None = None,
    label: Sequence[str] | None = None,
    batch_size: int = 256,
    strict: bool = False,
) -> Predicted:
    """What a run predicts of data: classes and their probabilities for a finetuned one, else what its method gives.

    Args:
        run: a run, or its folder.
        data: as `embed` takes it; default the data that the run was trained on.
        columns: slots of a table, as `fit` takes them.
        label: label columns to keep.
        batch_size: samples at a time.
        strict: stop at the first thing that cannot be read.

    Raises:
        UserError: the run's method predicts nothing, or there is no such run or data.
    """
    from coview.use.evaluation import as_run

    run = as_run(run)
    if type(run.method).predict is Method.predict:
        raise UserError(
            f"{run.config.method} predicts nothing, it embeds: coview embed writes that; "
            "coview finetune adds a head on labels, whose classes can be predicted"
        )
    read = read_data(run, data, columns=columns, label=label, strict=strict)
    return predict_data(run.method, read, batch_size=batch_size)


def predict_data(method: Method, data: Data, *, batch_size: int = 256) -> Predicted:
    """What a method predicts of all samples; its modes are restored."""
    device = next((p.device for p in method.parameters()), torch.device("cpu"))
    parts: dict[str, list[Any]] = {}
    with evaluating(method), torch.inference_mode():
        for rows in torch.arange(len(data)).split(batch_size):
            for name, value in method.predict(data.batch(rows).to(device)).items():
                parts.setdefault(name, []).append(value)
    return Predicted(data, {n: _joined(v) for n, v in parts.items()}, list(getattr(method, "classes", [])))


def _joined(values: list[Any]) -> np.ndarray | list[str | None]:
    if isinstance(values[0], Tensor):
        whole = torch.cat(values).cpu()
        return (whole.float() if whole.is_floating_point() else whole).numpy()
    return [text for part in values for text in part]
