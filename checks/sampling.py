"""Exact points that lie in the sorts, and their simplification while something keeps failing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from ..spec.language import lengths
from ..spec.language.claims import Variable
from ..spec.language.sorts import Domain

Point = dict[str, Any]
SIMPLER = tuple(Fraction(x) for x in (0, 1, -1, 2, Fraction(1, 2), 3))


def sizes_of(variables: Mapping[str, Variable]) -> list[str]:
    """The names that are dimensions: Size parameters, and whatever is used as a length."""
    used = lengths_of(variables)
    return [v.name for v in variables.values() if v.sort.kind == "size" or v.name in used]


def size_choices(names: list[str], sizes: tuple[int, ...]) -> Iterator[dict[str, int]]:
    """All dimensions equal, from small to large, then pairwise different ones."""
    for n in sizes:
        yield dict.fromkeys(names, n)
    if len(names) > 1:
        for shift in (0, 1):
            yield {name: 2 + (i + shift) % 2 for i, name in enumerate(names)}


def lengths_of(variables: Mapping[str, Variable]) -> set[str]:
    """The dimensions that something has as its length, or an index as its end."""
    return {d for v in variables.values() for d in v.sort.sizes}


def numbers_of(variables: Mapping[str, Variable]) -> list[str]:
    """The dimensions that are only numbers."""
    used = lengths_of(variables)
    return [v.name for v in variables.values() if v.sort.kind == "size" and v.name not in used]


def no_length(variables: Mapping[str, Variable]) -> Iterator[dict[str, int]]:
    """Arrays without entries, where a natural number that may be 0 is their length."""
    for name in [n for n in sizes_of(variables) if 0 in variables[n].sort.domain]:
        others = [v for v in variables.values() if name in v.sort.sizes]
        if all(v.sort.kind in ("array", "stationary") and not v.sort.sums for v in others):
            yield {**dict.fromkeys(sizes_of(variables), 1), name: 0}


def mixed_sizes(names: list[str], numbers: list[str], rng: random.Random) -> dict[str, int]:
    """Dimensions that are small each on its own: a kernel shorter than its input, a stride of 3."""
    return {name: rng.randint(1, 7 if name in numbers else 3) for name in names}


def sample_point(
    variables: Mapping[str, Variable],
    sizes: Mapping[str, int],
    rng: random.Random,
    narrowed: Mapping[str, Domain] | None = None,
) -> Point:
    """One exact point; now and then two variables of one sort coincide, which is where equality cases live."""
    point: Point = {}
    dims = {d: lengths.value(d, sizes.__getitem__) for v in variables.values() for d in v.sort.dims}
    for v in variables.values():
        if v.name in sizes:
            point[v.name] = sizes[v.name]
        elif narrowed and v.name in narrowed and v.sort.kind == "scalar":
            value = narrowed[v.name].sample(rng)
            point[v.name] = int(value) if narrowed[v.name].integer else value
        else:
            value = v.sort.sample(rng, dims)
            whole = v.sort.kind == "index" or (v.sort.kind == "scalar" and v.sort.domain.integer)
            point[v.name] = int(value) if whole else value
        if v.sort.kind == "functional":
            point[v.name] = lambda entries: Fraction(0)
    if rng.random() < 0.25:
        _coincide(variables, point, rng, narrowed or {})
    return point


def plain_point(
    variables: Mapping[str, Variable], point: Point, rng: random.Random, values: tuple[Fraction, ...] = SIMPLER
) -> Point:
    """The point with most numbers made 0, 1, −1, …: where both sides of an equivalence change, and data balance."""
    out = dict(point)

    def plainer(now: Any, domain: Domain) -> Any:
        chosen = rng.choice(values)
        return chosen if chosen in domain and rng.random() < 0.8 else now

    for v in variables.values():
        value, domain = point.get(v.name), v.sort.domain
        if v.sort.kind == "scalar" and isinstance(value, Fraction):
            out[v.name] = plainer(value, domain)
        elif v.sort.kind == "array" and isinstance(value, dict):
            even = {key: Fraction(1, len(group)) for group in v.sort.groups(value) for key in group}
            ordinary = {key: plainer(entry, domain) for key, entry in value.items()}
            if v.sort.symmetric:
                ordinary = {key: ordinary[min(key, key[::-1])] for key in ordinary}
            evened = not v.sort.one_hot and rng.random() < 0.5
            out[v.name] = ordinary if not v.sort.sums else even if evened else value
    return out


def even_point(
    variables: Mapping[str, Variable], point: Point, value: int, narrowed: Mapping[str, Domain] | None = None
) -> Point:
    """The point with every number made this value, where the sorts admit it: at 0 and 1 most sides lose their value."""
    out, lengths = dict(point), lengths_of(variables)
    for v in variables.values():
        domain = (narrowed or {}).get(v.name, v.sort.domain)
        if value not in domain or v.name in lengths:
            continue
        if v.sort.kind == "scalar" and v.name in point:
            out[v.name] = value if isinstance(point[v.name], int) else Fraction(value)
        elif v.sort.kind == "array" and isinstance(point.get(v.name), dict) and not v.sort.sums:
            out[v.name] = dict.fromkeys(point[v.name], Fraction(value))
    return out


def _coincide(
    variables: Mapping[str, Variable], point: Point, rng: random.Random, narrowed: Mapping[str, Domain]
) -> None:
    """Make two variables that mean the same thing equal; a whole distribution may become a single point."""
    groups: dict[Any, list[str]] = {}
    for v in variables.values():
        if v.sort.kind in ("scalar", "array"):
            domain = narrowed.get(v.name, v.sort.domain)
            groups.setdefault((v.sort.kind, v.sort.dims, domain, v.sort.sums, v.sort.symmetric), []).append(v.name)
    for (_, _, domain, sums, _), names in groups.items():
        if sums and domain.low == 0 and not domain.open_low and rng.random() < 0.5:
            entries = point[names[0]]
            chosen = {rng.choice(group) for group in variables[names[0]].sort.groups(entries)}
            point[names[0]] = {k: Fraction(int(k in chosen)) for k in entries}
        for name in names[1:]:
            point[name] = point[names[0]]


def simplified(
    variables: Mapping[str, Variable],
    point: Point,
    fails: Callable[[Point], bool],
    narrowed: Mapping[str, Domain] | None = None,
) -> Point:
    """The point with as many values as possible made simple, still failing; lengths stay."""
    numbers, lengths = numbers_of(variables), lengths_of(variables)
    for v in variables.values():
        domain = (narrowed or {}).get(v.name, v.sort.domain)
        value = point.get(v.name)
        whole = v.sort.kind == "scalar" and domain.integer and v.name not in lengths
        if v.name in numbers or whole:
            smaller = ({**point, v.name: n} for n in range(domain.low or 0, int(value or 0)) if n in domain)
            point = next(filter(fails, smaller), point)
        elif v.sort.kind == "scalar" and isinstance(value, Fraction):
            point = _simpler(point, domain, fails, lambda x, p, name=v.name: {**p, name: x}, value)
        elif v.sort.sums and isinstance(value, dict):
            for group in v.sort.groups(value):
                point = _simpler_weights(point, v, group, fails)
        elif v.sort.kind == "array" and isinstance(value, dict):
            for key in value:
                both = (key, key[::-1]) if v.sort.symmetric else (key,)
                change = lambda x, p, name=v.name, both=both: {**p, name: {**p[name], **dict.fromkeys(both, x)}}  # noqa: E731
                point = _simpler(point, domain, fails, change, point[v.name][key])
    return point


def _simpler_weights(point: Point, v: Variable, group: list[tuple[int, ...]], fails: Callable[[Point], bool]) -> Point:
    """With weights that sum to 1 put on one entry, or made equal."""
    certain = [{k: Fraction(int(k == chosen)) for k in group} for chosen in group]
    for candidate in (*certain, dict.fromkeys(group, Fraction(1, len(group)))):
        if all(point[v.name][k] == w for k, w in candidate.items()):
            return point
        if all(w in v.sort.domain for w in candidate.values()):
            trial = {**point, v.name: {**point[v.name], **candidate}}
            if fails(trial):
                return trial
    return point


def _simpler(
    point: Point, domain: Domain, fails: Callable[[Point], bool], change: Callable[..., Point], now: Fraction
) -> Point:
    for candidate in SIMPLER:
        if candidate == now:
            return point
        if candidate in domain:
            trial = change(candidate, point)
            if fails(trial):
                return trial
    return point
