"""The compose file's overlay as it is written: TLS and a login for all, and no secret in it."""

import re
from typing import Any, Final

import pytest
import yaml
from omnistate.process.environment import PREFIX
from omnistate.process.process_settings import Settings

from tests.deploy.container_engine import ROOT

FOLDER: Final = ROOT / "deploy" / "compose"
# What the broker says of itself otherwise than without TLS.
DIFFERS: Final = {
    *("controller.quorum.voters", "listeners", "advertised.listeners"),
    *("listener.security.protocol.map", "inter.broker.listener.name"),
}


def services_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return dict(found["services"])


@pytest.fixture(scope="module")
def overlay() -> dict[str, Any]:
    return services_of("compose.tls.yaml")


def properties_of(name: str) -> dict[str, str]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {key: value for key, _, value in pairs}


def test_whoever_speaks_to_kafka_does_so_over_tls_with_a_login(overlay: dict[str, Any]) -> None:
    base = services_of("compose.yaml")
    ours = {
        name for name, each in base.items() if "OMNISTATE_BROKERS" in each.get("environment", ())
    }
    assert set(overlay) == ours | {"kafka"}
    for name in ours:
        settings = base[name]["environment"] | overlay[name]["environment"]
        assert settings["OMNISTATE_SECURITY_PROTOCOL"] == "SASL_SSL", name
        assert settings["OMNISTATE_BROKERS"] == "kafka:19093", name


def test_nothing_without_tls_is_to_be_reached_from_outside_the_container() -> None:
    told = properties_of("kafka.tls.properties")
    protocols = dict(each.split(":") for each in told["listener.security.protocol.map"].split(","))
    listeners = dict(each.split("://") for each in told["listeners"].split(","))
    assert set(protocols) == set(listeners)
    for name, protocol in protocols.items():
        assert protocol == "SASL_SSL" or listeners[name].startswith("localhost:"), name
        if protocol == "SASL_SSL":
            key = f"listener.name.{name.lower()}.scram-sha-512.sasl.jaas.config"
            assert "ScramLoginModule" in told[key]
    assert set(protocols.values()) == {"SASL_SSL", "PLAINTEXT"}


def test_it_is_the_same_broker_otherwise() -> None:
    plain, secured = properties_of("kafka.properties"), properties_of("kafka.tls.properties")
    assert {key: secured.get(key) for key in plain.keys() - DIFFERS} == {
        key: value for key, value in plain.items() if key not in DIFFERS
    }
    new = secured.keys() - plain.keys()
    assert {key for key in new if not key.startswith(("ssl.", "sasl.", "listener.name."))} == set()


def test_its_secrets_are_files_in_folders_and_none_is_in_the_repository(
    overlay: dict[str, Any],
) -> None:
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for name, each in overlay.items():
        given = each.get("environment", {})
        assert set(given) <= known, name
        assert not {"OMNISTATE_SASL_PASSWORD", "OMNISTATE_SASL_USERNAME"} & set(given)
        sources = [volume.rpartition(":/")[0] for volume in each["volumes"]]
        folders = [source for source in sources if source.startswith("${")]
        assert len(folders) == 2
        for folder in folders:
            # A file that is renewed by another one is not seen where it is mounted alone.
            found = re.fullmatch(r"\$\{\w+:-\./(\w+)\}(/\w+)?", folder)
            assert found, folder
            assert f"deploy/compose/{found[1]}/" in ignored
    # Whoever reads the certificates does not see the broker's key.
    assert not any("/broker" in volume for volume in overlay["lag"]["volumes"])
