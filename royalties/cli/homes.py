"""Which home folders were used on this computer: what a forgotten ROYALTIES_HOME is found by."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shlex import quote

from config import Config

_MOST = 20
_DATABASE = "royalties.sqlite"


def has_own_database(config: Config) -> bool:
    """Whether the database lies in the home folder, as it does unless another one is named."""
    return config.database_url == f"sqlite:///{config.home / _DATABASE}"


def is_empty(config: Config) -> bool:
    """Whether there are no books yet in a home that has its own database."""
    return has_own_database(config) and not (config.home / _DATABASE).exists()


def note(config: Config) -> None:
    """Remember a home; what cannot be remembered is not worth a complaint."""
    if not has_own_database(config):
        return
    known = list(_noted(config))
    if known[:1] == [config.home]:
        return
    newest = [config.home, *(home for home in known if home != config.home)][:_MOST]
    with suppress(OSError):
        config.state.mkdir(parents=True, exist_ok=True)
        _file(config).write_text("".join(f"{home}\n" for home in newest), encoding="utf-8")


def others(config: Config) -> list[Path]:
    """Other homes that hold books, the one used last first; then those where people put them."""
    nearby = [folder / "instance" for folder in config.home.parents]
    candidates = [*_noted(config), *nearby[1:], Path.home() / "royalties"]
    return [
        home
        for home in dict.fromkeys(candidates)
        if home != config.home and _is_file(home / _DATABASE)
    ]


def advice(config: Config) -> str:
    """What to do where there are no books: the home is named, and those that exist are offered."""
    named = "" if config.is_home_named else " (ROYALTIES_HOME is not set)"
    lines = [f"there are no books in {config.home}{named}."]
    existing = others(config)
    if existing:
        lines += ["Books were found elsewhere. To use them:"]
        lines += [export(home) for home in existing[:3]]
        lines += ["To begin new books here: royalties init"]
    else:
        lines += [
            "To begin new books there: royalties init",
            "To use books that exist, name their folder: export ROYALTIES_HOME=FOLDER",
        ]
    return "\n".join(lines)


def export(home: Path) -> str:
    """The line that chooses a home in a shell."""
    return f"  export ROYALTIES_HOME={quote(str(home))}"


def _file(config: Config) -> Path:
    return config.state / "homes"


def _noted(config: Config) -> Iterator[Path]:
    with suppress(OSError, UnicodeDecodeError):
        for line in _file(config).read_text(encoding="utf-8").splitlines()[:_MOST]:
            if line:
                yield Path(line)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
