"""Claims and definitions: Python functions whose signature is the quantifier prefix and whose body is the statement.

A claim is built on first look into frozen data; everything that consumes it sees the same record. Ids are
`topic.name`, shared by claims, definitions and printed formulas, and unique.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from . import lengths
from .errors import LanguageError, hint, located
from .expressions import Array, Expr, Family, Named, as_written, plain_number, substitute
from .sorts import RANDOM, Domain, Size, Sort
from .statements import AtLeast, AtMost, Statement, check_statement
from .steps import Proof, Use, as_step
from .validate import check_ranges, check_steps


@dataclass(frozen=True)
class Lecture:
    """One lecture document: a stable key, its title and author as printed, and its language."""

    key: str
    title: str
    author: str
    language: str


@dataclass(frozen=True)
class Cite:
    """Where a lecture states something: its section, and the statement's id where it has one."""

    lecture: Lecture
    section: str
    statement: str = ""


@dataclass(frozen=True)
class Variable:
    """One parameter of a claim: its name, its sort, the expression that stands for it, and those of its dimensions."""

    name: str
    sort: Sort
    expr: Any
    lengths: tuple[Any, ...] = ()


REGISTRY: dict[str, Claim | Definition] = {}
GAP = "gap:"


def _register(item: Any) -> None:
    if item.id in REGISTRY:
        other = REGISTRY[item.id]
        raise LanguageError(f"the id {item.id} is taken by {other.where}; ids are unique", item.where)
    REGISTRY[item.id] = item


class _Spoken:
    """What claims and definitions have in common: a function with sorts as defaults, and a docstring."""

    def __init__(self, function: Callable[..., Any], outer: _Spoken | None = None) -> None:
        self.function = function
        self.outer = outer
        self.where = located(function)
        self.topic = function.__module__.rpartition(".")[2]
        self.id = f"{self.topic}.{function.__name__}"
        if not (function.__doc__ or "").strip():
            raise LanguageError(f"{self.id} needs a docstring: the statement in the textbook's words", self.where)

    @property
    def title(self) -> str:
        return inspect.cleandoc(self.function.__doc__ or "").splitlines()[0]

    @property
    def note(self) -> str:
        return "\n".join(inspect.cleandoc(self.function.__doc__ or "").splitlines()[1:]).strip()

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """The parameters in order, preceded by the dimensions that they mention and nobody declared."""
        inherited = self.outer.variables if self.outer else {}
        sorts: dict[str, Sort] = {}
        for name, parameter in inspect.signature(self.function).parameters.items():
            sort = parameter.default
            if sort is inspect.Parameter.empty and name in inherited:
                sort = inherited[name].sort
            if not isinstance(sort, Sort):
                raise LanguageError(
                    f'parameter {name} of {self.id} needs a sort, such as {name}=Vector["n"]', self.where
                )
            if not sort.complete:
                raise LanguageError(
                    f'parameter {name} of {self.id}: {sort.name} needs its dimension, such as {sort.name}["n"]',
                    self.where,
                )
            sorts[name] = sort
        return declared(sorts, inherited, self.where)

    def _call(self, function: Callable[..., Any], **override: Any) -> Any:
        names = inspect.signature(function).parameters
        missing = [n for n in names if n not in self.variables]
        if missing:
            raise LanguageError(f"{missing[0]} is not a variable of {self.id}", located(function))
        return built(self.id, function, {n: override.get(n, self.variables[n].expr) for n in names})


def declared(sorts: Mapping[str, Sort], inherited: Mapping[str, Variable], where: str) -> dict[str, Variable]:
    """The variables of these sorts, preceded by the dimensions that they mention and nobody declared."""
    mentioned = [d for s in sorts.values() for d in s.sizes]
    implicit = {d: inherited[d].sort if d in inherited else Size for d in mentioned if d not in sorts}
    everything = {**implicit, **sorts}
    for name, sort in everything.items():
        for d in sort.sizes:
            if not everything[d].domain.integer:
                raise LanguageError(f"{d} is a dimension of {name} but not of sort Size", where)
    size = {d: everything[d].variable(d, lambda _: sp.Integer(1)) for d in {*mentioned}}
    with as_written():
        length = {d: lengths.value(d, size.__getitem__, sp.Integer) for s in everything.values() for d in s.dims}
    return {
        k: Variable(k, s, size[k] if k in size else s.variable(k, length.__getitem__), tuple(length[d] for d in s.dims))
        for k, s in everything.items()
    }


def built(item: str, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """What a function of the language returns, as written; a LanguageError names the line at which it fails."""
    with as_written():
        try:
            result = function(**arguments)
            return list(result) if isinstance(result, Iterator) else result
        except LanguageError as error:
            raise LanguageError(error.bare, error.where or _line_of(error, function)) from error
        except (Exception, SystemExit) as error:
            raise LanguageError(
                f"{item} cannot be built: {type(error).__name__}: {error}{hint(error)}", _line_of(error, function)
            ) from error


def _line_of(error: BaseException, function: Callable[..., Any]) -> str:
    """The line inside the user's function at which an exception arose."""
    path, lines = inspect.unwrap(function).__code__.co_filename, []
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == path:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f"{path}:{lines[-1]}" if lines else located(function)


def using(lemma: Claim, times: Any = None) -> Use:
    """This step rests on a proved equation."""
    if not isinstance(lemma, Claim):
        raise LanguageError(f"using(…) takes a claim, not {type(lemma).__name__}")
    return Use(lemma, None if times is None else plain_number(times))


class Claim(_Spoken):
    """A statement with its quantifiers, citations, proofs, and the formulas that lectures print for it."""

    def __init__(
        self, function: Callable[..., Statement], cites: Iterable[Cite] = (), outer: Claim | None = None
    ) -> None:
        super().__init__(function, outer)
        self.cites = tuple(cites)
        self.proof_functions: list[Callable[..., Any]] = []
        self.printed: list[Printed] = []

    @cached_property
    def statement(self) -> Statement:
        statement = check_statement(self._call(self.function), self.where)
        check_ranges(self, statement)
        return statement

    def proof(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate a generator of steps: (reason, expression), or (reason, at_most(expression, because=…))."""
        self.proof_functions.append(function)
        return function

    @cached_property
    def proofs(self) -> tuple[Proof, ...]:
        return tuple(self._proof(f) for f in self.proof_functions)

    def _proof(self, function: Callable[..., Any]) -> Proof:
        produced = self._call(function)
        if not isinstance(produced, list) or not produced:
            raise LanguageError(f"the proof {function.__name__} of {self.id} must yield its steps", located(function))
        steps = tuple(as_step(s, located(function)) for s in produced)
        check_steps(self, steps, located(function))
        title = inspect.cleandoc(function.__doc__ or "").split("\n")[0] or function.__name__.replace("_", " ")
        return Proof(function.__name__, title, steps)

    def as_printed(
        self, lecture: Lecture, statement: str, *, section: str, latex: str, wrong: str = ""
    ) -> Callable[[Callable[..., Statement]], Claim]:
        """Decorate our reading, exactly as printed, of a formula that a lecture prints for this claim.

        latex is the print. `wrong` says in one sentence what is wrong with it; the reading must then be refuted.
        """

        def decorate(function: Callable[..., Statement]) -> Claim:
            reading = Claim(function, [Cite(lecture, section, statement)], outer=self)
            _register(reading)
            self.printed.append(Printed(reading, lecture, section, statement, latex, wrong))
            return reading

        return decorate


@dataclass(frozen=True)
class Printed:
    """A formula as a lecture prints it, beside the claim that is our reading of it."""

    reading: Claim
    lecture: Lecture
    section: str
    statement: str
    latex: str
    wrong: str


class Definition(_Spoken):
    """A named expression. Calling it yields a node with its notation; engines expand it."""

    def __init__(self, function: Callable[..., Any], notation: str, text: str = "") -> None:
        super().__init__(function)
        self.notation = notation
        self.text = text
        self.stable_function: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Expr:
        if len(arguments) != len(self.parameters):
            names = ", ".join(v.name for v in self.parameters)
            raise LanguageError(f"{self.id} takes ({names}), but {len(arguments)} argument(s) were given")
        for value, variable in zip(arguments, self.parameters, strict=True):
            _check_argument(self.id, variable, value)
        return Named(sp.Symbol(self.id), *map(plain_number, arguments))

    @property
    def parameters(self) -> list[Variable]:
        return [self.variables[n] for n in inspect.signature(self.function).parameters]

    def stable(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate the textbook formula that sets the error budget: equal to the definition, and stable in floats.

        A parameter may be given a narrower sort: the formula is then proved equal on that domain only.
        """
        self.stable_function = function
        return function

    @property
    def stable_domains(self) -> dict[str, Domain]:
        """The narrower domains on which the stable formula is claimed to be the definition."""
        if self.stable_function is None:
            return {}
        given = inspect.signature(self.stable_function).parameters.values()
        return {p.name: p.default.domain for p in given if isinstance(p.default, Sort)}

    @cached_property
    def body(self) -> Expr:
        return self._expression(self.function)

    @cached_property
    def stable_body(self) -> Expr:
        return self._expression(self.stable_function) if self.stable_function else self.body

    def _expression(self, function: Callable[..., Any]) -> Expr:
        for v in self.variables.values():
            if v.sort.dims != v.sort.sizes:
                raise LanguageError(
                    f"parameter {v.name} of {self.id}: the dimensions of a definition are plain names, not "
                    + " × ".join(v.sort.dims),
                    self.where,
                )
        try:
            result = plain_number(self._call(function))
        except LanguageError as error:
            raise LanguageError(error.bare, error.where or self.where) from error
        if not isinstance(result, Expr):
            raise LanguageError(
                f"the definition {self.id} must return an expression, not {type(result).__name__}", self.where
            )
        check_ranges(self, result)
        return result

    def expand(self, *arguments: Any, stable: bool = False) -> Expr:
        """The body with the arguments in place."""
        body, mapping = self.stable_body if stable else self.body, {}
        for variable, value in zip(self.parameters, arguments, strict=True):
            mapping[variable.expr] = value
            for name, size in zip(
                variable.sort.dims, value.dims if isinstance(value, (Array, Family)) else (), strict=False
            ):
                mapping[self.variables[name].expr] = size
        return substitute(body, mapping)


def _check_argument(item: str, variable: Variable, value: Any) -> None:
    """Raise a LanguageError for a vector where a number is wanted, and the other way round."""
    is_array = isinstance(value, (Array, Family))
    if is_array != (variable.sort.kind in ("array", *RANDOM)) or (is_array and len(value.dims) != variable.sort.rank):
        shown = value.name if isinstance(value, Array) else "vector(…)" if is_array else repr(value)
        raise LanguageError(f"{item} needs {variable.sort.words(variable.name)}, not {shown}")


def unfold(node: Named) -> Any:
    """One unfolding: a definition's body at the arguments, or right − left for the gap of a lemma."""
    if node.id.startswith(GAP):
        lemma = lemma_of(node)
        low, high = lower_and_upper(lemma.statement)
        mapping = {v.expr: a for v, a in zip(lemma.variables.values(), node.arguments, strict=True)}
        with as_written():
            return substitute(high - low, mapping)
    return definition_of(node).expand(*node.arguments)


def expand(expr: Any, only: frozenset[str] | None = None) -> Any:
    """Replace definitions (and gaps) by what they stand for, all of them or only those named."""
    return substitute(_expanded(expr, only), {}) if expr.has(Named) else expr  # with indices that are not shadowed


def _expanded(expr: Any, only: frozenset[str] | None) -> Any:
    if isinstance(expr, Named) and (only is None or expr.id in only):
        return _expanded(unfold(expr), only)
    if not expr.args or not expr.has(Named):
        return expr
    with as_written():
        return expr.func(*[_expanded(a, only) for a in expr.args])


def definition_of(node: Named) -> Definition:
    found = REGISTRY[node.id]
    assert isinstance(found, Definition)
    return found


def lemma_of(node: Named) -> Claim:
    found = REGISTRY[node.id.removeprefix(GAP)]
    assert isinstance(found, Claim)
    return found


def lower_and_upper(statement: Statement) -> tuple[Any, Any]:
    """The two sides of an inequality, the smaller first."""
    if isinstance(statement, AtLeast):
        return statement.right, statement.left
    assert isinstance(statement, AtMost)
    return statement.left, statement.right


def claim(function: Callable[..., Statement] | None = None, *, cites: Iterable[Cite] = ()) -> Any:
    """Make a claim of a function that returns a statement: `@claim` or `@claim(cites=[Cite(…)])`."""

    def decorate(f: Callable[..., Statement]) -> Claim:
        made = Claim(f, cites)
        _register(made)
        return made

    return decorate(function) if function else decorate


def definition(*, notation: str, text: str = "") -> Callable[[Callable[..., Any]], Definition]:
    """Make a definition of a function that returns an expression; notation is LaTeX with {parameter} in it."""

    def decorate(f: Callable[..., Any]) -> Definition:
        made = Definition(f, notation, text)
        _register(made)
        return made

    return decorate


def gap(lemma: Claim, **arguments: Any) -> Expr:
    """right − left of a proved inequality at the given arguments: nonnegative because the lemma says so."""
    missing = set(lemma.variables) ^ set(arguments)
    if missing or not isinstance(lemma, Claim) or not isinstance(lemma.statement, (AtMost, AtLeast)):
        raise LanguageError(f"gap({lemma.id}) needs an inequality and values for {', '.join(lemma.variables)}")
    for name, variable in lemma.variables.items():
        _check_argument(lemma.id, variable, arguments[name])
    return Named(sp.Symbol(f"{GAP}{lemma.id}"), *[plain_number(arguments[n]) for n in lemma.variables])
