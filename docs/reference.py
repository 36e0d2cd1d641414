"""The parts of the pages that come from the code: `<!-- generated: NAME -->` in a page stands for PARTS[NAME]()."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import textwrap
from collections.abc import Callable, Iterator
from inspect import cleandoc
from itertools import groupby
from pathlib import Path
from typing import Any

from pages import drawing

ROOT = Path(__file__).parents[1]
MARKER = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)
PARTS: dict[str, Callable[[], str]] = {}

Json = dict[str, Any]


def with_parts(text: str) -> str:
    """The page with every generated part in its place."""
    return MARKER.sub(lambda match: PARTS[match[1]]().strip(), text)


def part(function: Callable[[], str]) -> Callable[[], str]:
    PARTS[function.__name__] = function
    return function


# ---------------------------------------------------------------------------------------------- Markdown


def escaped(text: str) -> str:
    """Text that Markdown must not read as markup; what stands between `…` stays code."""
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(p if k % 2 else re.sub(r"([\\*_\[\]<>|#$~{}])", r"\\\1", p) for k, p in enumerate(pieces))


def code(value: Any) -> str:
    """As code, also inside a table."""
    return "`" + str(value).replace("|", "\\|") + "`"


def prose(docstring: str) -> str:
    """A docstring as Markdown: paragraphs flow, what is indented stays as it is."""
    parts = []
    for block in re.split(r"\n(?:[ \t]*\n)+", _unindented(docstring)):
        for indented, lines in groupby(block.splitlines(), key=lambda line: line.startswith("    ")):
            text = "\n".join(lines)
            parts.append(f"```text\n{textwrap.dedent(text)}\n```" if indented else escaped(" ".join(text.split())))
    return "\n\n".join(parts)


def _unindented(docstring: str) -> str:
    """Without the indentation of the code around it, which is that of the closing quotes where they have a line."""
    closing = re.search(r"\n( *)\Z", docstring)
    return re.sub(rf"^ {{{len(closing[1])}}}", "", docstring, flags=re.M).strip() if closing else cleandoc(docstring)


def table(headings: list[str], rows: list[list[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


# ------------------------------------------------------------------------------------------ the scenario

EXPRESSION = "expression"
TITLES = {
    "GraphSpec": "graphs", "VariableSpec": "variables", "AgentSpec": "agents", "BaseSpec": "base",
    "SelectionSpec": "selection", "GroupsSpec": "selection.groups",
    "EventSpec": "events", "ClockSpec": "clock", "EnsembleSpec": "ensemble", "RecordSpec": "record",
}


@part
def scenario() -> str:
    """Every section and key of a scenario, from the JSON Schema."""
    schema = _schema()
    parts = ["### The sections", _keys(schema)]
    for name, section in TITLES.items():
        spec = schema["$defs"][name]
        named = schema["properties"].get(section, {}).get("type") == "object"
        what = f"`{section}` holds a mapping of names; each of them has these keys:" if named else ""
        parts += [f"### {section}", f"{escaped(spec['description'])} {what}".strip(), _keys(spec)]
    return "\n\n".join(parts)


@part
def experiment() -> str:
    """Every key of an experiment, and every design with its settings, from the JSON Schema."""
    from dynsim.experiments.grammar.schema import schema

    described = schema()
    variant, until = (described["$defs"][name] for name in ("VariantSpec", "UntilSpec"))
    parts = ["### The keys", _keys(described), "### variants", "Each name below `variants` has these keys:"]
    return "\n\n".join([*parts, _keys(variant), "### until", escaped(until["description"]), _keys(until)])


@part
def designs() -> str:
    """Every design with its settings."""
    from dynsim.experiments.design.base import DESIGNS
    from dynsim.experiments.grammar.schema import schema

    mapping = schema()["$defs"]["Design"]["anyOf"][1]["properties"]
    rows = []
    for name in DESIGNS.names():
        settings = mapping[name]["properties"]
        told = [f"`{key}`: {escaped(value.get('description', ''))}" for key, value in settings.items()]
        rows.append([code(name), escaped(mapping[name]["description"]), "; ".join(told)])
    return table(["design", "what it simulates", "settings"], rows)


def _schema() -> Json:
    from dynsim.system.scenario import schema

    return schema()


def _keys(spec: Json) -> str:
    required = spec.get("required", [])
    rows = []
    for key, value in spec["properties"].items():
        default = "required" if key in required else _default(value)
        example = code(f"{key}: {_flow(value['examples'][0])}")
        rows.append([code(key), escaped(value["description"]), _kind(value), default, example])
    return table(["key", "meaning", "holds", "default", "example"], rows)


def _default(value: Json) -> str:
    default = value.get("default")
    return "" if default in (None, "", [], {}) else code(_flow(default))


def _flow(value: Any) -> str:
    """YAML on one line."""
    import yaml

    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True, sort_keys=False)
    return text.removesuffix("...\n").strip()


def _kind(value: Json) -> str:
    """What a key holds, in words."""
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[1]
        return {
            "Rule": "[rule](rules.md)", "Game": "[game](games.md)", "Scheme": "[scheme](selection.md)",
            "Design": "[design](#designs)",
        }.get(name, "mapping")
    if "const" in value:
        return code(value["const"])
    if "enum" in value:
        return " or ".join(code(option) for option in value["enum"])
    if "anyOf" in value:
        options = dict.fromkeys(_kind(option) for option in value["anyOf"] if option.get("type") != "null")
        return " or ".join(options)
    kind = value.get("type", "anything")
    if kind == ["number", "string"]:
        return EXPRESSION
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        items = _kind(value["items"])
        return "list of " + {"text": "names", "number or null": "numbers"}.get(items, _plural(items))
    if kind == "object":
        inner = value.get("additionalProperties")
        return f"mapping to {_kind(inner)}" if isinstance(inner, dict) and "$ref" not in inner else "mapping"
    return {"string": "text", "boolean": "true or false", "integer": "whole number"}.get(kind, kind)


def _plural(kind: str) -> str:
    return re.sub(r"^list of", "lists of", kind) if kind.startswith("list of") else f"{kind}s"


@part
def generators() -> str:
    """The graph generators that a scenario may name."""
    from dynsim.system.graphs.generators import GENERATORS

    rows = []
    for name, generator in GENERATORS.items():
        arguments = [f"{a} (optional)" if a in generator.optional else a for a in generator.arguments]
        rows.append([code(name), ", ".join(arguments), "yes" if generator.seeded else ""])
    return table(["generator", "arguments", "random"], rows)


@part
def distributions() -> str:
    """The distributions of initial values."""
    import dynsim.system.distributions as module
    from dynsim.algebra.reading.sampling import DISTRIBUTIONS

    rows = []
    for name in DISTRIBUTIONS:
        meaning = re.search(r"`(.+?)`\W*(.*)", (getattr(module, name).__doc__ or "").split(";")[0])
        assert meaning is not None
        rows.append([code(meaning[1]), escaped(meaning[2].rstrip("."))])
    return table(["draw", "meaning"], rows)


# ------------------------------------------------------------------------------------------ the plug-ins


def _plugins(registry: Any) -> Iterator[tuple[str, Any]]:
    for name in registry.names():
        yield name, registry.get(name)


@part
def rules() -> str:
    """Every learning rule, with its settings."""
    from dynsim.rules.base import RULES
    from dynsim.rules.building.information import needs

    parts = []
    for name, rule in _plugins(RULES):
        facts = [f"clock: {' or '.join(sorted(rule.clocks))}", f"populations: {'yes' if rule.populations else 'no'}"]
        facts += ["whole points of a simplex only"] if rule.space == "simplex" else []
        facts += [f"needs: {', '.join(needs(rule)) or 'nothing of the game'}"]
        parts += [f"### {name}", prose(rule.__doc__), f"*{escaped('; '.join(facts))}*", _settings(rule)]
    return "\n\n".join(parts)


@part
def schemes() -> str:
    """Every selection scheme, with its settings."""
    from dynsim.selection.base import SCHEMES
    from dynsim.settings import settings_of

    parts = []
    for name, scheme in _plugins(SCHEMES):
        parts += [f"### {name}", prose(scheme.__doc__)]
        parts += [_settings(scheme)] if settings_of(scheme) else []
    return "\n\n".join(parts)


@part
def games() -> str:
    """Every game, with its settings."""
    from dynsim.games.base import GAMES
    from dynsim.settings import settings_of

    parts = []
    for name, game in _plugins(GAMES):
        parts += [f"### {name}", prose(game.__doc__)]
        parts += [_settings(game)] if settings_of(game) else []
    return "\n\n".join(parts)


def _settings(plugin: type) -> str:
    from dynsim.settings import CountSetting, NumberSetting, settings_of

    declared = settings_of(plugin)
    rows = []
    for field in dataclasses.fields(plugin):
        if field.name not in declared:
            continue
        setting = declared[field.name]
        missing = field.default is dataclasses.MISSING
        default = "required" if missing else "" if field.default is None else code(field.default)
        kind = setting.expected if isinstance(setting, CountSetting | NumberSetting) else _words(setting)
        rows.append([code(field.name), escaped(setting.doc), kind, default])
    return table(["setting", "meaning", "holds", "default"], rows)


def _words(setting: Any) -> str:
    from dynsim.settings import ArraySetting, ChoiceSetting, NestedListSetting, NestedSetting, NumberSetting

    match setting:
        case ChoiceSetting():
            return " or ".join(code(option) for option in setting.options)
        case ArraySetting():
            each = "" if setting.each == NumberSetting() else f", each {setting.each.expected}"
            other = "" if setting.registry is None else f", or a {setting.registry.kind} that has them"
            return f"nested lists of numbers{each}{other}"
        case NestedSetting():
            return f"a {setting.registry.kind}"
        case NestedListSetting():
            return f"a list of {setting.registry.kind}s"
    return EXPRESSION


@part
def integrators() -> str:
    """Every integration method."""
    from dynsim.integrators.base import INTEGRATORS

    meanings = {"none": "", "ito": "Itô", "stratonovich": "Stratonovich"}
    rows = []
    for name, method in _plugins(INTEGRATORS):
        strong = "" if method.strong_order is None else f"{method.strong_order:g}"
        step = "adaptive" if method.adaptive else "fixed"
        rows.append([code(name), str(method.order), step, meanings[method.noise], strong, escaped(method.source)])
    return table(["method", "order", "step", "noise", "strong order", "source"], rows)


@part
def log_metrics() -> str:
    """Every log metric."""
    from dynsim.analysis.conflict_log.metrics.base import LOG_METRICS

    parts = []
    for name, metric in _plugins(LOG_METRICS):
        parts += [f"### {name}", f"Table `{metric.table}.parquet`.", prose(metric.__doc__)]
    return "\n\n".join(parts)


@part
def requested_metrics() -> str:
    """Every requested metric, with its settings."""
    from dynsim.analysis.requested_metrics.base import REQUESTED_METRICS
    from dynsim.settings import settings_of

    parts = []
    for name, metric in _plugins(REQUESTED_METRICS):
        parts += [f"### {name}", f"*{escaped(metric.heading)}*", prose(metric.__doc__)]
        parts += [_settings(metric)] if settings_of(metric) else []
    return "\n\n".join(parts)


@part
def more_tables() -> str:
    """The tables of metrics that the page on run directories does not tell of by itself."""
    from dynsim.analysis.conflict_log.metrics.base import LOG_METRICS

    page = (ROOT / "docs" / "run_directory.md").read_text(encoding="utf-8")
    parts = []
    for _, metric in _plugins(LOG_METRICS):
        if f"\n### {metric.table}.parquet\n" not in page:
            parts += [f"### {metric.table}.parquet", prose(metric.__doc__)]
    return "\n\n".join(parts)


@part
def episodes() -> str:
    """Every kind of episode."""
    from dynsim.analysis.conflict_log.episodes.base import KINDS

    parts = []
    for name, kind in _plugins(KINDS):
        parts += [f"### {name}", prose(kind.__doc__)]
    return "\n\n".join(parts)


@part
def episode_columns() -> str:
    from dynsim.analysis.conflict_log.episodes.base import EpisodeKind

    return prose(EpisodeKind.__doc__ or "")


@part
def outcomes() -> str:
    from dynsim.analysis.conflict_log.episodes.base import SignalKind

    return prose(SignalKind.outcomes.__doc__ or "")


@part
def answers() -> str:
    """Every answer, in order."""
    from dynsim.answers.base import answers as in_order

    parts = []
    for one in in_order():
        parts += [f"### {one.name}", f"Heading: {escaped(one.heading)}.", prose(one.tell.__doc__ or "")]
    return "\n\n".join(parts)


@part
def figures() -> str:
    """Every figure of the dashboard."""
    from dynsim.plots.base import figures as in_order

    return table(["figure", "question", "how to read it"],
                 [[code(p.name), escaped(p.heading), escaped(p.caption)] for p in in_order()])


@part
def atlas() -> str:
    """Every row of the atlas: its theory, and what is kept of it in docs/atlas."""
    from dynsim.atlas.result import read
    from dynsim.atlas.rows.base import rows as in_order

    kept = [(row, read(ROOT / "docs" / "atlas" / f"{row.name}.json")) for row in in_order()]
    overview = [
        [f"[{escaped(row.name)}](#{row.name})", escaped(row.heading), str(len(result.checks)),
         str(sum(check.reproduced for check in result.checks)), f"{result.seconds:.1f}"]
        for row, result in kept
    ]
    parts = [table(["row", "question", "numbers", "reproduced", "seconds"], overview)]
    for section, group in groupby(kept, key=lambda pair: pair[0].section):
        parts.append(f"## {section}")
        for row, result in group:
            parts += _row(row, result)
    return "\n\n".join(parts)


def _row(row: Any, result: Any) -> Iterator[str]:
    yield from (f"### {row.name}", f"**{escaped(row.heading)}** {escaped(row.source)}.", prose(row.__doc__ or ""))
    yield _checks(result.checks)
    for check in result.checks:
        if check.missed and not check.reproduced:
            yield f"Not reproduced: {escaped(f'{check.what}. {check.missed}')}"
    figure = result.drawn()
    if figure is not None:
        yield f"```{{raw}} html\n{drawing(figure)}\n```"


def _checks(checks: Any) -> str:
    from dynsim.atlas import words

    rows = [[escaped(c.what), words.expected(c), words.measured(c), words.tolerance(c), c.origin,
             "reproduced" if c.reproduced else "**not reproduced**"] for c in checks]
    return table(["what", "expected", "measured", "tolerance", "origin", "verdict"], rows)


@part
def bounds() -> str:
    """What a scenario may ask for at most."""
    from dynsim.algebra.reading import scan, tree
    from dynsim.session.run import ROOM
    from dynsim.system.expressions import reader
    from dynsim.system.graphs import files, generators, graphml, graphml_elements, parquet_tables, text_lines
    from dynsim.system.reading import array_files, memory_limit, variables
    from dynsim.system.text import yaml_loader

    mib = 2**20
    rows = [
        ["file", f"{yaml_loader.MAX_BYTES // mib} MiB, {yaml_loader.MAX_DEPTH} levels, {yaml_loader.MAX_NODES:,} keys "
         f"and values, {yaml_loader.MAX_SCALAR:,} characters in one text"],
        ["expression", f"{scan.MAX_LENGTH:,} characters, {scan.MAX_TOKENS:,} tokens, {scan.MAX_NESTING} levels of "
         f"brackets, {tree.MAX_WORK:,} operations"],
        ["all expressions together", f"{reader.MAX_WORK:,} operations"],
        ["vector, parameter", f"{variables.MAX_COMPONENTS:,} components, {variables.MAX_NUMBERS:,} numbers"],
        ["generated graph", f"{generators.MAX_WORK:,} nodes and edges together"],
        ["graph file", f"{files.MAX_BYTES // mib} MiB, {text_lines.MAX_EDGES:,} edges, {text_lines.MAX_LINE:,} "
         f"characters in a line, {graphml_elements.MAX_DEPTH} levels and {graphml.MAX_VALUES:,} values of nodes in "
         "GraphML"],
        ["graph file in Parquet", f"{parquet_tables.MAX_TABLE_BYTES // 2**30} GiB, {parquet_tables.MAX_ROWS:,} rows"],
        ["numbers from a file", f"{array_files.MAX_BYTES // 2**30} GiB"],
        ["`resolved.yaml` of a run", f"{ROOM} times what a scenario file may have"],
        ["states of all replicas", f"{memory_limit.MAX_BYTES / 1e9:.0f} GB"],
        ["record", "what fits on the disk (or, without a directory, in memory)"],
    ]
    return table(["what", "at most"], rows)


@part
def sizes() -> str:
    """What a run is estimated to need."""
    from dynsim.session.checks import memory
    from dynsim.system.graphs import generators

    (replica, agent, pair), (tick, _, pair_then) = memory.PER_REPLICA, memory.PER_TICK
    rows = [
        ["replica", f"{memory.LANE}, and 8 for each of {memory.COPIES} copies of its states (one more for every stage "
         f"of an integrator) and {memory.PARAMETER_COPIES} of its parameters"],
        ["edge that is interpreted", f"8 for each of {memory.EDGE_COPIES} values per replica"],
        ["conflict log, per replica", f"{replica:,}, {agent:,} for each agent, {pair:,} for each pair of agents"],
        ["conflict log, per recorded tick", f"{tick:,}, and {pair_then:,} for each pair of agents"],
        ["record", "8 for each number, in memory or on the disk"],
        ["generated graph", f"{generators.BYTES:,} for each node and edge"],
    ]
    return table(["what", "bytes"], rows)


@part
def errors() -> str:
    """The tree of exceptions."""
    import dynsim.errors

    return prose(dynsim.errors.__doc__ or "")


# -------------------------------------------------------------------------------------- tests, benchmarks

YEAR = re.compile(r"\b(1[6-9]|20)\d\d\b")
FORMULA = re.compile(r"[=≤≥√∂Σ∇]")


ORACLES = ROOT / "tests" / "oracles"


@part
def published() -> str:
    """Tests whose docstring names a source."""
    return _listed(lambda text: bool(YEAR.search(text)))


@part
def closed_forms() -> str:
    """Tests whose docstring states a formula of its own."""
    return _listed(lambda text: not YEAR.search(text) and bool(FORMULA.search(text)))


@part
def oracles() -> str:
    """Tests against packages of others: what they say together, and each by itself."""
    parts = []
    for file in sorted(ORACLES.glob("test_*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        together = " ".join((ast.get_docstring(tree) or "").split())
        parts += [f"### {file.relative_to(ROOT).as_posix()}", escaped(together), "\n".join(_tests(tree, bool))]
    return "\n\n".join(parts)


def _listed(wanted: Callable[[str], bool]) -> str:
    """A list for every file without other packages."""
    parts = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        if ORACLES not in file.parents:
            found = _tests(ast.parse(file.read_text(encoding="utf-8")), wanted)
            parts += [f"### {file.relative_to(ROOT).as_posix()}", "\n".join(found)] if found else []
    return "\n\n".join(parts)


def _tests(tree: ast.Module, wanted: Callable[[str], bool]) -> list[str]:
    """What a test says of itself, and its name."""
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    texts = {node.name: " ".join((ast.get_docstring(node) or "").split()) for node in tests}
    return [f"- {escaped(text)} {code(name)}" for name, text in texts.items() if text and wanted(text)]


@part
def benchmarks() -> str:
    """The tables of the last runs of the benchmarks that wrote benchmarks/results*.json, if there were any."""
    paths = sorted((ROOT / "benchmarks").glob("results*.json"))
    if not paths:
        return "There are no results in this checkout: run the commands above."
    return "\n\n".join(map(_results, paths))


def _results(path: Path) -> str:
    """What was measured in one run, and on what."""
    found = json.loads(path.read_text(encoding="utf-8"))
    machine = table(["", ""], [[escaped(key), escaped(value)] for key, value in found["machine"].items()])
    rows = []
    for row in found["rows"]:
        reached = ("yes" if row["reached"] else "**no**") if row["target"] else ""
        numbers = [_number(row[key]) for key in ("ours", "theirs")]
        cells = [escaped(row["unit"]), _number(row["ratio"]), escaped(row["target"]), reached, escaped(row["note"])]
        rows.append([escaped(row["name"]), *numbers, *cells])
    headings = ["benchmark", "dynsim", "peer", "unit", "ratio", "target", "reached", "note"]
    return f"{machine}\n\n{table(headings, rows)}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
