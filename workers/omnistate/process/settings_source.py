"""Where a process's settings come from: options before variables of the environment.

It reads nothing but the environment and the files of certificates, and shows no value.
"""

import os
from typing import Any

from pydantic import ValidationError

from omnistate.adapters.kafka.clients.tls_context import UnusableCredentials
from omnistate.process.environment import find_unknown, is_address, source_of, variable_of
from omnistate.process.errors import plain
from omnistate.process.process_settings import Settings, UnusableSetting


def load_settings(**options: Any) -> Settings:
    """The settings of the environment, overruled by options that are not None.

    Raises UnusableSetting, also for a variable of the environment that no setting reads, and for a
    certificate or key that cannot be read.
    """
    unknown = find_unknown(os.environ, Settings.model_fields)
    if unknown is not None:
        raise UnusableSetting(unknown)
    given = {name: value for name, value in options.items() if value is not None}
    try:
        settings = Settings(**(_from_services() | given)).given_by(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        message = plain(first["msg"])
        if not first["loc"]:
            raise UnusableSetting(message) from None
        raise UnusableSetting(f"{source_of(str(first['loc'][0]), given)}: {message}") from None
    try:
        settings.connection.ssl_context()
    except UnusableCredentials as error:
        source = source_of(f"ssl_{error.role}_file", given)
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
