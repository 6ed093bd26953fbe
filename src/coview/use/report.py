"""`report.html`: one self-contained page on what a run did and whether it worked."""

from __future__ import annotations

import base64
import dataclasses
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from coview.atomic import write_whole
from coview.data.describe import describe
from coview.data.source import Data
from coview.engine.config import plain, versions
from coview.errors import UserError
from coview.evaluate.embed import embed_data
from coview.evaluate.labels import classes_of
from coview.use.budget import budget_words
from coview.use.charts import line_chart, scatter, shares_bar
from coview.use.embed import Embedded
from coview.use.heat_maps import Located, located
from coview.use.neighbours import Answers, ask
from coview.use.pictures import on_paper
from coview.use.projection import MOST, plane
from coview.use.strip import credit, thing, title

if TYPE_CHECKING:
    from torch import Tensor

    from coview.engine.run import Run

ENLARGED = 96
"""Pixels that small pictures are enlarged to, so that they stay sharp."""


def write_report(run: Run, data: Data, rows: dict[str, Tensor], path: str | Path | None = None) -> Path:
    """Writes the page.

    Args:
        run: with verdict, metrics and, once evaluated, scores.
        data: as the run reads it.
        rows: by part; pictures and map are of `test`, or else of `valid`.
        path: where to; default `report.html` in the run's folder.

    Raises:
        UserError: a run without a folder, and no path.
    """
    if path is None:
        if run.folder is None:
            raise UserError("this run has no folder; say where the report goes")
        path = run.folder / "report.html"
    path = Path(path)
    write_whole(path, render(run, data, rows))
    return path


def shown_part(rows: dict[str, Tensor]) -> str:
    """The part whose samples are shown: `test`, else `valid`, else `train`."""
    return next((part for part in ("test", "valid") if len(rows.get(part, ()))), "train")


def answers_of(run: Run, data: Data, rows: dict[str, Tensor]) -> list[Answers]:
    """What the held-out samples find: the strips of the report."""
    return ask(Embedded(data, embed_data(run.method, data)), rows[shown_part(rows)])


def render(run: Run, data: Data, rows: dict[str, Tensor]) -> str:
    """The page as text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("coview.use"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    part = shown_part(rows)
    shown = rows[part]
    embedded = Embedded(data, embed_data(run.method, data))
    options = {k: v for k, v in plain(dataclasses.asdict(run.config)).items() if v not in (None, {}, [], "")}
    return env.get_template("report.html.j2").render(
        run=run,
        verdict=run.verdict,
        budget=budget_words(run.config),
        speed=_speed(run),
        scores=_score_rows(run.scores),
        columns=_columns(run.scores),
        protocols=run.scores.get("protocol", {}),
        loss=_losses(run.metrics),
        health=_health(run.metrics),
        shares=shares_bar(_shares(run.metrics)),
        strips=[_strip(data, answers) for answers in ask(embedded, shown)],
        located=_located(run, data, shown),
        map=_map(embedded, shown),
        part=part,
        counts={name: len(at) for name, at in rows.items()},
        understood=describe(data),
        skipped=data.skipped[:200],
        n_skipped=len(data.skipped),
        n_bad_steps=sum("skipped" in line for line in run.metrics),
        options=options,
        versions=versions(),
        credit=credit(data),
        about={k: v for k, v in data.about.items() if isinstance(v, str) and v},
    )


def _speed(run: Run) -> float | None:
    """The median of samples a second."""
    told = [line["samples_per_s"] for line in run.metrics if "samples_per_s" in line]
    return float(np.median(told)) if told else None


def _columns(scores: dict[str, Any]) -> list[str]:
    rows = [row for key, metrics in scores.items() if key != "protocol" for row in metrics.values()]
    return list(dict.fromkeys(c for row in rows for c in row))


def _score_rows(scores: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a metric; the best of run and references marked, where a larger number is better."""
    found: list[dict[str, Any]] = []
    for key, metrics in scores.items():
        if key == "protocol":
            continue
        for i, (metric, row) in enumerate(metrics.items()):
            known = [v for v in row.values() if v is not None]
            lower = "rank" in metric
            best = (min(known) if lower else max(known)) if known else None
            found.append({"key": key if i == 0 else "", "metric": metric, "row": row, "best": best, "lower": lower})
    return found


def _losses(metrics: list[dict[str, Any]]) -> Any:
    names = list(dict.fromkeys(n for line in metrics for n in line if n.startswith("loss/")))
    lines = {n[5:]: [(float(m["step"]), float(m[n])) for m in metrics if n in m] for n in names}
    if len(names) > 1:
        lines = {"sum": [(float(m["step"]), float(m["loss"])) for m in metrics], **lines}
    return line_chart(lines, label="loss over steps")


HEALTH = {
    "cosine": "mean cosine of different samples (1: all the same)",
    "directions": "directions in use (effective rank)",
    "agreement": "agreement of two looks at one sample (cosine)",
    "dead": "share of dead dimensions",
    "gap": "gap between student and teacher (1 - cosine)",
}


def _health(metrics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A chart for each number that the verdict reads, a curve for each thing read."""
    from coview.health.reading import Reading

    looks = [(float(m["step"]), m["health"]) for m in metrics if m.get("health")]
    charts: list[dict[str, Any]] = []
    for number, meaning in HEALTH.items():
        lines: dict[str, list[tuple[float, float]]] = {}
        for step, readings in looks:
            for name, reading in readings.items():
                value = getattr(Reading.from_dict(reading), number)
                if value is not None:
                    lines.setdefault(name.replace("/", " "), []).append((step, float(value)))
        if lines:
            charts.append({"meaning": meaning, "svg": line_chart(lines, label=meaning)})
    return charts


def _shares(metrics: list[dict[str, Any]]) -> dict[str, float]:
    looks = [m["time"] for m in metrics if m.get("time")]
    names = list(dict.fromkeys(n for shares in looks for n in shares))
    return {n: float(np.mean([shares.get(n, 0.0) for shares in looks])) for n in names}


def _strip(data: Data, answers: Answers) -> dict[str, Any]:
    asked, given = title(data, answers)
    rows = [
        {
            "query": _cell(thing(data, answers.query, q), data.names[q]),
            "found": [
                {**_cell(thing(data, answers.gallery, f.row), data.names[f.row]), "right": f.right, "cosine": f.cosine}
                for f in found
            ],
        }
        for q, found in zip(answers.queries, answers.found)
    ]
    return {"asked": asked, "given": given, "rule": answers.rule, "size": answers.gallery_size, "rows": rows}


def _located(run: Run, data: Data, rows: Tensor) -> list[dict[str, Any]]:
    def cells(found: Located) -> dict[str, Any]:
        name = data.names[found.row]
        pictures = {"plain": _data_uri(found.picture), "drawn": _data_uri(found.drawn)}
        return {"said": _cell(found.said, name), "name": name, **pictures}

    return [
        {"asked": asked, "slot": slot, "rows": [cells(found) for found in many]}
        for (asked, slot), many in located(run.method, data, rows).items()
    ]


def _cell(shown: Any, name: str) -> dict[str, Any]:
    if isinstance(shown, Image.Image):
        return {"picture": _data_uri(shown), "text": None, "name": name}
    return {"picture": None, "text": "" if shown is None else str(shown)[:160], "name": name}


def _data_uri(picture: Image.Image) -> str:
    picture = on_paper(picture)
    times = max(1, ENLARGED // max(picture.size))
    if times > 2:
        picture = picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)
    if max(picture.size) > 2 * ENLARGED:
        picture.thumbnail((2 * ENLARGED, 2 * ENLARGED))
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _map(embedded: Embedded, rows: Tensor) -> dict[str, Any] | None:
    """The held-out samples of the first slot in a plane, coloured by the first label with few classes."""
    vectors = embedded.array()
    at = rows[torch.from_numpy(np.isfinite(vectors[rows.numpy()]).all(1))].numpy()
    if len(at) < 5:
        return None
    at = at[np.linspace(0, len(at) - 1, min(MOST, len(at))).astype(int)]
    label, classes = _colouring(embedded.data, at)
    points, how = plane(vectors[at])
    svg = scatter([(float(x), float(y)) for x, y in points], classes, [embedded.data.names[i] for i in at])
    return {"svg": svg, "label": label, "how": how, "n": len(at)}


def _colouring(data: Data, at: np.ndarray) -> tuple[str, list[str]]:
    for name, values in data.labels.items():
        found = classes_of(values)
        if found is not None and 2 <= len(found[1]) <= 30:
            codes, names = found
            return name, [names[codes[i]] if codes[i] >= 0 else "" for i in at]
    return "", [""] * len(at)
