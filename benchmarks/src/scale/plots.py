"""Draws what `./bench scale` has measured: `plots.py POINTS.json FOLDER` makes `scale-1280-light.png` and `scale-1280-dark.png`.

POINTS.json is a list of points as `points.ts` has them. Needs matplotlib, which is among the libraries of every environment.
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

Point = dict[str, Any]

SCHEMES = {
    "light": {
        "background": "#ffffff",
        "ink": "#212529",
        "grid": "#e9ecef",
        "lines": ["#1971c2", "#e8590c", "#2f9e44"],
    },
    "dark": {
        "background": "#1a1b1e",
        "ink": "#c9c9c9",
        "grid": "#373a40",
        "lines": ["#4dabf7", "#ff922b", "#69db7c"],
    },
}


def slowest(point: Point) -> float:
    """The median of the slowest list, ms."""
    return max(each["median"] for each in point["lists"].values())


CURVES = [
    ("A change: processor of control", "ms", lambda p: p["perChange"]["processorMs"]),
    (
        "A change: rows that the database reads",
        "rows",
        lambda p: p["perChange"]["rows"],
    ),
    (
        "A server starts, as its member sees it",
        "ms",
        lambda p: p["changes"]["serverStarts"],
    ),
    ("The slowest list", "ms", slowest),
    (
        "At rest: processor of control, each second",
        "ms",
        lambda p: p["atRest"]["processorMs"],
    ),
    ("Memory of control", "MB", lambda p: p["memoryMb"]["control"]),
]


def draw_curve(
    axes: Axes,
    title: str,
    unit: str,
    lines: list[tuple[str, list[int], list[float]]],
    scheme: dict,
) -> None:
    """One plot: `lines` are (label, numbers of servers and sessions, values in `unit`)."""
    axes.set_facecolor(scheme["background"])
    for color, (label, things, values) in zip(scheme["lines"], lines, strict=False):
        axes.plot(
            things,
            values,
            color=color,
            marker="o",
            markersize=4,
            linewidth=1.6,
            label=label,
        )
    axes.set_xscale("log")
    every = sorted({count for _, things, _ in lines for count in things})
    axes.set_xticks(every, [f"{count:,}" for count in every])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_title(f"{title} ({unit})", color=scheme["ink"], fontsize=10, loc="left")
    axes.tick_params(colors=scheme["ink"], labelsize=8, length=0)
    axes.grid(visible=True, color=scheme["grid"], linewidth=0.8)
    for spine in axes.spines.values():
        spine.set_visible(False)


def draw(points: list[Point], file: Path, scheme: dict) -> None:
    """All curves, those of one control plane, as a picture of 1280 by 720 pixels."""
    alone = [point for point in points if point["controls"] == 1]
    figure, grid = plt.subplots(
        2, 3, figsize=(12.8, 7.2), dpi=100, facecolor=scheme["background"]
    )
    for axes, (title, unit, read) in zip(grid.flat, CURVES, strict=True):
        lines = []
        for users in sorted({point["users"] for point in alone}):
            of = [point for point in alone if point["users"] == users]
            lines.append(
                (
                    f"{users:,} users",
                    [point["things"] for point in of],
                    [read(point) for point in of],
                )
            )
        draw_curve(axes, title, unit, lines, scheme)
    labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(
        *labels,
        loc="lower center",
        ncols=3,
        frameon=False,
        labelcolor=scheme["ink"],
        fontsize=9,
    )
    figure.supxlabel(
        "servers, and as many sessions", color=scheme["ink"], fontsize=9, y=0.06
    )
    figure.tight_layout(rect=(0.01, 0.07, 0.99, 0.99), h_pad=2.5, w_pad=2)
    figure.savefig(file, facecolor=scheme["background"])
    plt.close(figure)


def main(source: str, folder: str) -> None:
    """Reads the points and makes both pictures."""
    points = json.loads(Path(source).read_text())
    for name, scheme in SCHEMES.items():
        draw(points, Path(folder) / f"scale-1280-{name}.png", scheme)


if __name__ == "__main__":
    main(*sys.argv[1:])
