"""What the documentation shows runs."""

import doctest
import re
from pathlib import Path

import pytest
import torch

import coview.use.train
from coview.data import catalog
from coview.methods.registry import method_class, method_modules

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "my_method.py"


def test_the_method_of_the_docs_trains_from_its_file():
    run = coview.use.train.fit(
        f"{EXAMPLE}:MyMethod", data="digits", steps=5, batch_size=32, encoder_options={"dim": 32}
    )
    assert run.steps == 5
    teacher, student = run.method.teacher.module, run.method.encoder
    moved = [not torch.equal(a, b) for a, b in zip(teacher.parameters(), student.parameters(), strict=True)]
    assert any(moved)


@pytest.mark.data
@pytest.mark.parametrize("name", list(method_modules()))
def test_the_example_of_a_method_says_what_it_says(name):
    cls = method_class(name)
    examples = doctest.DocTestParser().get_examples(cls.__doc__ or "")
    assert examples, f"{name} has no example"
    source = "".join(e.source for e in examples)
    for data in re.findall(r"data=\"([\w-]+)\"", source):
        if not catalog.is_fetched(data):
            pytest.skip(f"{data} is not fetched: coview data get {data}")
    test = doctest.DocTest(examples, {}, name, None, 0, cls.__doc__)
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not said, "".join(said)
