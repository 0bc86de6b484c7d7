"""TLS and SASL/SCRAM against a real broker: commands and a worker, by settings alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.story_inputs import CENTRE, story
from tests.harness.broker import Broker
from tests.harness.console import one_line
from tests.harness.installation import installed
from tests.harness.topics import read_events
from tests.harness.waiting import wait_until


@pytest.fixture(scope="module")
def secured(kafka_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("secured")
    broker = Broker(folder, security="sasl", client_certificate="required")
    broker.start()
    yield broker
    broker.close()


def _tls(broker: Broker) -> dict[str, str]:
    return {
        "brokers": broker.bootstrap_tls,
        "security_protocol": "SSL",
        "ssl_ca_file": str(broker.ca_file),
        "ssl_cert_file": str(broker.cert_file),
        "ssl_key_file": str(broker.key_file),
    }


def _scram_tls(broker: Broker) -> dict[str, str]:
    return {
        "brokers": broker.bootstrap_sasl_tls,
        "security_protocol": "sasl_ssl",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": broker.username,
        "sasl_password": broker.password,
        "ssl_ca_file": str(broker.ca_file),
    }


def _scram(broker: Broker) -> dict[str, str]:
    return {
        "brokers": broker.bootstrap_sasl,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_username": broker.username,
        "sasl_password": broker.password,
    }


@pytest.mark.parametrize("settings_of", [_tls, _scram_tls, _scram])
async def test_everything_works_over_it(
    secured: Broker, prefix: str, tmp_path: Path, settings_of: Callable[[Broker], dict[str, str]]
) -> None:
    settings = settings_of(secured)
    brokers = settings.pop("brokers")
    with installed(brokers, prefix, tmp_path, **settings) as found:
        found.set_up(CENTRE, partitions=1)
        worker = found.worker()
        found.send(story("chat-1"))
        wait_until("a timer", lambda: worker.metric("omnistate_timers_fired_total") == 1)
        assert worker.stop() == 0
        assert secured.password not in worker.log()
    topic = f"{prefix}conversation-state-changes"
    assert len(await read_events(secured.bootstrap, topic)) == 5


def test_fausts_clients_are_ours(secured: Broker, prefix: str, tmp_path: Path) -> None:
    """The figures worker's consumer and producer: it is ready once it has read tables back."""
    settings = _scram_tls(secured)
    brokers = settings.pop("brokers")
    with installed(brokers, prefix, tmp_path, **settings) as found:
        found.set_up(CENTRE, partitions=1)
        found.worker()
        worker = found.worker("figures")
        found.send(story("chat-1"))
        fate = "omnistate_figures_changes_total"
        wait_until("changes", lambda: worker.metric(fate, outcome="counted") == 5)
        assert worker.stop() == 0
        assert secured.password not in worker.log()


def test_a_wrong_password_is_said_in_one_line(secured: Broker, prefix: str, tmp_path: Path) -> None:
    settings = {**_scram(secured), "sasl_password": "not-the-password"}
    brokers = settings.pop("brokers")
    with installed(brokers, prefix, tmp_path, **settings) as found:
        said = found.run("topics", "plan", status=2)
        worker = found.worker(ready=False)
        assert worker.wait() == 2
    assert len(said.splitlines()) == 1
    assert "refuses us: SaslAuthenticationFailed" in said
    ended = [line for line in worker.log().splitlines() if "worker_stopped" in line]
    assert len(ended) == 1
    assert "refuses us: SaslAuthenticationFailed" in ended[0]
    assert "not-the-password" not in said + worker.log()
    assert "Traceback" not in worker.log()


def test_a_broker_that_is_not_trusted_and_one_that_does_not_trust_us(
    secured: Broker, prefix: str, tmp_path: Path
) -> None:
    """The certificate of an authority that we do not know, and none of our own."""
    ours = _tls(secured)
    brokers = ours.pop("brokers")
    stranger = {**ours, "ssl_ca_file": str(secured.cert_file)}
    with installed(brokers, prefix, tmp_path, **stranger) as found:
        assert "its certificate is not trusted" in one_line(found.attempt("lag"), 2)
    nameless = {
        key: text for key, text in ours.items() if key not in {"ssl_cert_file", "ssl_key_file"}
    }
    with installed(brokers, prefix, tmp_path, **nameless) as found:
        assert "or a certificate?" in one_line(found.attempt("lag"), 3)


def test_another_protocol_than_the_brokers(secured: Broker, prefix: str, tmp_path: Path) -> None:
    for brokers in (secured.bootstrap_tls, secured.bootstrap_sasl):
        with installed(brokers, prefix, tmp_path) as found:
            said = one_line(found.attempt("lag"), 3)
            assert "does it expect another security protocol" in said
    settings = {**_scram(secured), "sasl_mechanism": "PLAIN"}
    with installed(settings.pop("brokers"), prefix, tmp_path, **settings) as found:
        assert "UnsupportedSaslMechanism" in one_line(found.attempt("lag"), 2)
    settings = {**_scram_tls(secured), "brokers": secured.bootstrap}
    with installed(settings.pop("brokers"), prefix, tmp_path, **settings) as found:
        assert "it closed the connection" in one_line(found.attempt("lag"), 3)


def test_settings_that_do_not_go_together(brokers: str, prefix: str, tmp_path: Path) -> None:
    for settings, name in (
        ({"security_protocol": "SASL_SSL"}, "OMNISTATE_SASL_USERNAME"),
        ({"security_protocol": "TLS"}, "OMNISTATE_SECURITY_PROTOCOL"),
        ({"ssl_cert_file": "here.pem"}, "OMNISTATE_SSL_CERT_FILE"),
        ({"security_protocol": "SSL", "ssl_ca_file": "/no/such.pem"}, "/no/such.pem"),
        ({"web_port": "0"}, "OMNISTATE_WEB_PORT"),
        ({"topics_file": "/no/such.yaml"}, "OMNISTATE_TOPICS_FILE"),
    ):
        with installed(brokers, prefix, tmp_path, **settings) as found:
            command = ("worker", "conversation") if "web_port" in settings else ("lag",)
            said = found.run(*command, status=2)
        assert len(said.splitlines()) == 1, said
        assert name in said
