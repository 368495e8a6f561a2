"""Settings: defaults, then a TOML file, then the environment; later wins.

The same order as everywhere at the Skerry Works, see the handbook
(config-loading.md).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path


class ConfigError(Exception):
    """A setting that is unknown or makes no sense."""


@dataclass(frozen=True)
class Config:
    database: str = "seeds.db"
    #: Month and day by which borrowed seed should be back.
    due: str = "11-30"
    #: Packets with fewer seeds than this are not lent, to keep the variety alive.
    reserve: int = 15
    mail_relay: str = "smtp://192.0.2.25:587"


def load_config(path: Path | None = None, env: Mapping[str, str] = os.environ) -> Config:
    """Return the settings of this installation."""
    config = Config()
    if path and path.exists():
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: {error}") from error
        config = _override(config, table, where=str(path))
    from_env = {
        name.removeprefix("SEEDLIB_").lower(): value
        for name, value in env.items()
        if name.startswith("SEEDLIB_")
    }
    return _override(config, from_env, where="environment")


def _override(config: Config, table: Mapping[str, object], *, where: str) -> Config:
    known = {field.name: field.type for field in fields(Config)}
    changes: dict[str, object] = {}
    for name, value in table.items():
        if name not in known:
            raise ConfigError(f"{where}: unknown setting {name!r}")
        if known[name] == "int":
            try:
                value = int(str(value))
            except ValueError:
                raise ConfigError(f"{where}: {name} must be a number") from None
        changes[name] = value
    return replace(config, **changes)
