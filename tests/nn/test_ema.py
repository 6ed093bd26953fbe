from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from coview.nn.ema import Memo, Teacher, cosine_momentum


def test_a_teacher_starts_equal_and_apart():
    student = nn.Linear(3, 2)
    teacher = Teacher(student)
    x = torch.ones(1, 3)
    assert torch.equal(teacher(x), student(x))
    assert not teacher(x).requires_grad
    with torch.no_grad():
        student.weight.add_(1)
    assert not torch.equal(teacher(x), student(x))


@pytest.mark.parametrize("momentum", [0.0, 0.3, 1.0])
def test_it_follows_by_the_momentum(momentum: float):
    student = nn.Linear(3, 2).double()
    teacher = Teacher(student)
    before = teacher.module.weight.clone()
    with torch.no_grad():
        student.weight.add_(1)
    teacher.follow(student, momentum)
    torch.testing.assert_close(teacher.module.weight, momentum * before + (1 - momentum) * student.weight.detach())


def test_the_second_pass_is_told_what_the_first_heard():
    calls = []

    class Counting(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            calls.append(x)
            return x + len(calls)

    teacher, memo, x = Teacher(Counting()), Memo(), torch.zeros(1)
    with memo:
        first = [teacher(x), teacher(x)]
    with memo:
        second = [teacher(x), teacher(x)]
    assert len(calls) == 2
    assert [float(a) for a in first] == [float(b) for b in second] == [1.0, 2.0]


@pytest.mark.parametrize(("progress", "want"), [(0.0, 0.9), (0.5, 0.95), (1.0, 1.0)])
def test_the_momentum_rises_along_half_a_cosine(progress: float, want: float):
    assert math.isclose(cosine_momentum(0.9, progress), want)
