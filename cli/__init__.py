"""The command line: `lemmata verify`, `report`, `prove`, `list`, `show`.

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

if __name__ != "lemmata.cli":
    raise ImportError("import lemmata.cli; the folder cli is not a package of its own")

KINDS = ("claims", "definitions", "lectures", "methods", "statements")
DEFAULT_REPORT = "reports/out/lemmata.html"


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.version_option(package_name="lemmata")
@click.pass_context
def group(context: click.Context) -> None:
    """Say of the mathematics of machine learning what is true, why, and whether code computes it."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


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
@click.option("--json", "json_path", metavar="FILE|-", help="write the findings as JSON; - for standard output")
@click.option("--html", "html_path", metavar="FILE", help="write the HTML report")
def prove(file: Path, json_path: str | None, html_path: str | None, **chosen: Any) -> None:
    """Verify the claims of your own Python file: prove them, refute them, or say what is left over."""
    _run({**chosen, "ids": (), "file": file}, {"json": json_path, "html": html_path}, detail=True)


def _run(chosen: dict[str, Any], outputs: dict[str, str | None], detail: bool = False) -> None:
    from tempfile import TemporaryDirectory

    from hypothesis.configuration import set_hypothesis_home_dir

    from ..checks import catalogue
    from ..checks.verify import exit_status
    from ..checks.verify import verify as run_verification
    from ..reports import terminal, write

    for path in outputs.values():
        if path and path != "-":
            write.check(path)
    pure = outputs.get("json") == "-"
    console = terminal.console(sys.stderr if pure else None)
    file = chosen.pop("file", None)
    patterns = chosen.pop("ids")

    def shown(record: Any) -> None:
        console.print(terminal.line(record), soft_wrap=True)
        if detail and not record.expected:
            console.print(terminal.show(record))

    scratch = TemporaryDirectory(prefix="lemmata-")  # Hypothesis would leave a folder where the user stands
    set_hypothesis_home_dir(scratch.name)
    with scratch, redirect_stdout(sys.stderr if pure else sys.stdout):  # a user's file may print
        claims = catalogue.load_file(file) if file else None
        run = run_verification(patterns, chosen=claims, file=str(file or ""), on_claim=shown, **chosen)
    console.print(terminal.summary(run))
    _write(run, outputs, console)
    raise SystemExit(exit_status(run))


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
    """List the claims, definitions, lectures, methods, or the lectures' statements that claims answer for."""
    from ..checks import catalogue, listings
    from ..reports import terminal

    if kind not in KINDS:
        raise catalogue.UsageError(catalogue.unknown("kind", kind, KINDS))
    wide = None if sys.stdout.isatty() else 10_000  # piped on, a row is a line
    terminal.console(width=wide).print(terminal.listing(listings.rows(kind, lecture)))


@group.command()
@click.argument("id_", metavar="ID")
@click.option("--effort", default="quick", show_default=True, metavar="LEVEL", help="quick, standard or thorough")
def show(id_: str, effort: str) -> None:
    """Show one claim, definition or printed formula: statement, proof, evidence."""
    from ..checks import listings
    from ..reports import terminal

    terminal.console().print(terminal.show(listings.record(id_, effort)))


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
