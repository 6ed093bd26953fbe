"""Small charts as inline SVG: they follow the page's light or dark colours and need nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 520, 190
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 12, 26
MOST_POINTS = 240

Line = Sequence[tuple[float, float]]


def line_chart(lines: Mapping[str, Line], *, label: str) -> Markup:
    """Curves over steps, each thinned to a few hundred points by means; a legend where there is more than one."""
    kept = {n: _thin([p for p in points if math.isfinite(p[1])]) for n, points in lines.items()}
    kept = {n: points for n, points in kept.items() if points}
    if not kept:
        return Markup("")
    xs = [x for points in kept.values() for x, _ in points]
    ys = [y for points in kept.values() for _, y in points]
    ticks = _ticks(min(ys), max(ys))
    low, high = min(ticks[0], min(ys)), max(ticks[-1], max(ys))
    x0, x1 = min(xs), max(max(xs), min(xs) + 1e-9)

    def at(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * (x - x0) / (x1 - x0)
        return across, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - low) / ((high - low) or 1)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">']
    for tick in ticks:
        y = at(x0, tick)[1]
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{_short(tick)}</text>')
    for x, anchor in ((x0, "start"), (x1, "end")):
        parts.append(
            f'<text class="tick" x="{at(x, low)[0]:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{x:,.0f}</text>'
        )
    parts.append(f'<text class="tick" x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">step</text>')
    for i, (name, points) in enumerate(kept.items()):
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in (at(x, y) for x, y in points))
        dot = len(points) == 1
        mark = f'<circle cx="{path.split(",")[0]}" cy="{path.split(",")[1]}" r="3" class="fill{i % 8}"/>' if dot else ""
        parts.append(
            mark or f'<polyline class="curve c{i % 8}" points="{path}"><title>{escape(name)}</title></polyline>'
        )
    parts.append("</svg>")
    if len(kept) > 1:
        names = "".join(f'<span><i class="key k{i % 8}"></i>{escape(n)}</span>' for i, n in enumerate(kept))
        parts.append(f'<div class="legend">{names}</div>')
    return Markup("".join(parts))


def shares_bar(shares: Mapping[str, float]) -> Markup:
    """One bar cut into shares, with a legend."""
    total = sum(shares.values())
    if total <= 0:
        return Markup("")
    ordered = sorted(shares.items(), key=lambda s: -s[1])
    x, parts = 0.0, ['<svg viewBox="0 0 520 26" role="img" aria-label="time shares" preserveAspectRatio="none">']
    for i, (name, share) in enumerate(ordered):
        wide = 520 * share / total
        parts.append(
            f'<rect class="fill{i % 8}" x="{x:.1f}" y="0" width="{max(0.0, wide - 1):.1f}" height="26" rx="3">'
            f"<title>{escape(name)} {share / total:.0%}</title></rect>"
        )
        x += wide
    names = "".join(
        f'<span><i class="key k{i % 8}"></i>{escape(n)} {s / total:.1%}</span>' for i, (n, s) in enumerate(ordered)
    )
    return Markup("".join(parts) + f'</svg><div class="legend">{names}</div>')


def scatter(points: Sequence[tuple[float, float]], classes: Sequence[str], names: Sequence[str]) -> Markup:
    """Points in a plane, coloured by class (the seven commonest, the rest grey); a name on hovering."""
    counts: dict[str, int] = {}
    for c in classes:
        counts[c] = counts.get(c, 0) + 1
    common = sorted((c for c in counts if c), key=lambda c: (-counts[c], c))[:7]
    colour = {c: i for i, c in enumerate(common)}
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    wide, high, size = (max(xs) - min(xs)) or 1, (max(ys) - min(ys)) or 1, 500
    parts = [f'<svg class="map" viewBox="0 0 {size} {size}" role="img" aria-label="map of held-out samples">']
    for (x, y), c, name in zip(points, classes, names):
        px, py = 8 + (size - 16) * (x - min(xs)) / wide, 8 + (size - 16) * (y - min(ys)) / high
        told = f"{escape(name)}{f' ({escape(c)})' if c else ''}"
        parts.append(
            f'<circle class="fill{colour.get(c, 7)}" cx="{px:.1f}" cy="{py:.1f}" r="3.6"><title>{told}</title></circle>'
        )
    parts.append("</svg>")
    keys = "".join(f'<span><i class="key k{i}"></i>{escape(c)}</span>' for c, i in colour.items())
    rest = '<span><i class="key k7"></i>others</span>' if len(counts) > len(common) and common else ""
    return Markup("".join(parts) + f'<div class="legend">{keys}{rest}</div>')


def _thin(points: Line) -> list[tuple[float, float]]:
    size = math.ceil(len(points) / MOST_POINTS) or 1
    blocks = [points[i : i + size] for i in range(0, len(points), size)]
    return [(block[-1][0], sum(y for _, y in block) / len(block)) for block in blocks]


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers that cover low to high."""
    if high - low < 1e-12:
        high, low = (high + abs(high) * 0.1, low - abs(low) * 0.1) if abs(low) > 1e-9 else (1.0, 0.0)
    rough = (high - low) / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough)
    first = math.floor(low / step)
    return [step * i for i in range(first, math.ceil(high / step) + 1)]


def _short(x: float) -> str:
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.4g}" if abs(x) > 1e-9 else "0"
