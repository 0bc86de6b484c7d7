"""What a person can do wrong at the command line, and what becomes of it."""

from typing import NamedTuple


class Case(NamedTuple):
    """A command line, and what becomes of it. `{…}` are places that the run knows."""

    line: str
    # What is said, in part.
    says: str = ""
    status: int = 2
    # NAME=value, without the prefix, with commas.
    settings: str = ""


FILES = "--ssl-ca-file {folder}/cert.pem --security-protocol SSL"
LOGIN = "SASL_USERNAME=u,SASL_PASSWORD=p"
CASES = [
    # the command line itself
    Case("nonsense", "No such command"),
    Case("topic plan", "Did you mean"),
    Case("worker", "Missing command"),
    Case("worker nonsense", "No such command"),
    Case("lag --broker x", "--brokers"),
    Case("lag surplus", "surplus"),
    Case("replay", "Missing argument"),
    Case("send", "Missing argument"),
    Case("replay {folder}/events.jsonl", "--config"),
    Case("send {folder}/events.jsonl --rate 0", "--rate"),
    Case("send {folder}/events.jsonl --rate -1", "--rate"),
    Case("send {folder}/events.jsonl --rate fast", "--rate"),
    Case("topics plan --partitions 0", "--partitions"),
    Case("topics apply --partitions four", "--partitions"),
    Case("topics apply --replication-factor -1", "--replication-factor"),
    Case("dead-letters list --limit 0", "--limit"),
    Case("dead-letters redrive --error nonsense", "--error: must be one of undecodable"),
    Case("dead-letters redrive --origin dead-letters", "--origin: must be one of channel-events"),
    Case("demo --conversations -5", "--conversations"),
    Case("demo --seed x", "--seed"),
    # the configuration of a centre
    Case("config apply {folder}/missing.yaml", "missing.yaml: No such file"),
    Case("config apply {folder}/folder", "folder: Is a directory"),
    Case("config apply {folder}/events.jsonl/x", "Not a directory"),
    Case("config apply {folder}/" + "x" * 300, "name too long"),
    Case("config apply /proc/self/mem", "/proc/self/mem: Input/output error"),
    Case("config apply {folder}/broken.yaml", "broken.yaml:3: not YAML"),
    Case("config apply {folder}/tab.yaml", "tab.yaml:2: not YAML"),
    Case("config apply {folder}/nul.yaml", "not YAML"),
    Case("config apply {folder}/latin1.yaml", "not YAML"),
    Case("config apply {folder}/deep.yaml", "deep.yaml:1: more than 64 lists and mappings"),
    Case("config apply {folder}/deepest.yaml", "deepest.yaml:1: more than 64 lists and mappings"),
    Case("config apply {folder}/dashes.yaml", "dashes.yaml:1: more than 64 lists and mappings"),
    Case("config apply {folder}/digits.yaml", "digits.yaml: not YAML"),
    Case("config apply /dev/zero", "/dev/zero: larger than 64 MiB"),
    Case("config apply {folder}/tag.yaml", "tag.yaml:1: not YAML"),
    Case("config apply {folder}/alias.yaml", "alias.yaml:1: not YAML"),
    Case("config apply {folder}/list.yaml", "a mapping is needed"),
    Case("config apply {folder}/text.yaml", "a mapping is needed"),
    Case("config apply {folder}/twice.yaml", "twice.yaml:2: the key 'queues' stands twice"),
    Case("config apply {folder}/section.yaml", "did you mean representatives?"),
    Case("config apply {folder}/kind.yaml", "kind.yaml:2: workstreams.chat.channel"),
    Case("config apply {folder}/negative.yaml", "negative.yaml:2: workstreams.chat.units"),
    Case("replay {folder}/events.jsonl --config {folder}/misspelt.yaml", "misspelt.yaml:4: work"),
    Case("replay {folder}/events.jsonl --config {folder}/umlaut.yaml", "queues.büro"),
    Case("replay {folder}/events.jsonl --config {folder}/empty.yaml", "", 0),
    Case("replay {folder}/events.jsonl --config {folder}/marked.yaml", "", 0),
    # events
    Case("replay {folder}/missing --config {folder}/centre.yaml", "missing: No such file"),
    Case("replay {folder}/folder --config {folder}/centre.yaml", "folder: Is a directory"),
    Case("replay /proc/self/mem --config {folder}/centre.yaml", "Input/output error"),
    Case("replay {folder}/nul.jsonl --config {folder}/centre.yaml", "", 0),
    Case("replay {folder}/binary.jsonl --config {folder}/centre.yaml", "", 0),
    Case("send {folder}/missing", "missing: No such file"),
    Case("send {folder}/folder", "folder: Is a directory"),
    # times
    Case("replay {folder}/empty --config {folder}/centre.yaml --until tomorrow", "--until"),
    Case("replay {folder}/empty --config {folder}/centre.yaml --until 2026-02-30T00:00Z", "--unt"),
    Case("replay {folder}/empty --config {folder}/centre.yaml --until 1e99", "--until"),
    Case(
        "replay {folder}/events.jsonl --config {folder}/centre.yaml --until 0001-01-01T00:00:00Z",
        "before the last event",
    ),
    Case(
        "replay {folder}/events.jsonl --config {folder}/centre.yaml --until 9999-12-31T23:59:59Z",
        "",
        0,
    ),
    # folders and the topics' declaration
    Case("demo --out {folder}/events.jsonl", "events.jsonl: File exists"),
    Case("demo --out /proc/nowhere", "/proc/nowhere: No such file"),
    Case("topics plan --topics-file {folder}/missing", "--topics-file: {folder}/missing"),
    Case("topics plan --topics-file {folder}/folder", "Is a directory"),
    Case("lag --topics-file {folder}/broken.yaml", "not YAML"),
    Case("lag --topics-file {folder}/list.yaml", "a mapping is needed"),
    Case("lag --topics-file {folder}/latin1.yaml", "latin1.yaml: not YAML"),
    Case("lag --topics-file {folder}/date.yaml", "date.yaml: version: Input should be 1"),
    Case("lag --topics-file {folder}/digits.yaml", "digits.yaml: not YAML"),
    Case("lag --topics-file {folder}/deep.yaml", "deep.yaml:1: more than 64 lists"),
    Case("topics plan --topics-file {folder}/deepest.yaml", "deepest.yaml:1: more than 64 lists"),
    Case("lag --topics-file {folder}/twice.yaml", "twice.yaml:2: the key 'queues' stands twice"),
    Case("topics acls --topics-file /dev/zero", "/dev/zero: larger than 64 MiB"),
    Case("lag --topics-file {folder}/nul.yaml", "not YAML"),
    Case("worker figures --topics-file {folder}/no-group.yaml", "group figures is not declared"),
    Case("topics plan --topics-file {folder}/own-count.yaml --partitions 5", "are co-partitioned"),
    Case("audit", "OMNISTATE_TOPICS_FILE", settings="TOPICS_FILE=/nowhere.yaml"),
    # variables that are none
    Case("lag", "no such setting; did you mean OMNISTATE_BROKERS?", 2, "BROKER=x"),
    Case("worker conversation", "did you mean OMNISTATE_WEB_PORT?", 2, "WEBPORT=6066"),
    Case("worker conversation", "did you mean OMNISTATE_WEB_PORT?", 2, "PORT=6066"),
    Case("config apply {folder}/centre.yaml", "OMNISTATE_SASL_PASWORD", 2, "SASL_PASWORD=x,ZZZ=1"),
    Case("top", "OMNISTATE_XYZZY: no such setting", 2, "XYZZY=1"),
    # settings
    Case("lag --brokers nowhere", "--brokers: host:port is needed"),
    Case("lag --brokers a:1,,b:2", "--brokers"),
    Case("lag --brokers a:70000", "Port out of range"),
    Case("lag --brokers [::1:9092", "--brokers"),
    Case("lag --brokers " + "x" * 70 + ":1", "not the name of a host"),
    Case("lag", "OMNISTATE_TOPIC_PREFIX", 2, "TOPIC_PREFIX=a b"),
    Case("worker conversation --web-port 70000", "--web-port: must be less than"),
    Case("worker conversation --web-port -1", "--web-port"),
    Case("worker conversation", "OMNISTATE_WEB_PORT", 2, "WEB_PORT=http"),
    Case("worker conversation", "OMNISTATE_WEB_PORT", 2, "WEB_PORT="),
    Case("worker representative --web-port {taken}", "Address already in use"),
    Case("worker representative --web-host nowhere.invalid", "nowhere.invalid"),
    Case("worker conversation --log-level LOUD", "--log-level"),
    Case("worker conversation --log-format xml", "--log-format"),
    Case("worker conversation --session-timeout 0", "--session-timeout"),
    Case("worker conversation --timer-grace -1", "--timer-grace"),
    Case("worker projection", "OMNISTATE_REDIS_URL is needed"),
    Case("top", "OMNISTATE_REDIS_URL is needed"),
    Case("top --redis-url redis://h:port/0", "--redis-url"),
    Case("audit --redis-url nonsense", "--redis-url"),
    Case("lag --redis-url redis+sentinel://host", "--redis-url"),
    Case("top --redis-url redis://h/0?foo=bar", "--redis-url: behind the ? are options"),
    Case("top --redis-url redis://h/db1", "--redis-url: a database is a number"),
    Case("top", "OMNISTATE_REDIS_URL: the option protocol", 2, "REDIS_URL=redis://h?protocol=9"),
    Case("worker projection --redis-url redis://h", "OMNISTATE_API_TOKEN", 2, "API_TOKEN=short"),
    # who we are to Kafka
    Case("lag --security-protocol TLS", "--security-protocol"),
    Case("lag --sasl-mechanism GSSAPI", "--sasl-mechanism"),
    Case("lag --security-protocol SASL_SSL", "OMNISTATE_SASL_PASSWORD"),
    Case("lag --security-protocol SSL --ssl-ca-file {folder}/missing", "--ssl-ca-file: {folder}/m"),
    Case("lag --security-protocol SSL --ssl-ca-file {folder}/folder", "Is a directory"),
    Case("lag --security-protocol SSL --ssl-ca-file {folder}/empty", "no certificate in PEM"),
    Case("lag --security-protocol SSL --ssl-ca-file {folder}/key.pem", "no certificate in PEM"),
    Case("lag --security-protocol SSL --ssl-ca-file {folder}/damaged.pem", "damaged.pem: OpenSSL"),
    Case("lag", "OMNISTATE_SSL_CA_FILE: a file is needed", 2, "SSL_CA_FILE=,SECURITY_PROTOCOL=SSL"),
    Case(f"lag {FILES} --ssl-cert-file {{folder}}/cert.pem", "go together"),
    Case(f"lag {FILES} --ssl-key-file {{folder}}/key.pem", "go together"),
    Case(
        f"worker conversation {FILES} --ssl-cert-file {{folder}}/cert.pem "
        "--ssl-key-file {folder}/other-key.pem",
        "other-key.pem: not the key of",
    ),
    Case(
        f"worker figures {FILES} --ssl-cert-file {{folder}}/cert.pem "
        "--ssl-key-file {folder}/secret-key.pem",
        "secret-key.pem: encrypted",
    ),
    Case(
        f"audit {FILES} --ssl-cert-file {{folder}}/key.pem --ssl-key-file {{folder}}/key.pem",
        "--ssl-cert-file",
    ),
    # outages: nobody there
    Case("topics plan", "no Kafka broker answers", 3),
    Case("topics apply", "connection refused", 3),
    Case("config apply {folder}/centre.yaml", "connection refused", 3),
    Case("send {folder}/events.jsonl", "connection refused", 3),
    Case("lag", "connection refused", 3),
    Case("lag --brokers nowhere.invalid:9092", "no Kafka broker answers at nowhere.invalid", 3),
    Case("audit", "connection refused", 3),
    Case("dead-letters list", "connection refused", 3),
    Case("dead-letters redrive", "connection refused", 3),
    Case("top --redis-url redis://127.0.0.1:{nobody}/0", "Redis: ", 3),
    Case("audit --redis-url redis://127.0.0.1:{nobody}/0", "Redis: ", 3),
    # somebody there who is not Kafka, or not Redis, or refuses
    Case("lag --brokers {closing}", "it closed the connection", 3),
    Case("lag --security-protocol SSL --brokers {chatting}", "TLS failed", 2),
    Case("lag --brokers {closing} --security-protocol SASL_PLAINTEXT", "", 3, LOGIN),
    Case("top --redis-url redis://{denying}/0", "Redis: ", 2),
    Case("top --redis-url redis://{chatting}/0", "Redis: ", 3),
    Case("top --redis-url rediss://{chatting}/0", "Redis: ", 2),
]
