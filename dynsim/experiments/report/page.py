"""The report of an experiment as one HTML page without network access: sentences, figures, and a table of all cells."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from plotly.graph_objects import Figure
from plotly.offline import get_plotlyjs

from ...answers.base import Told
from ...answers.wording.words import count, listing
from ...dashboard.page import answered, document, drawing, harmless
from ...plots.drawing.cells import SCALE
from ...plots.drawing.style import axis, colours, styled
from ..design.base import Adaptive
from ..effects.forest import forest
from . import basins, bifurcation, curves, parallel, phase_diagram
from .importance import importance
from .menu import verdict_looks
from .packing import Packed, pack
from .quantities import VERDICT
from .sentences import sentences
from .tables import Tables

LIMIT = 7_900_000  # characters of a page
RESERVE = 150_000  # of these, for what is not measured: the frame of the page and its scripts
HEADLINES = 6  # quantities with a column in the table that is seen
FOLDER = Path(__file__).parent


def report(tables: Tables) -> str:
    """The page of an experiment."""
    static = [*_figure("bifurcation", "How do the branches run?", bifurcation.bifurcation(tables), bifurcation.CAPTION),
              *_figure("basins", "Where do random starts end?", basins.basins(tables), basins.CAPTION),
              *_figure("importance", "How much does each parameter matter?", importance(tables),
                       "Bars: indices of the parameters; whiskers: 95\u00a0% intervals."),
              *_figure("forest", "What does each variant change?", _effects(tables),
                       "Dots: the mean paired difference from the reference over all cells; lines: 95\u00a0% "
                       "intervals.")]
    frame = [_head(tables), _story(sentences(tables)), *static, _provenance(tables)]
    room = LIMIT - RESERVE - len(get_plotlyjs()) - sum(len(part.encode()) for part in frame)
    packed = pack(tables, room)
    view, heading, caption = _view(tables, list(packed.columns))
    parts = [*frame[:2], _explorer(view, heading, caption), *static, _table(packed), frame[-1],
             _data(tables, packed, view)]
    title = tables.experiment.title or "An experiment without a title"
    return document(title, [part for part in parts if part], (FOLDER / "look.css").read_text(encoding="utf-8"))


def _head(tables: Tables) -> str:
    experiment = tables.experiment
    question = f"<p>{escape(' '.join(experiment.question.split()))}</p>\n" if experiment.question else ""
    return (
        f"<header>\n<h1>{escape(experiment.title or 'An experiment without a title')}</h1>\n{question}"
        f'<p class="facts">{escape(facts(tables))}</p>\n</header>'
    )


def facts(tables: Tables) -> str:
    """The size of the experiment, in one line."""
    varied = [axis.name for axis in tables.axes if len(axis.levels) > 1]
    parts = [count(len(tables.cells), "cell"), count(int(tables.cells["replicas"].sum()), "replica")]
    parts += [count(len(tables.variants), "variant")] if len(tables.variants) > 1 else []
    parts += [f"varied: {listing(varied, 6)}"] if varied else []
    return " · ".join(parts)


def _story(found: tuple[Told, ...]) -> str:
    answers = "\n".join(map(answered, found))
    return f'<section id="story">\n<h2>What was found?</h2>\n{answers}\n</section>'


def _effects(tables: Tables) -> Figure | str | None:
    return None if tables.effects is None else forest(tables.effects)


def _figure(name: str, heading: str, figure: Figure | str | None, caption: str) -> list[str]:
    if figure is None:
        return []
    if isinstance(figure, str):
        return [f'<section id="{name}">\n<h2>{escape(heading)}</h2>\n<p class="empty">{escape(figure)}</p>\n</section>']
    return [f'<section id="{name}">\n<h2>{escape(heading)}</h2>\n<p class="caption">{escape(caption)}</p>\n'
            f"{drawing(figure)}\n</section>"]


def _view(tables: Tables, columns: list[str]) -> tuple[dict[str, Any] | None, str, str]:
    """The figure of all cells that fits what varies; None for a single cell, and for cells on the way of branches."""
    varied = tables.numeric or tables.categories or len(tables.variants) > 1
    if len(tables.cells) == 1 or tables.found is not None or not varied:
        return None, "", ""
    if len(tables.numeric) > 2:
        view, caption = parallel.parallel(tables, columns), parallel.caption(tables)
        heading = "All parameters at once"
    elif len(tables.numeric) == 2:
        view, heading = phase_diagram.phase_diagram(tables, columns), "The phase diagram"
        caption = phase_diagram.caption(tables, view["kind"] == "fields")
    else:
        view, caption = curves.curves(tables, columns), curves.caption(tables)
        heading = "What does each variant lead to?" if view["x"]["name"] == "variant" else f"Along {view['x']['name']}"
    if not view["menu"]:
        return None, "", ""
    if view.get("more"):
        others = count(view["more"], "other")
        caption += f" The first {len(view['groups'])} combinations are drawn; {others} only have rows in the table."
    return view, heading, caption


def _explorer(view: dict[str, Any] | None, heading: str, caption: str) -> str:
    cell = '<section id="cell" hidden></section>'
    if view is None:
        return cell
    groups: dict[str, list[str]] = {}
    for place, one in enumerate(view["menu"]):
        groups.setdefault(one["group"], []).append(f'<option value="{place}">{escape(one["label"])}</option>')
    options = "".join(f'<optgroup label="{escape(name)}">{"".join(those)}</optgroup>' for name, those in groups.items())
    return (
        f'<section id="diagram">\n<h2>{escape(heading)}</h2>\n<p class="caption">{escape(caption)}</p>\n'
        f'<p class="choose"><label>Show <select id="shown">{options}</select></label></p>\n'
        f'<div id="explored"></div>\n<p class="caption" id="note"></p>\n</section>\n{cell}'
    )


def _table(packed: Packed) -> str:
    note = ""
    if packed.left_out:
        named = listing(packed.left_out, 3)
        note = f'\n<p class="caption">Not on this page, but in cells.parquet: {escape(named)}.</p>'
    return (
        '<section id="all">\n<h2>All cells</h2>\n<p class="caption">Quantities: the median over replicas. Click a '
        f'heading to sort, and a row for all numbers of its cell.</p>{note}\n<div id="table"></div>\n</section>'
    )


def _data(tables: Tables, packed: Packed, view: dict[str, Any] | None) -> str:
    """The cells and all that the scripts read, then the scripts."""
    there = packed.columns
    shares = [{"column": VERDICT + name, "name": name, "share": True} for name in tables.verdicts
              if VERDICT + name in there]
    axes = [{"column": f"axis:{k}", "name": axis.name} for k, axis in enumerate(tables.axes)]
    quantities = [{"column": one.name, "name": one.words} for one in tables.quantities]
    medians = [{"column": one.column("median"), "name": one.words.removeprefix("the ")}
               for one in tables.quantities if one.column("median") in there]
    identity = [{"column": "cell", "name": "cell"}]
    identity += [{"column": "variant", "name": "variant"}] if len(tables.variants) > 1 else []
    identity += [*axes, {"column": "replicas", "name": "replicas"}]
    data = {
        "count": len(tables.cells), "columns": there, "view": view, "verdicts": verdict_looks(tables), "axes": axes,
        "variants": len(tables.variants), "shares": shares, "quantities": quantities,
        "table": [*({**one, "identity": True} for one in identity), *shares, *medians[:HEADLINES]],
        "command": [f"dynsim experiment open {shlex.quote(tables.directory)} --cell ", " --out run"],
        "style": {"axis": axis(), "layout": json.loads(styled([], 0).to_json())["layout"], "colours": colours(SCALE)},
    }
    text = harmless(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    return f'<script type="application/json" id="cells-data">{text}</script>\n<script>{_script()}</script>'


@cache
def _script() -> str:
    files: Iterable[Path] = sorted((FOLDER / "script").glob("*.js"), key=lambda file: int(file.stem.split("_")[0]))
    return "(() => {\n" + "\n".join(file.read_text(encoding="utf-8") for file in files) + "})();"


def _provenance(tables: Tables) -> str:
    experiment = tables.experiment
    axes = [f"{axis.name}: {_extent(axis.texts, axis.numeric)}" for axis in tables.axes]
    rows = {
        "scenario": experiment.scenario, "directory": tables.directory, "design": experiment.design.name,
        "varied": "; ".join(axes), "variants": ", ".join(tables.variants) if len(tables.variants) > 1 else "",
        "replicas of each cell": _replicas(tables), "seed": str(experiment.seed),
        "collected": ", ".join(experiment.collect),
    }
    body = "\n".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows.items() if text)
    return f'<section id="provenance">\n<h2>What ran?</h2>\n<table>\n{body}\n</table>\n</section>'


def _replicas(tables: Tables) -> str:
    """How many replicas cells have; an adaptive design may have had more of them in some than in others."""
    until = tables.experiment.until
    counts = tables.cells["replicas"] + tables.cells["failed"]
    if until is not None:
        counts = tables.cells["replicas"][~tables.failed]
        some = f"{counts.min():,} to {counts.max():,}, " if len(counts) else ""
        return f"{some}until {until.wanted}, at most {until.most:,}"
    if not isinstance(tables.experiment.design, Adaptive) or counts.min() == counts.max():
        return f"{tables.experiment.replicas:,}"
    return f"{counts.min():,} to {counts.max():,}"


def _extent(texts: list[str], numeric: bool) -> str:
    if len(texts) <= 6 or not numeric:
        return listing(texts, 12)
    return f"{len(texts):,} values from {texts[0]} to {texts[-1]}"
