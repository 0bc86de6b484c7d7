"""Values that the chart refuses, one wrong thing at a time, and by what name."""

from typing import Final

CONVERSATION: Final = "workers.conversation"
AUTOSCALED: Final = (
    f"{CONVERSATION}.autoscaling.enabled=true",
    'autoscaling.prometheusUrl="http://prometheus:9090"',
)
STATIC: Final = (f"{CONVERSATION}.staticMembership=true", "settings.sessionTimeout=45")
# Values beside those of the example "minimal", and what the refusal has to name.
WRONG: Final = {
    "no image": (('image.repository=""',), "/image/repository"),
    "an image with a tag in its name": (('image.repository="Omnistate"',), "/image/repository"),
    "a digest of another kind": (('image.digest="sha1:00"',), "/image/digest"),
    "no brokers": (('kafka.brokers=""',), "/kafka/brokers"),
    "a broker without a port": (('kafka.brokers="kafka"',), "/kafka/brokers"),
    "a misspelt key": (("kafka.broker=1",), "'broker'"),
    "a misspelt worker": (("workers.conversations.replicas=1",), "'conversations'"),
    "a key of other charts": (("replicaCount=3",), "'replicaCount'"),
    "a misspelt key of a worker": ((f"{CONVERSATION}.replica=3",), "'replica'"),
    "no replicas": ((f"{CONVERSATION}.replicas=0",), "/workers/conversation/replicas"),
    "replicas in words": ((f'{CONVERSATION}.replicas="three"',), "/workers/conversation/replicas"),
    "too many replicas": ((f"{CONVERSATION}.replicas=1000",), "/workers/conversation/replicas"),
    "another protocol": (('kafka.securityProtocol="TLS"',), "/kafka/securityProtocol"),
    "another mechanism": (('kafka.sasl.mechanism="OAUTHBEARER"',), "/kafka/sasl/mechanism"),
    "a level that is none": (('settings.logLevel="TRACE"',), "/settings/logLevel"),
    "too long a timeout": (("settings.sessionTimeout=301",), "/settings/sessionTimeout"),
    "a prefix with a slash": (('settings.topicPrefix="a/"',), "/settings/topicPrefix"),
    "no partitions": (("topics.partitions=0",), "/topics/partitions"),
    "a configuration that is no text": (("configuration.text={}",), "/configuration/text"),
    "a Redis with a password in sight": (('redis.url="redis://u:p@redis"',), "/redis/url"),
    "two Redis": (('redis.secret="redis"',), "redis.url and redis.secret"),
    "no Redis": (('redis.url=""',), "redis.url or redis.secret"),
    "no bound of memory": (
        ('everyWorker.resources={"requests": {"cpu": 1}, "limits": {"memory": null}}',),
        "/everyWorker/resources",
    ),
    "memory in words": (('jobs.resources.limits.memory="much"',), "/jobs/resources/limits/memory"),
    "a budget that lets nothing go": (("everyWorker.maxUnavailable=0",), "/everyWorker/maxUnav"),
    "a port that is none": (("networkPolicy.kafkaPorts=[0]",), "/networkPolicy/kafkaPorts"),
    "an interval without a unit": (
        ('monitoring.podMonitor.interval="15"',),
        "/monitoring/podMonitor/interval",
    ),
    "no account": (("serviceAccount.create=false",), "serviceAccount.name"),
    "a login without a user": (
        ('kafka.securityProtocol="SASL_SSL"',),
        "kafka.sasl.username or workers.conversation.kafka.username",
    ),
    "a login without a password": (
        ('kafka.securityProtocol="SASL_SSL"', 'kafka.sasl.username="omnistate"'),
        "kafka.sasl.secret or workers.conversation.kafka.secret",
    ),
    "a certificate that nobody asks for": (
        ('kafka.tls.certSecret="omnistate"',),
        "kafka.tls.certSecret",
    ),
    "two authorities": (
        ('kafka.tls.caSecret="ca"', 'kafka.tls.caConfigMap="ca"'),
        "kafka.tls.caSecret and kafka.tls.caConfigMap",
    ),
    "static members that are scaled": (
        (*AUTOSCALED, *STATIC),
        "workers.conversation.staticMembership: not together",
    ),
    "static members that are missed at once": (STATIC[:1], "settings.sessionTimeout"),
    "static members that are recreated": ((*STATIC, "recreate=true"), "recreate: not with"),
    "static figures": (("workers.figures.staticMembership=true",), "'staticMembership'"),
    "a scaled exporter of the lag": (
        ('workers.lag.autoscaling={"enabled": true}',),
        "'autoscaling'",
    ),
    "autoscaling without Prometheus": (AUTOSCALED[:1], "autoscaling.prometheusUrl"),
    "autoscaling without the lag": (
        (*AUTOSCALED, "workers.lag.enabled=false"),
        "workers.lag.enabled",
    ),
    "more replicas than partitions": (
        (*AUTOSCALED, f"{CONVERSATION}.autoscaling.maxReplicas=13"),
        "workers.conversation.autoscaling.maxReplicas",
    ),
    "a least above the most": (
        (
            *AUTOSCALED,
            f"{CONVERSATION}.autoscaling.minReplicas=12",
            f"{CONVERSATION}.autoscaling.maxReplicas=6",
        ),
        "workers.conversation.autoscaling.maxReplicas",
    ),
    "KEDA's own threshold": (
        (f"{CONVERSATION}.autoscaling.recordsPerReplica=10",),
        "autoscaling/recordsPerReplica",
    ),
}
