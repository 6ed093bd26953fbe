"""Evaluation: protocols that score a run beside the raw input and an untrained encoder.

`coview.evaluate` is this room and the public verb of the same name: calling it evaluates a run.
"""

import sys
from types import ModuleType
from typing import Any


class _Verb(ModuleType):
    """A module that can be called: `coview.evaluate(run)` works whether or not this room was imported before."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        from coview.use.evaluation import evaluate

        return evaluate(*args, **options)


sys.modules[__name__].__class__ = _Verb
