"""The settings of a process, from the environment (prefix OMNISTATE_) and from options.

A wrong one is refused with one line that names it; a secret's value is never in that line.
"""

import re
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from omnistate.adapters.kafka.clients.connection import Connection, SaslMechanism, SecurityProtocol
from omnistate.process.errors import Unusable
from omnistate.stream.topology import Topology, TopologyError, load_topology

PREFIX: Final = "OMNISTATE_"
REDIS_SCHEMES: Final = ("redis://", "rediss://", "unix://", "redis+sentinel://")
# What a header can carry, and long enough not to be guessed.
TOKEN: Final = re.compile(r"[!-~]{16,1024}")


class UnusableSetting(Unusable):
    """A setting that cannot be used; the message is one line that names it."""


class Settings(BaseSettings):
    """Every setting that a worker or command reads (contract.md#commands)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    brokers: str = Field("localhost:9092", description="Kafka's host:port, several with commas.")
    topic_prefix: str = Field(
        "",
        pattern=r"^[a-zA-Z0-9._-]*$",
        max_length=60,
        description="In front of every topic, group and transactional id.",
    )
    # Never shown: it may carry a password.
    redis_url: str | None = Field(None, repr=False, description="The Redis of the read model.")
    web_host: str = Field("127.0.0.1", description="Where the worker's web server listens.")
    web_port: int = Field(6066, ge=1, le=65_535, description="The web server's port.")
    topics_file: Path | None = Field(None, description="Another topics.yaml than the packaged one.")
    security_protocol: SecurityProtocol = Field("PLAINTEXT", description="How to reach Kafka.")
    sasl_mechanism: SaslMechanism = Field("PLAIN", description="How to say who we are.")
    sasl_username: str | None = Field(None, description="Who we are.")
    sasl_password: SecretStr | None = Field(None, description="From the environment only.")
    ssl_ca_file: Path | None = Field(None, description="Whom to trust (PEM); else the system's.")
    ssl_cert_file: Path | None = Field(None, description="Our own certificate (PEM).")
    ssl_key_file: Path | None = Field(None, description="Our own key (PEM).")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least important lines to log."
    )
    log_format: Literal["console", "json"] = Field("console", description="For people or programs.")
    session_timeout: float = Field(
        10, ge=1, le=300, description="Seconds without a heartbeat until a worker counts as dead."
    )
    timer_grace: float = Field(
        1, ge=0, le=60, description="Seconds after its deadline until the wall clock fires a timer."
    )
    api_token: SecretStr | None = Field(
        None, description="From the environment only; without it there is no read API."
    )

    @field_validator("brokers")
    @classmethod
    def _check_brokers(cls, brokers: str) -> str:
        for broker in brokers.split(","):
            place = urlsplit(f"//{broker.strip()}")
            # Reading the port is what checks it.
            if not place.hostname or place.path or place.port is None:
                raise ValueError("host:port is needed, several with commas")
        return brokers

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(REDIS_SCHEMES):
            raise ValueError(f"a URL is needed that begins with {', '.join(REDIS_SCHEMES)}")
        return url

    @field_validator("api_token")
    @classmethod
    def _check_api_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("16 characters or more are needed, printable ones without spaces")
        return token

    @field_validator("security_protocol", "sasl_mechanism", "log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check_login(self) -> Self:
        if self.security_protocol.startswith("SASL") and not (
            self.sasl_username and self.sasl_password
        ):
            raise ValueError(
                f"{PREFIX}SASL_USERNAME and {PREFIX}SASL_PASSWORD: both are needed with "
                f"{self.security_protocol}"
            )
        if (self.ssl_cert_file is None) is not (self.ssl_key_file is None):
            raise ValueError(f"{PREFIX}SSL_CERT_FILE and {PREFIX}SSL_KEY_FILE go together")
        return self

    @property
    def connection(self) -> Connection:
        """The cluster that these settings lead to."""
        password = self.sasl_password
        return Connection(
            brokers=self.brokers,
            prefix=self.topic_prefix,
            security_protocol=self.security_protocol,
            sasl_mechanism=self.sasl_mechanism,
            sasl_username=self.sasl_username,
            sasl_password=password.get_secret_value() if password else None,
            ssl_ca_file=_text(self.ssl_ca_file),
            ssl_cert_file=_text(self.ssl_cert_file),
            ssl_key_file=_text(self.ssl_key_file),
        )

    def load_topology(self) -> Topology:
        """The declaration of the topics. Raises UnusableSetting."""
        try:
            return load_topology(self.topics_file)
        except TopologyError as error:
            raise UnusableSetting(f"{PREFIX}TOPICS_FILE: {error}") from None


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def load_settings(**options: Any) -> Settings:
    """The settings of the environment, overruled by options that are not None.

    Raises UnusableSetting.
    """
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        message = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            raise UnusableSetting(message) from None
        name = str(first["loc"][0])
        source = f"--{name.replace('_', '-')}" if name in given else PREFIX + name.upper()
        raise UnusableSetting(f"{source}: {message}") from None
