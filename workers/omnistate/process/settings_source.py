"""Where a process's settings come from: options, then variables of the environment, then files.

It reads nothing but the environment, the folder of secrets and the files of certificates, and shows
no value.
"""

import os
import warnings
from collections.abc import Container
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from omnistate.adapters.kafka.clients.tls_context import UnusableCredentials
from omnistate.process.environment import find_unknown, is_address, source_of, variable_of
from omnistate.process.errors import plain
from omnistate.process.process_settings import Settings, UnusableSetting

FOLDER: Final = "secrets_dir"


def load_settings(**options: Any) -> Settings:
    """The settings of the environment, overruled by options that are not None.

    Raises UnusableSetting, also for a variable of the environment or a file of secrets that no
    setting reads, and for a certificate or key that cannot be read.
    """
    unknown = find_unknown(os.environ, Settings.model_fields)
    if unknown is not None:
        raise UnusableSetting(unknown)
    given = {name: value for name, value in options.items() if value is not None}
    folder = _secrets_folder(given)
    if folder is not None:
        _refuse_unknown(folder)
    try:
        with warnings.catch_warnings():
            # What pydantic-settings passes over with a warning, such as a link to elsewhere.
            warnings.simplefilter("error", UserWarning)
            settings = Settings(**(_from_services() | given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        message = plain(first["msg"])
        if not first["loc"]:
            raise UnusableSetting(message) from None
        source = _source_of(str(first["loc"][0]), given, folder)
        raise UnusableSetting(f"{source}: {message}") from None
    except (ValueError, UserWarning, OSError) as error:
        # Only the files raise these. A codec's own text may show what it has read.
        reason = error.__cause__ or error
        said = "a file is not UTF-8" if isinstance(reason, UnicodeError) else str(reason)
        raise UnusableSetting(f"{source_of(FOLDER, given)}: {said}") from None
    settings = settings.given_by(given, _files_of(given, folder))
    try:
        settings.connection.credentials.context()
    except UnusableCredentials as error:
        source = _source_of(f"ssl_{error.role}_file", given, folder)
        raise UnusableSetting(f"{source}: {error}") from None
    return settings


def _from_services() -> dict[str, Any]:
    """The default of each setting whose variable Kubernetes uses for something else.

    A service called omnistate-web puts its address into OMNISTATE_WEB_PORT.
    """
    taken = [
        name for name in Settings.model_fields if is_address(os.environ.get(variable_of(name)))
    ]
    return {name: Settings.model_fields[name].default for name in taken}


def _secrets_folder(given: dict[str, Any]) -> Path | None:
    """The folder of secrets, if an option or a variable names one."""
    variables = {name.upper(): value for name, value in os.environ.items()}
    named = given.get(FOLDER) or variables.get(variable_of(FOLDER))
    if not named:
        return None
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise UnusableSetting(f"{source_of(FOLDER, given)}: no folder {folder}")
    return folder


def _refuse_unknown(folder: Path) -> None:
    """A file that is named as a setting and is none; other files are not ours to judge."""
    try:
        names = sorted(file.name.upper() for file in folder.iterdir())
    except OSError as error:
        raise UnusableSetting(f"{variable_of(FOLDER)}: {error}") from None
    unknown = find_unknown(dict.fromkeys(names, ""), Settings.model_fields)
    if unknown is not None:
        raise UnusableSetting(f"{folder}: {unknown}")


def _source_of(name: str, given: Container[str], folder: Path | None) -> str:
    """What the user wrote a setting as: an option, a variable, or a file of the folder."""
    file = _files_of(given, folder).get(name)
    if file is not None:
        return str(file)
    return source_of(name, given)


def _files_of(given: Container[str], folder: Path | None) -> dict[str, Path]:
    """The file of each setting that no option and no variable goes before."""
    if folder is None:
        return {}
    variables = {name.upper() for name in os.environ}
    names = {variable_of(name): name for name in Settings.model_fields}
    return {
        names[named]: file
        for file in folder.iterdir()
        if (named := file.name.upper()) in names
        and named not in variables
        and names[named] not in given
    }
