"""Routines: functions as code computes them, with arguments in calling order, conventions, and arrays as results.

A routine is a Python function whose parameters are sorts (the arguments), Index sorts (axes of the result) and choices
(conventions, by keyword). Its body returns an expression, a vector of them, or a tuple where there are several results:

    @routine
    def kl(p=Simplex["k"], q=Simplex["k"], base=Choice("e", 2)):
        \"\"\"The divergence of q from p, Σ pₖ log(pₖ/qₖ).\"\"\"

A variant is a routine with all conventions fixed: what an audit evaluates.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import sympy as sp

from . import expressions as x
from .claims import REGISTRY, Definition, Variable, built, declared
from .codings import AS_IS, Coding, Given, Options, meant
from .errors import LanguageError, located
from .printing import latex
from .sorts import RANDOM, Index, Sort
from .validate import check_ranges

SPEC = __name__.partition(".language.")[0]
BUILT_IN = f"{SPEC}.routines"
NAMES = tuple(
    """softmax log_softmax logsumexp logaddexp sigmoid log_sigmoid softplus tanh relu relu_grad logistic_loss bce_probs
    bce_logits cross_entropy ce_grad entropy kl kl_logq js mutual_information mse hinge l2_penalty l2_penalty_grad
    l1_penalty l1_penalty_grad softmax_jacobian logreg_grad softmax_reg_grad batchnorm layernorm attention
    gaussian_attention corr2d sgd momentum nesterov sgd_momentum_wd adagrad rmsprop adam cosine_lr warmup_cosine_lr
    perplexity laplace_smoothing""".split()
)
ROUTINES: dict[str, Routine] = {}
MAPS = ("", "elements", "rows")


@dataclass(frozen=True)
class Parameter:
    """One argument of a variant, as code is called with it."""

    name: str
    sort: Sort
    coding: Coding = AS_IS
    optional: bool = False


@dataclass(frozen=True)
class Output:
    """One array of a result: its entry at the indices (each from 1), by the definition and by the stable formula."""

    indices: tuple[x.Bound, ...]
    sizes: tuple[Any, ...]
    stable: Any
    literal: Any


@dataclass(frozen=True, eq=False)
class Variant:
    """A routine with its conventions fixed, and with some of its optional arguments.

    `maps`: "elements" where all arguments are arrays of any one shape, "rows" where they are (…, k) and the last axis
    is what the formula is about, "" where they have the shapes of their sorts.
    """

    routine: Routine
    conventions: Mapping[str, Any]
    included: frozenset[str] = field(default_factory=frozenset)

    @property
    def name(self) -> str:
        return self.routine.name

    @property
    def maps(self) -> str:
        return self.routine.maps

    @property
    def title(self) -> str:
        return inspect.cleandoc(self.routine.function.__doc__ or "").splitlines()[0]

    @cached_property
    def parameters(self) -> list[Parameter]:
        given = self.routine.arguments.items()
        return [
            Parameter(name, g.sort(self.conventions), g.coding(self.conventions), g.may_lack)
            for name, g in given
            if g.there(self.conventions) and (not g.may_lack or name in self.included)
        ]

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """The arguments and the axes, as the language declares them."""
        sorts = {p.name: p.sort for p in self.parameters} | self.routine.axes
        return declared(sorts, {}, self.routine.where)

    def with_optional(self, names: Iterable[str]) -> Variant:
        """The same conventions, with these optional arguments."""
        wanted = frozenset([names] if isinstance(names, str) else names)
        may = [name for name, given in self.routine.arguments.items() if given.may_lack]
        for name in sorted(wanted - {*may}):
            raise LanguageError(f"{name} is no optional argument of {self.name}{meant(name, may)}")
        return self.routine.made(self.conventions, wanted)

    def admits(self, integers: Mapping[str, int]) -> bool:
        """Whether dimensions and whole-numbered arguments may have these values together, as far as they are given."""
        where = self.routine.where_holds
        names = inspect.signature(where).parameters if where else ()
        if where is None or any(n not in integers for n in names):
            return True
        return bool(where(**{n: integers[n] for n in names}))

    @property
    def several(self) -> bool:
        return self._results[0]

    @property
    def outputs(self) -> tuple[Output, ...]:
        return self._results[1]

    @property
    def latex(self) -> str:
        """The formula of each result, as printed."""
        return r",\quad ".join(latex(e) for e in self._shown)

    @cached_property
    def _literal(self) -> tuple[bool, list[_Entry]]:
        return self._read(self.routine.function)

    @cached_property
    def _shown(self) -> list[Any]:
        return [e.expr for e in self._literal[1]]

    @cached_property
    def _results(self) -> tuple[bool, tuple[Output, ...]]:
        several, literal = self._literal
        stable = literal
        if self.routine.stable_function:
            stable = self._read(self.routine.stable_function)[1]
            if [e.shape for e in stable] != [e.shape for e in literal]:
                raise LanguageError(f"the stable formula of {self.name} gives another shape", self.routine.where)
        top = max(x.level(e.expr) for e in (*literal, *stable))
        return several, tuple(_output(one, other, top) for one, other in zip(literal, stable, strict=True))

    def _read(self, function: Callable[..., Any]) -> tuple[bool, list[_Entry]]:
        """The results that a body gives, checked as every definition is."""
        given = {n: v.expr for n, v in self.variables.items()} | dict(self.conventions)
        names = inspect.signature(function).parameters
        result = built(self.name, function, {n: given.get(n) for n in names})
        several = isinstance(result, (tuple, list))
        return several, [self._entry(e, function) for e in (result if several else [result])]

    def _entry(self, what: Any, function: Callable[..., Any]) -> _Entry:
        """One result, with vectors taken apart into their entry and its axes."""
        variables = dict(self.variables)
        axes = [variables[name] for name in self.routine.axes]
        while isinstance(what, x.Family):
            if what.low != 1 or what.high == sp.oo:
                raise LanguageError(
                    f"a result of {self.name} has entries 1, …, n, and no other ones", located(function)
                )
            hint = what.index.name
            while hint in variables:
                hint += "_"
            index = sp.Symbol(hint, integer=True)
            variables[hint] = Variable(hint, Index, index, (what.high,))
            axes.append(variables[hint])
            what = what[index]
        if isinstance(what, x.Array):
            raise LanguageError(
                f"a result of {self.name} is the array {what.name} itself; return vector(lambda i: {what.name}[i], over=…)",
                located(function),
            )
        try:
            what = x.plain_number(what)
            check_ranges(_Item(self.routine, variables), what)  # type: ignore[arg-type]
            for axis in axes:
                check_ranges(_Item(self.routine, variables), axis.lengths[0])  # type: ignore[arg-type]
        except LanguageError as error:
            raise LanguageError(error.bare, error.where or located(function)) from error
        return _Entry(what, tuple(a.expr for a in axes), tuple(a.lengths[0] for a in axes))


@dataclass(frozen=True)
class _Entry:
    """An entry of a result, with the symbols of its axes and their lengths."""

    expr: Any
    axes: tuple[Any, ...]
    shape: tuple[Any, ...]


@dataclass(frozen=True)
class _Item:
    """What the validator asks of a claim or definition."""

    routine: Routine
    variables: Mapping[str, Variable]

    @property
    def id(self) -> str:
        return self.routine.name

    @property
    def where(self) -> str:
        return self.routine.where

    @property
    def function(self) -> Callable[..., Any]:
        return self.routine.function


def _output(literal: _Entry, stable: _Entry, top: int) -> Output:
    """Both formulas with the same indices, which no binder inside uses."""
    indices = tuple(x.Bound(a.name, top + 1 + i) for i, a in enumerate(literal.axes))

    def bound(e: _Entry) -> Any:
        return x.substitute(e.expr, dict(zip(e.axes, indices, strict=True)), reopen=False)

    return Output(indices, literal.shape, bound(stable), bound(literal))


class Routine:
    """A function as code computes it. `variant(**conventions)` fixes its conventions."""

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        maps: str = "",
        where: Callable[..., bool] | None = None,
        stable: Callable[..., Any] | None = None,
        entrywise: bool = False,
    ) -> None:
        self.function = function
        self.name = name
        self.maps = maps
        self.entrywise = entrywise
        self.where_holds = where
        self.stable_function = stable
        self.where = located(function)
        self._variants: dict[Any, Variant] = {}
        if not (function.__doc__ or "").strip():
            raise LanguageError(f"{name} needs a docstring: the formula in the textbook's words", self.where)
        if maps not in MAPS:
            raise LanguageError(f'maps is "elements" or "rows", not {maps!r}', self.where)
        self._read_parameters()

    def _read_parameters(self) -> None:
        self.arguments: dict[str, Given] = {}
        self.axes: dict[str, Sort] = {}
        self.choices: dict[str, Options] = {}
        for name, parameter in inspect.signature(self.function).parameters.items():
            match parameter.default:
                case Options() as options:
                    self.choices[name] = options
                case Given() as given:
                    self.arguments[name] = given
                case Sort(kind="index") as sort if sort.complete:
                    self.axes[name] = sort
                case Sort() as sort:
                    self.arguments[name] = Given({None: sort})
                case _:
                    raise self._wrong(name, f'needs a sort, such as {name}=Vector["n"], or a Choice(…)')
        for name, given in self.arguments.items():
            fault = given.fault(self.choices) or next(filter(None, map(_unfit, given.sorts.values())), "")
            if fault:
                raise self._wrong(name, fault)

    def _wrong(self, parameter: str, fault: str) -> LanguageError:
        return LanguageError(f"parameter {parameter} of {self.name} {fault}", self.where)

    def stable(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate the stable textbook formula, which sets the error budget: the same function, stable in floats."""
        missing = [n for n in inspect.signature(function).parameters if n not in self._names]
        if missing:
            raise LanguageError(f"{missing[0]} is not a parameter of {self.name}", located(function))
        self.stable_function = function
        return function

    @property
    def _names(self) -> set[str]:
        return {*self.arguments, *self.axes, *self.choices}

    def variant(self, **conventions: Any) -> Variant:
        """The routine with its conventions fixed: defaults, and those given, as values or as text.

        Raises LanguageError for a convention or a value that it does not have.
        """
        full = {name: options.default for name, options in self.choices.items()}
        for name, given in conventions.items():
            if name not in self.choices:
                has = f"; it has {', '.join(self.choices)}" if self.choices else "; it has none"
                raise LanguageError(f"{self.name} has no convention {name}{meant(name, self.choices, has)}")
            options = self.choices[name]
            try:
                full[name] = options.read(given)
            except LookupError:
                near = meant(
                    given, [v for v in options.values if isinstance(v, str)], f"; the values are {options.words}"
                )
                raise LanguageError(f"{name} of {self.name} cannot be {given}{near}") from None
        return self.made(full, frozenset())

    def made(self, conventions: Mapping[str, Any], included: frozenset[str]) -> Variant:
        """The one variant with these conventions and optional arguments."""
        key = (*((n, type(v), v) for n, v in conventions.items()), included)
        if key not in self._variants:
            self._variants[key] = Variant(self, conventions, included)
        return self._variants[key]


def _unfit(sort: Any) -> str:
    """Why code cannot be called with this, or nothing."""
    if not isinstance(sort, Sort):
        return f"needs a sort, not {sort!r}"
    if not sort.complete:
        return f'needs its dimension, such as {sort.name}["n"]'
    if sort.kind in RANDOM or sort.kind == "functional":
        return f"is of sort {sort.name}, which no code can be called with"
    return ""


def routine(
    function: Callable[..., Any] | None = None, *, maps: str = "", where: Any = None, entrywise: bool = False
) -> Any:
    """Make a routine of a function: `@routine`, or `@routine(maps="elements", where=lambda a, b: a <= b)`.

    entrywise: its vectors stand for arrays of any one shape, such as the weights of a layer.
    """

    def decorate(f: Callable[..., Any]) -> Routine:
        topic = f.__module__.rpartition(".")[2]
        name = f.__name__ if f.__module__.startswith(f"{BUILT_IN}.") else f"{topic}.{f.__name__}"
        made = Routine(f, name, maps, where, entrywise=entrywise)
        if name in ROUTINES and ROUTINES[name].where != made.where:  # the same file may be loaded again
            raise LanguageError(f"the name {name} is taken by {ROUTINES[name].where}; names are unique", made.where)
        ROUTINES[name] = made
        return made

    return decorate(function) if function else decorate


def find(name: str) -> Routine:
    """The routine of this name, or the definition of this full id as one. Raises LanguageError for any other."""
    _load(SPEC)  # first, so that the catalogue keeps its order
    _load(BUILT_IN)
    if name in ROUTINES:
        return ROUTINES[name]
    item = REGISTRY.get(name)
    if isinstance(item, Definition):
        return of_definition(item)
    known = [*ROUTINES, *[i for i, d in REGISTRY.items() if isinstance(d, Definition)]]
    raise LanguageError(f"there is no definition {name}{meant(name, known)}")


@lru_cache
def of_definition(d: Definition) -> Routine:
    """A definition, its Index parameters as the axes; one of numbers alone maps over the elements of arrays."""
    called = [v.sort for v in d.parameters if v.sort.kind != "index"]
    mapped = all(s.kind == "scalar" and not s.domain.integer for s in called)
    return Routine(d.function, d.id, "elements" if mapped else "", stable=d.stable_function)


def _load(package: str) -> None:
    """Import every module of a package: what they define is then registered."""
    folder = importlib.import_module(package)
    for module in pkgutil.iter_modules(folder.__path__):
        if not module.ispkg:
            importlib.import_module(f"{package}.{module.name}")
