"""Which variables are refused, which pass, and what is said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omnistate.process.environment import find_unknown
from omnistate.process.process_settings import Settings, UnusableSetting
from omnistate.process.settings_source import load_settings

KNOWN = tuple(Settings.model_fields)
SECRET = "geheim"
# A name as Kubernetes makes it of a service's.
SERVICES = st.from_regex(r"[A-Z]([A-Z0-9_]{0,20}[A-Z0-9])?", fullmatch=True)


def refusal(**variables: str) -> str | None:
    return find_unknown({f"OMNISTATE_{name}": value for name, value in variables.items()}, KNOWN)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BROKER", "BROKERS"),
        ("WEBPORT", "WEB_PORT"),
        ("WEBB_PORT", "WEB_PORT"),
        ("PORT", "WEB_PORT"),
        ("KAFKA_BROKERS", "BROKERS"),
        ("REDIS", "REDIS_URL"),
        ("SASL_PASWORD", "SASL_PASSWORD"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("brokerz", "BROKERS"),
    ],
)
def test_a_slip_is_refused_with_the_name_that_was_meant(name: str, meant: str) -> None:
    said = refusal(**{name: SECRET})
    assert said == f"OMNISTATE_{name}: no such setting; did you mean OMNISTATE_{meant}?"


def test_what_is_like_nothing_is_refused_without_one() -> None:
    assert refusal(XYZZY="1") == "OMNISTATE_XYZZY: no such setting"
    assert refusal(**{"": "1"}) == "OMNISTATE_: no such setting"


def test_the_first_is_named_and_the_others_are_counted() -> None:
    said = refusal(ZZZ="1", BROKER="2", BROKERS="3")
    assert said == (
        "OMNISTATE_BROKER: no such setting; did you mean OMNISTATE_BROKERS? (and 1 more)"
    )


@pytest.mark.parametrize("name", KNOWN)
def test_a_setting_passes(name: str) -> None:
    assert refusal(**{name.upper(): "1", name: "2"}) is None


def test_what_begins_otherwise_is_somebody_elses() -> None:
    assert find_unknown({"CI_OMNISTATE_MARK": "1", "BROKER": "2", "OMNISTATE": "3"}, KNOWN) is None


@given(SERVICES, st.integers(1, 65_535), st.sampled_from(["TCP", "UDP", "SCTP"]))
def test_what_kubernetes_sets_passes_whatever_the_service(
    service: str, port: int, protocol: str
) -> None:
    address = f"{protocol.lower()}://10.0.0.1:{port}"
    base = f"{service}_PORT_{port}_{protocol}"
    variables = {
        f"{service}_SERVICE_HOST": "10.0.0.1",
        f"{service}_SERVICE_PORT": str(port),
        f"{service}_SERVICE_PORT_WEB": str(port),
        f"{service}_PORT": address,
        base: address,
        f"{base}_PROTO": protocol.lower(),
        f"{base}_PORT": str(port),
        f"{base}_ADDR": "10.0.0.1",
    }
    assert refusal(**variables) is None


def test_a_service_that_is_called_as_a_setting_leaves_its_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMNISTATE_WEB_PORT", "tcp://10.0.0.1:80")
    assert load_settings().web_port == 6066
    assert load_settings(web_port="7000").web_port == 7000
    with pytest.raises(UnusableSetting, match="--web-port"):
        load_settings(web_port="tcp://10.0.0.1:80")
