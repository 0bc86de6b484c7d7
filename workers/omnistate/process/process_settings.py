"""The settings of a process, from options, the environment (prefix OMNISTATE_) and files.

A wrong one is refused with one line that names it; a secret's value is never in that line.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal, Self, get_args

from omnistate_schemas.configured import Misplaced, refuse
from pydantic import Field, PrivateAttr, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from omnistate.adapters.kafka.clients.connection import (
    Connection,
    Membership,
    SaslMechanism,
    SecurityProtocol,
)
from omnistate.core.row_version import WRITABLE
from omnistate.process.environment import PREFIX, source_of
from omnistate.process.errors import Unusable
from omnistate.process.setting_values import (
    check_brokers,
    check_host,
    check_redis_url,
    check_token,
    find_useless,
)
from omnistate.stream.topology import Topology, TopologyError, load_topology


class UnusableSetting(Unusable):
    """A setting that cannot be used; the message is one line that names it."""


class Settings(BaseSettings):
    """Every setting of every process; commands take those that they use."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    brokers: str = Field(
        "localhost:9092", description="Kafka's brokers: host:port, several with commas."
    )
    topic_prefix: str = Field(
        "",
        pattern=r"^[a-zA-Z0-9._-]*$",
        max_length=60,
        description="Put in front of every topic, group, transactional id and Redis key.",
    )
    # Never shown: it may carry a password.
    redis_url: str | None = Field(
        None, repr=False, description="The Redis of the read model: redis://host:port/db."
    )
    web_host: str = Field("127.0.0.1", description="The address that the web server listens on.")
    web_port: int = Field(6066, ge=1, le=65_535, description="The port of the web server.")
    health_port: int | None = Field(
        None, ge=1, le=65_535, description="A port of their own for probes and metrics."
    )
    topics_file: Path | None = Field(
        None, description="A topics.yaml to use instead of the packaged one."
    )
    security_protocol: SecurityProtocol = Field(
        "PLAINTEXT", description="How to talk to Kafka: with TLS (SSL), a login (SASL), or both."
    )
    sasl_mechanism: SaslMechanism = Field("PLAIN", description="How to log in to Kafka.")
    sasl_username: str | None = Field(None, description="The user to log in to Kafka as.")
    sasl_password: SecretStr | None = Field(None, description="The password of that user.")
    ssl_ca_file: Path | None = Field(
        None, description="The certificates to trust Kafka by (PEM); the system's by default."
    )
    ssl_cert_file: Path | None = Field(
        None, description="The certificate to show to Kafka (PEM); needs the key, too."
    )
    ssl_key_file: Path | None = Field(
        None, description="The key of that certificate (PEM, no passphrase)."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="The least important lines to log."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people (console) or for programs (json)."
    )
    session_timeout: float = Field(
        10, ge=1, le=300, description="Without a heartbeat for so long, a worker counts as dead."
    )
    instance_id: str | None = Field(
        None,
        pattern=r"^[a-zA-Z0-9._-]*[a-zA-Z0-9_-][a-zA-Z0-9._-]*$",
        max_length=100,
        description="The worker's own name in its group: it keeps its partitions over a restart.",
    )
    wait_for_topics: bool = Field(
        False, description="Wait for topics that are missing, instead of ending."
    )
    timer_grace: float = Field(
        1, ge=0, le=60, description="How long after its deadline a timer fires by the wall clock."
    )
    unreadable: Literal["stop", "skip"] = Field(
        "stop",
        description="At a batch that nobody can read: stop its partition, or skip the batch.",
    )
    row_version: int | None = Field(
        None,
        ge=WRITABLE[0],
        le=WRITABLE[-1],
        description="The version to write rows in, at least; by default the one that they have.",
    )
    api_token: SecretStr | None = Field(
        None, description="The token of the read API, which there is only with a token."
    )
    secrets_dir: Path | None = Field(
        None,
        description="A folder with a file for each further setting, named as its variable.",
    )

    # Those that an option has given: the others come from the environment, or are defaults.
    _options: frozenset[str] = PrivateAttr(frozenset())
    # The file that each setting was read from which neither an option nor a variable has given.
    _files: Mapping[str, Path] = PrivateAttr(default_factory=dict)

    @field_validator("brokers")
    @classmethod
    def _check_brokers(cls, brokers: str) -> str:
        check_brokers(brokers)
        return brokers

    @field_validator("web_host")
    @classmethod
    def _check_web_host(cls, host: str) -> str:
        check_host(host)
        return host

    @field_validator("topics_file", "ssl_ca_file", "ssl_cert_file", "ssl_key_file", mode="before")
    @classmethod
    def _check_file(cls, file: object) -> object:
        if file == "":
            raise ValueError("a file is needed")
        return file

    @field_validator("secrets_dir", mode="before")
    @classmethod
    def _check_secrets_dir(cls, folder: object) -> object:
        if folder == "":
            raise ValueError("a folder is needed")
        return folder

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, url: str | None) -> str | None:
        if url is not None:
            check_redis_url(url)
        return url

    @field_validator("api_token")
    @classmethod
    def _check_api_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None:
            check_token(token.get_secret_value())
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
        given = {name for name in self.model_fields_set if getattr(self, name)}
        said = f"of no use with {PREFIX}SECURITY_PROTOCOL {self.security_protocol}"
        refuse(Misplaced((name,), said) for name in find_useless(self.security_protocol, given))
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - named so by the caller
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - likewise
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options, then variables, then files in the folder that one of these names."""
        folder = (env_settings() | init_settings()).get("secrets_dir")
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, folder or None)

    def given_by(self, options: Iterable[str], files: Mapping[str, Path]) -> Self:
        """The same settings, which know which of them are options' values, or files' content."""
        self._options, self._files = frozenset(options), files
        return self

    @cached_property
    def connection(self) -> Connection:
        """The cluster that these settings lead to: one, so that all clients renew together."""
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
            sasl_username_file=_text(self._files.get("sasl_username")),
            sasl_password_file=_text(self._files.get("sasl_password")),
        )

    @property
    def membership(self) -> Membership:
        """How the worker is in its group."""
        return Membership(round(self.session_timeout * 1_000), self.instance_id)

    def load_topology(self) -> Topology:
        """The declaration of the topics. Raises UnusableSetting."""
        try:
            return load_topology(self.topics_file)
        except TopologyError as error:
            raise UnusableSetting(f"{self.source_of('topics_file')}: {error}") from None

    def source_of(self, name: str) -> str:
        """What the user wrote a setting as: an option, a variable, or a file of secrets."""
        return str(self._files.get(name) or source_of(name, self._options))


def is_secret(name: str) -> bool:
    """Whether a setting is a secret: then it is no option, which everybody could see."""
    return SecretStr in get_args(Settings.model_fields[name].annotation)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
