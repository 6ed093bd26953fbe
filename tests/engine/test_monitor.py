"""What the monitor reads beside an embedding: how far a student is from its teacher."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from coview.data.arrays import from_arrays
from coview.data.prepared.prepare import load
from coview.data.source import Data
from coview.engine.monitor import Monitor
from coview.methods.base import Method
from coview.methods.registry import build_method


def begun(name: str) -> tuple[Data, Method, Monitor]:
    pictures = torch.randint(0, 256, (12, 8, 8, 3), generator=torch.Generator().manual_seed(0)).byte().numpy()
    data = load(from_arrays(image=list(pictures)), options={"image": {"size": 8}})
    torch.manual_seed(0)
    method = build_method(name, data.modalities, encoder_options={"dim": 16})
    monitor = Monitor(data, torch.arange(12), torch.device("cpu"))
    monitor.begin(method)
    return data, method, monitor


@pytest.mark.parametrize("name", ["byol", "data2vec"])
def test_the_gap_to_the_teacher_is_none_at_first_and_grows_as_the_student_moves(name: str) -> None:
    data, method, monitor = begun(name)
    assert monitor.reference["embedding/image"].gap == pytest.approx(0, abs=1e-6)
    with torch.no_grad():
        for p in method.encoder.parameters():  # type: ignore[union-attr]
            p.add_(torch.randn_like(p), alpha=0.1)
    found = monitor.look(method, {}, 1)["embedding/image"].gap
    view = data.modalities["image"].prepare(data.batch(slice(None))["image"])
    with torch.no_grad():
        student, teacher = (e.eval()(view).pooled[:, 0] for e in (method.encoder, method.teacher.module))  # type: ignore[union-attr, operator]
    assert found is not None
    assert found > 1e-4
    assert found == pytest.approx(float(1 - F.cosine_similarity(student, teacher).mean()), abs=1e-5)


def test_a_method_without_a_teacher_has_no_gap() -> None:
    *_, monitor = begun("simclr")
    assert monitor.reference["embedding/image"].gap is None
