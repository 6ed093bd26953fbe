"""How training goes, while it goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from coview.cli.terminal import console, first_process, say
from coview.engine.config import FitConfig
from coview.engine.log import LOG

Tell = Callable[[dict[str, Any]], None]


@contextmanager
def telling(config: FitConfig, samples: int) -> Iterator[Tell | None]:
    """What the engine tells of every step: a bar on a terminal, a line each tenth elsewhere.

    With several processes started from here the engine's words cannot cross to this one: the run's log is watched.
    """
    if not first_process():
        yield None
        return
    show = _bar if console().is_terminal else _lines
    with show(_Budget(config, samples)) as tell:
        if config.processes > 1:
            with _watching(Path(str(config.out)) / LOG, tell):
                yield None
        else:
            yield tell


class _Budget:
    """Share of the budget that a step's line has used."""

    def __init__(self, config: FitConfig, samples: int) -> None:
        size = min(config.batch_size, samples)
        epochs = None if config.epochs is None else max(1, round(config.epochs * max(1, samples // max(1, size))))
        self.steps = config.steps or epochs
        self.seconds = None if config.minutes is None else 60 * config.minutes

    def share(self, line: dict[str, Any]) -> float:
        done = line["step"] / self.steps if self.steps else line["seconds"] / self.seconds if self.seconds else 0.0
        return min(1.0, done)


def _words(line: dict[str, Any]) -> str:
    note = "  step skipped: not finite" if "skipped" in line else ""
    return f"step {line['step']:,}  loss {line['loss']:.4g}  {line['samples_per_s']:,.0f} samples/s{note}"


@contextmanager
def _bar(budget: _Budget) -> Iterator[Tell]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(bar_width=32), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.description}"), console=console(), refresh_per_second=4) as bar:
        task = bar.add_task("first step ...", total=1.0)
        yield lambda line: bar.update(task, completed=budget.share(line), description=_words(line))


@contextmanager
def _lines(budget: _Budget) -> Iterator[Tell]:
    told = 0

    def tell(line: dict[str, Any]) -> None:
        nonlocal told
        tenth = int(budget.share(line) * 10)
        if tenth > told or line["step"] == 1:
            told = tenth
            say(f"  {budget.share(line):4.0%}  {_words(line)}")

    yield tell


@contextmanager
def _watching(log: Path, tell: Tell) -> Iterator[None]:
    """Passes on the lines that appear in a run's log."""
    import json

    over = threading.Event()

    def watch() -> None:
        read = log.stat().st_size if log.is_file() else 0
        while not over.wait(0.5):
            if not log.is_file():
                continue
            with log.open() as file:
                file.seek(read)
                for line in iter(file.readline, ""):
                    if not line.endswith("\n"):
                        break
                    read += len(line.encode())
                    tell(json.loads(line))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join(2)
