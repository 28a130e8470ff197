"""Builds the functions' zips: `python -m scripts.package_lambdas --target sandbox|release [--output DIR]`.

Two builds of the same sources and locks give the same bytes, so Terraform sees no change where there is none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from scripts.packaging import inputs
from scripts.packaging.archive import write_zip
from scripts.packaging.bytecode import interpreter_for
from scripts.packaging.checks import check_binaries, check_size
from scripts.packaging.dependencies import dependency_files, installed
from scripts.packaging.errors import PackagingError
from scripts.packaging.sources import FUNCTIONS, ROOT, compiled, lock_file, source_files
from scripts.packaging.target import Target, TargetName, target_named

BUILD = ROOT / "build"

Progress = Callable[[str], None]
"""Takes one line for people."""


def build(
    target: TargetName = "sandbox",
    output: Path | None = None,
    *,
    functions: Iterable[str] = FUNCTIONS,
    dependencies: Path = BUILD / "dependencies",
    progress: Progress = lambda _line: None,
) -> dict[str, Path]:
    """Build what is not there yet and return function → zip.

    Args:
        target: `sandbox` is this interpreter and machine, `release` is python3.13 on arm64.
        output: folder of the zips; build/zips/<runtime>-<architecture> unless given.
        functions: those to build.
        dependencies: folder where installed locks are kept for the next build.
        progress: told one line per zip: name, bytes, SHA-256.

    Raises:
        PackagingError: one line that says what is wrong.
    """
    chosen = target_named(target)
    folder = output or BUILD / "zips" / chosen.name
    python = interpreter_for(chosen)
    if python is None:
        progress(f"no python{chosen.python} is here to compile modules: cold starts will take longer")
    return {
        function: _build_one(function, chosen, python, folder / f"{function}.zip", dependencies, progress)
        for function in functions
    }


def _build_one(
    function: str, target: Target, python: Path | None, zip_path: Path, dependencies: Path, progress: Progress
) -> Path:
    sources, lock = source_files(function), lock_file(function)
    wanted = inputs.digest(sources, lock, target, python)
    fresh = not inputs.is_current(zip_path, wanted)
    if fresh:
        libraries = dependency_files(installed(lock, target, python, dependencies))
        check_binaries(libraries, target)
        with compiled(sources, python) as ours:
            _write_checked(libraries | ours, zip_path)
        inputs.remember(zip_path, wanted)
    how = "built" if fresh else "unchanged"
    progress(
        f"{zip_path.name:18} {zip_path.stat().st_size:>9,} bytes  sha256 {inputs.sha256(zip_path)}  {how}"
    )
    return zip_path


def _write_checked(files: Mapping[str, Path], zip_path: Path) -> None:
    write_zip(files, zip_path)
    try:
        check_size(zip_path, files)
    except PackagingError:
        zip_path.unlink()  # nobody is to deploy it
        raise


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, 1 when a zip cannot be built, 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.package_lambdas", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--target", choices=["sandbox", "release"], default="sandbox")
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="default: build/zips/<runtime>-<architecture>"
    )
    parser.add_argument(
        "--function", action="append", choices=FUNCTIONS, dest="functions", help="may be repeated"
    )
    options = parser.parse_args(arguments)
    try:
        build(options.target, options.output, functions=options.functions or FUNCTIONS, progress=print)
    except PackagingError as error:
        print(f"package_lambdas: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
