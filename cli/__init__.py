"""The command line: `lemmata verify`, `report`, `prove`, `audit`, `list`, `show`.

Only click is imported here; the rest loads when a command needs it, so that `lemmata --help` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from .audit import audit

if __name__ != "lemmata.cli":
    raise ImportError("import lemmata.cli; the folder cli is not a package of its own")

KINDS = ("claims", "definitions", "lectures", "methods", "routines", "statements")
DEFAULT_REPORT = "reports/out/lemmata.html"


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.version_option(package_name="lemmata")
@click.pass_context
def group(context: click.Context) -> None:
    """Say of the mathematics of machine learning what is true, why, and whether code computes it."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


group.add_command(audit)


def selection(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose what is verified and how."""
    for option in (
        click.argument("ids", nargs=-1, metavar="[ID or GLOB]..."),
        click.option("--lecture", default="", metavar="KEY", help="only what this lecture states"),
        click.option("--method", default="", metavar="NAME", help="only this method (lemmata list methods)"),
        click.option(
            "--effort", default="standard", show_default=True, metavar="LEVEL", help="quick, standard or thorough"
        ),
        click.option("--seed", default=0, show_default=True, help="the seed of every search"),
    ):
        command = option(command)
    return working(command)


def working(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how the work is done, and do not change what is found."""
    for option in (
        click.option(
            "-j", "--jobs", type=click.IntRange(1), metavar="N", help="worker processes  [default: one a processor]"
        ),
        click.option("--no-cache", is_flag=True, help="verify anew, and keep nothing of what is found"),
    ):
        command = option(command)
    return command


@group.command()
@selection
@click.option("--json", "json_path", metavar="FILE|-", help="write the findings as JSON; - for standard output")
@click.option("--junit", "junit_path", metavar="FILE", help="write JUnit XML")
@click.option("--html", "html_path", metavar="FILE", help="write the HTML report")
def verify(json_path: str | None, junit_path: str | None, html_path: str | None, **chosen: Any) -> None:
    """Verify claims of the catalogue: one line each, with verdict, methods and time."""
    _run(chosen, {"json": json_path, "junit": junit_path, "html": html_path})


@group.command()
@selection
@click.option("-o", "--output", default=DEFAULT_REPORT, show_default=True, metavar="FILE", help="where the HTML goes")
def report(output: str, **chosen: Any) -> None:
    """Verify, and write the HTML report."""
    _run(chosen, {"html": output})


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--effort", default="standard", show_default=True, metavar="LEVEL", help="quick, standard or thorough")
@click.option("--method", default="", metavar="NAME", help="only this method (lemmata list methods)")
@click.option("--seed", default=0, show_default=True, help="the seed of every search")
@working
@click.option("--json", "json_path", metavar="FILE|-", help="write the findings as JSON; - for standard output")
@click.option("--html", "html_path", metavar="FILE", help="write the HTML report")
def prove(file: Path, json_path: str | None, html_path: str | None, **chosen: Any) -> None:
    """Verify the claims of your own Python file: prove them, refute them, or say what is left over."""
    _run({**chosen, "ids": (), "file": file}, {"json": json_path, "html": html_path}, detail=True)


def _run(chosen: dict[str, Any], outputs: dict[str, str | None], detail: bool = False) -> None:
    from ..checks.evidence import exit_status
    from ..checks.store import Store
    from ..reports import terminal, write
    from ..reports.progress import Display

    for path in outputs.values():
        if path and path != "-":
            write.check(path)
    pure = outputs.get("json") == "-"
    console = terminal.console(sys.stderr if pure else None)
    store = None if chosen.pop("no_cache") else Store()
    with Display(console, detail) as display:
        run = _recalled(chosen, store, display) or _verified(chosen, store, display, pure)
    if store:
        store.close()
    console.print(terminal.summary(run))
    if store and store.unreadable:
        console.print(f"{store.unreadable} kept findings were damaged or not ours; they were found anew.")
    _write(run, outputs, console)
    raise SystemExit(exit_status(run))


def _recalled(chosen: dict[str, Any], store: Any, display: Any) -> Any:
    """The run, where nothing at all has changed since an earlier one."""
    from ..checks.recall import Question, recalled

    if store is None or "file" in chosen:
        return None
    asked = Question(chosen["effort"], chosen["seed"], chosen["method"])
    return recalled(store, asked, chosen["ids"], chosen["lecture"], display.on_claim)


def _verified(chosen: dict[str, Any], store: Any, display: Any, pure: bool) -> Any:
    from ..checks import server

    server.start_early()
    from tempfile import TemporaryDirectory

    from hypothesis.configuration import set_hypothesis_home_dir

    from ..checks import catalogue
    from ..checks.verify import verify as run_verification

    file, patterns, jobs = chosen.pop("file", None), chosen.pop("ids"), chosen.pop("jobs") or server.cores()
    scratch = TemporaryDirectory(prefix="lemmata-")  # Hypothesis would leave a folder where the user stands
    set_hypothesis_home_dir(scratch.name)
    with scratch, redirect_stdout(sys.stderr if pure else sys.stdout):  # a user's file may print
        claims = catalogue.load_file(file) if file else None
        return run_verification(
            patterns,
            chosen=claims,
            file=str(file or ""),
            jobs=jobs,
            store=store,
            on_claim=display.on_claim,
            on_progress=display.on_progress,
            on_death=display.on_death,
            **chosen,
        )


def _write(run: Any, outputs: dict[str, str | None], console: Any) -> None:
    from importlib import import_module

    from ..reports import write

    for kind, path in outputs.items():
        if not path:
            continue
        text = import_module(f"..reports.{kind}", __package__).render(run)
        if path == "-":
            sys.stdout.write(text)
            sys.stdout.flush()  # here, where a pipe that broke is understood
        else:
            console.print(f"written: {write.write(path, text)}", soft_wrap=True)


@group.command("list")
@click.argument("kind", default="claims", metavar="[" + "|".join(KINDS) + "]")
@click.option("--lecture", default="", metavar="KEY", help="only what this lecture states")
def list_(kind: str, lecture: str) -> None:
    """List the claims, definitions, lectures, methods, routines, or the lectures' statements that claims answer for.

    Routines are what `lemmata audit` can ask of code: with arguments in calling order, and conventions for --set.
    """
    from ..checks import listings
    from ..checks.selection import UsageError, unknown
    from ..reports import terminal

    if kind not in KINDS:
        raise UsageError(unknown("kind", kind, KINDS))
    wide = None if sys.stdout.isatty() else 10_000  # piped on, a row is a line
    terminal.console(width=wide).print(terminal.listing(listings.rows(kind, lecture)))


@group.command()
@click.argument("id_", metavar="ID")
@click.option("--effort", default="quick", show_default=True, metavar="LEVEL", help="quick, standard or thorough")
def show(id_: str, effort: str) -> None:
    """Show one claim, definition or printed formula: statement, proof, evidence."""
    from ..checks import listings
    from ..checks.store import Store
    from ..reports import terminal

    store = Store()
    terminal.console().print(terminal.show(listings.record(id_, effort, store)))
    store.close()


@group.group(invoke_without_command=True)
@click.pass_context
def cache(context: click.Context) -> None:
    """Say what is kept of earlier runs, and where; `lemmata cache clear` forgets it."""
    if context.invoked_subcommand is None:
        from ..checks.store import Store

        store = Store()
        number, size = store.size()
        click.echo(f"{store.path}: {number} findings kept, {size / 2**20:.1f} MB")
        _say_what_was_wrong(store)


@cache.command()
def clear() -> None:
    """Forget what earlier runs found."""
    from ..checks.store import Store

    store = Store()
    number, _ = store.size()
    store.clear()
    click.echo(f"{store.path}: {number} findings forgotten")
    _say_what_was_wrong(store)


def _say_what_was_wrong(store: Any) -> None:
    if store.fault:
        click.echo(f"lemmata: {store.path} cannot be used ({store.fault}): every run verifies anew", err=True)


def main() -> None:
    """Run the command line; every mistake that a user can make ends in one sentence and status 2."""
    try:
        group(prog_name="lemmata", standalone_mode=False)
    except click.exceptions.Abort:
        _stop("interrupted", 130)
    except KeyboardInterrupt:
        _stop("interrupted", 130)
    except click.ClickException as error:
        _stop(error.format_message(), 2)
    except BrokenPipeError:
        _silence()
        raise SystemExit(1) from None
    except OSError as error:
        _silence()
        _stop(f"{error.strerror or error}", 2)
    except Exception as error:
        if type(error).__name__ not in ("UsageError", "LanguageError", "Unwritable"):
            raise
        _stop(str(error), 2)


def _silence() -> None:
    """Standard output is gone: what is left in its buffer goes nowhere, without a word at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stop(sentence: str, status: int) -> None:
    print(f"lemmata: {sentence}", file=sys.stderr)  # noqa: T201
    raise SystemExit(status)
