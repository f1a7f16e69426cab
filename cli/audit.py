"""`lemmata audit`: does a function compute its definition?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("target", required=False, metavar="[FILE.py:NAME|MODULE:NAME]")
@click.option("--as", "definition", metavar="DEFINITION", help="what it has to compute (lemmata list routines)")
@click.option("--set", "chosen", multiple=True, metavar="K=V", help="a convention of the definition; may be repeated")
@click.option("--call", "template", metavar="TEMPLATE", help='how to call it, as in "f(logits=z, y=y)[0]"')
@click.option("--dtype", "dtypes", multiple=True, metavar="D", help="a number format  [default: float64 and float32]")
@click.option("--exhaustive", is_flag=True, help="every number of float16 and float32, for a function of one number")
@click.option("--python", metavar="EXE", help="the interpreter that the target runs in  [default: this one]")
@click.option("--budget", type=float, metavar="SECONDS", help="how long to search  [default: 8]")
@click.option("--seed", type=int, metavar="N", help="the seed of the search  [default: 0]")
@click.option("--manifest", metavar="FILE", help="audit what an audits.toml names, instead")
@click.option("--json", "json_path", metavar="FILE|-", help="write the findings as JSON; - for standard output")
@click.option("--html", "html_path", metavar="FILE", help="write the HTML report")
@click.option("--regression-test", "test_path", metavar="FILE", help="write a pytest file with what was found")
def audit(
    target: str | None,
    manifest: str | None,
    json_path: str | None,
    html_path: str | None,
    test_path: str | None,
    **asked: Any,
) -> None:
    """Audit a function against its definition: verdict, reason, and the smallest input at which it fails.

    Exits with 0 where it is correct, 1 where it is wrong, unstable or impure, 2 where it cannot be loaded or called,
    3 where nothing is decided.
    """
    from ..checks.audit.manifest import exit_status, read
    from ..reports import audit_terminal, audit_words, terminal, write

    if manifest is not None:
        _alone(target, test_path, asked)
        requests = read(manifest)
    else:
        requests = [_request(target, **asked)]
    for path in (json_path, html_path, test_path):
        if path and path != "-":
            write.check(path)
    pure = json_path == "-"
    console = terminal.console(sys.stderr if pure else None)
    done: list[tuple[Any, str]] = []
    for number, request in enumerate(requests, start=1):
        name = f"{request.target} as {request.definition}"
        where = f"{manifest}, audit {number} ({request.target}): " if manifest is not None else ""
        with redirect_stdout(sys.stderr if pure else sys.stdout), _progress(console, name) as told, _naming(where):
            found = request.run(on_progress=told)
        if done:
            console.print()
        console.print(audit_terminal.show(found, request.expect))
        done.append((found, request.expect))
    audits, expects = [found for found, _ in done], [expect for _, expect in done]
    status = exit_status(done)
    if manifest is not None:
        console.print()
        for found, expect in done:
            console.print(audit_terminal.line(found, expect), soft_wrap=True)
        console.print(f"{audit_words.tally(audits)}; {audit_words.exits(status, any(expects))}", style="dim")
    _write(audits, expects, manifest is not None, json_path, html_path, console)
    if test_path:
        from ..checks.audit.regression import regression_test

        _wrote(console, test_path, regression_test(audits[0], Path(test_path).absolute().parent))
    raise SystemExit(status)


_OPTIONS = {"as": "definition", "set": "chosen", "call": "template", "dtype": "dtypes"}
_OPTIONS |= {name: name for name in ("exhaustive", "python", "budget", "seed")}


def _alone(target: str | None, test_path: str | None, asked: dict[str, Any]) -> None:
    """Nothing that a manifest says for each audit may be said beside it."""
    from ..checks.selection import UsageError

    if extra := [
        name
        for name, key in _OPTIONS.items()
        if asked[key] is not None and asked[key] is not False and asked[key] != ()
    ]:
        raise UsageError(f"--{extra[0]} has no place beside --manifest; write it in the manifest, for each audit")
    if target is not None:
        raise UsageError("a target has no place beside --manifest; write it in the manifest")
    if test_path:
        raise UsageError("--regression-test is for one audit; name its target and --as instead of --manifest")


def _request(
    target: str | None, definition: str | None, chosen: Sequence[str], dtypes: Sequence[str], **more: Any
) -> Any:
    from ..checks.audit.manifest import Request, known_dtypes
    from ..checks.selection import UsageError

    if not target:
        raise UsageError("name what to audit: lemmata audit FILE.py:NAME --as DEFINITION, or --manifest audits.toml")
    if not definition:
        raise UsageError(f"say what {target} has to compute: --as DEFINITION (lemmata list routines)")
    conventions: dict[str, str] = {}
    for pair in chosen:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--set {pair} has to be NAME=VALUE, as in --set reduction=sum")
        conventions[name.strip()] = value.strip()
    budget = 8.0 if more["budget"] is None else more["budget"]
    if not 0 < budget < float("inf"):
        raise UsageError(f"--budget is {budget:g}, and has to be a number of seconds above 0")
    return Request(
        target,
        definition,
        conventions,
        more["template"] or "",
        known_dtypes(dtypes),
        more["python"] or "",
        budget,
        more["seed"] or 0,
        more["exhaustive"],
    )


@contextmanager
def _naming(where: str) -> Iterator[None]:
    """What is wrong with an entry of a manifest is said with the entry's name."""
    from ..checks.selection import UsageError

    try:
        yield
    except Exception as error:
        if not where or type(error).__name__ not in ("UsageError", "LanguageError"):
            raise
        raise UsageError(f"{where}{error}") from error


class _Told:
    """Says on a terminal what an audit is doing; nothing elsewhere."""

    def __init__(self, status: Any, name: str) -> None:
        self.status, self.name = status, name

    def __enter__(self) -> _Told:
        self.status.__enter__()
        return self

    def __exit__(self, *ended: Any) -> None:
        self.status.__exit__(*ended)

    def __call__(self, sentence: str) -> None:
        from rich.text import Text

        from ..reports.words import clean

        if hasattr(self.status, "update"):
            self.status.update(Text(clean(f"{self.name}: {sentence}")))


def _progress(console: Any, name: str) -> _Told:
    from rich.text import Text

    from ..reports.words import clean

    return _Told(console.status(Text(clean(name))) if console.is_terminal else nullcontext(), name)


def _write(
    audits: list[Any], expects: list[str], several: bool, json_path: str | None, html_path: str | None, console: Any
) -> None:
    if json_path:
        from ..reports import audit_json

        text = audit_json.render_all(audits, expects) if several else audit_json.render(audits[0])
        if json_path == "-":
            sys.stdout.write(text)
            sys.stdout.flush()  # here, where a pipe that broke is understood
        else:
            _wrote(console, json_path, text)
    if html_path:
        from ..reports import audit_html

        _wrote(console, html_path, audit_html.render(audits, expects))


def _wrote(console: Any, path: str, text: str) -> None:
    from ..reports import write

    console.print(f"written: {write.write(path, text)}", soft_wrap=True)
