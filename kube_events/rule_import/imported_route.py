"""The routing tree that an import makes, and how it is written down with where each route came from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from kube_events.plain_text import plain

_LINE = 110
"""Columns up to which a pattern is written in one line."""


@dataclass(frozen=True)
class Origin:
    """What in the source a route stands for."""

    place: str
    """Where, such as config.yaml:14."""
    about: str
    """What, such as route.match[0]."""


@dataclass(frozen=True)
class ImportedRoute:
    """A route to be."""

    match: dict[str, Any] | None
    """None takes every event."""
    receivers: tuple[str, ...] = ()
    continues: bool = True
    routes: tuple[ImportedRoute, ...] = ()
    origins: tuple[Origin, ...] = field(default=(), compare=False)
    why: str = ""
    """What it is there for, where that is not plain to see."""


def without(routes: Sequence[ImportedRoute], names: Collection[str]) -> tuple[ImportedRoute, ...]:
    """The routes without some receivers, and without what is then there for nothing."""
    kept = []
    for route in routes:
        receivers = tuple(name for name in route.receivers if name not in names)
        inner = without(route.routes, names)
        tells = bool(receivers) or any(_tells(one) for one in inner)
        stops = not route.continues and not route.receivers
        if tells or stops:
            kept.append(replace(route, receivers=receivers, routes=inner))
    return tuple(kept)


def told(routes: Sequence[ImportedRoute]) -> Iterator[str]:
    """The receivers of all routes, as often as they stand there."""
    for route in routes:
        yield from route.receivers
        yield from told(route.routes)


def _tells(route: ImportedRoute) -> bool:
    return bool(route.receivers) or any(map(_tells, route.routes))


def placed(routes: Sequence[ImportedRoute], path: str = "route") -> Iterator[tuple[str, ImportedRoute]]:
    """Each route with its path in the rule file."""
    for at, route in enumerate(routes):
        place = f"{path}.routes[{at}]"
        yield place, route
        yield from placed(route.routes, place)


def rule_file(routes: Sequence[ImportedRoute], heading: Sequence[str]) -> str:
    """The rule file, YAML with comments."""
    lines = [f"# {plain(line)}".rstrip() for line in heading]
    lines += [
        "",
        "route:",
        "  receivers: []                    # what no route below takes is told to nobody",
        "  # The source told every event by itself; so would group_by: ['...'].",
        "  group_by: [cluster.name, involvedObject.namespace, reason]",
        "  group_wait: 30s",
        "  group_interval: 5m",
        "  repeat_interval: 4h",
    ]
    if routes:
        lines.append("  routes:")
        for route in routes:
            lines.extend(_written(route, "    "))
    return "\n".join(lines) + "\n"


def _written(route: ImportedRoute, indent: str) -> Iterator[str]:
    for origin in route.origins:
        yield f"{indent}# {plain(f'{origin.place}: {origin.about}')}"
    if route.why:
        yield f"{indent}# {plain(route.why)}"
    keys = list(_match(route.match, indent + "  "))
    keys.append(f"{indent}  receivers: {_flow(list(route.receivers))}")
    if route.continues:
        keys.append(f"{indent}  continue: true")
    yield f"{indent}- {keys[0].lstrip()}"
    yield from keys[1:]
    if route.routes:
        yield f"{indent}  routes:"
        for inner in route.routes:
            yield from _written(inner, indent + "    ")


def _match(match: dict[str, Any] | None, indent: str) -> Iterator[str]:
    if match is None:
        return
    line = f"{indent}match: {_flow(match)}"
    if len(line) <= _LINE:
        yield line
        return
    yield f"{indent}match:"
    block = yaml.safe_dump(match, sort_keys=False, allow_unicode=True, width=10_000)
    yield from (f"{indent}  {one}" for one in block.splitlines())


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.strip().removesuffix("\n...")
