{{- /* The environment, and the files that it names. */ -}}

{{- /* [root, identity]: whom Kafka sees: what `kafka` of a worker or of the jobs says, else what all say. */ -}}
{{- define "omnistate.identity" -}}
{{- $kafka := (index . 0).Values.kafka -}}
{{- $own := index . 1 -}}
username: {{ $own.username | default $kafka.sasl.username | quote }}
secret: {{ $own.secret | default $kafka.sasl.secret | quote }}
passwordKey: {{ $own.passwordKey | default $kafka.sasl.passwordKey | quote }}
certSecret: {{ $own.certSecret | default $kafka.tls.certSecret | quote }}
{{- end -}}

{{- /*
[root, own `kafka`, worker's name or "jobs"]: what lies in Secrets, as files of one folder: variables of a
process are seen by more people.
*/ -}}
{{- define "omnistate.secrets" -}}
{{- $values := (index . 0).Values -}}
{{- $name := index . 2 -}}
{{- $identity := include "omnistate.identity" . | fromYaml -}}
{{- if hasPrefix "SASL" $values.kafka.securityProtocol }}
- secret: {name: {{ $identity.secret }}, items: [{key: {{ $identity.passwordKey }}, path: OMNISTATE_SASL_PASSWORD}]}
{{- end }}
{{- if and $values.redis.secret (has $name (list "projection" "figures" "lag")) }}
- secret: {name: {{ $values.redis.secret }}, items: [{key: {{ $values.redis.key }}, path: OMNISTATE_REDIS_URL}]}
{{- end }}
{{- if and $values.api.tokenSecret (eq $name "projection") }}
- secret: {name: {{ $values.api.tokenSecret }}, items: [{key: {{ $values.api.tokenKey }}, path: OMNISTATE_API_TOKEN}]}
{{- end }}
{{- end -}}

{{- /* [root, own `kafka`, worker's name or "jobs"]: how to come to Kafka, for workers and jobs alike. */ -}}
{{- define "omnistate.kafkaSettings" -}}
{{- $root := index . 0 -}}
{{- $kafka := $root.Values.kafka -}}
{{- $identity := include "omnistate.identity" . | fromYaml -}}
- {name: OMNISTATE_BROKERS, value: {{ $kafka.brokers | quote }}}
- {name: OMNISTATE_SECURITY_PROTOCOL, value: {{ $kafka.securityProtocol }}}
{{- with $root.Values.settings.topicPrefix }}
- {name: OMNISTATE_TOPIC_PREFIX, value: {{ . | quote }}}
{{- end }}
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
- {name: OMNISTATE_SASL_MECHANISM, value: {{ $kafka.sasl.mechanism }}}
- {name: OMNISTATE_SASL_USERNAME, value: {{ $identity.username | quote }}}
{{- end }}
{{- if or $kafka.tls.caSecret $kafka.tls.caConfigMap }}
- {name: OMNISTATE_SSL_CA_FILE, value: /etc/omnistate/ca/ca.crt}
{{- end }}
{{- if $identity.certSecret }}
- {name: OMNISTATE_SSL_CERT_FILE, value: /etc/omnistate/certificate/tls.crt}
- {name: OMNISTATE_SSL_KEY_FILE, value: /etc/omnistate/certificate/tls.key}
{{- end }}
{{- if include "omnistate.secrets" . }}
- {name: OMNISTATE_SECRETS_DIR, value: /etc/omnistate/secrets}
{{- end }}
{{- if $root.Values.topics.declaration }}
- {name: OMNISTATE_TOPICS_FILE, value: /etc/omnistate/topics/topics.yaml}
{{- end }}
{{- end -}}

{{- /* [root, worker's name, worker's section] */ -}}
{{- define "omnistate.workerSettings" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $settings := $root.Values.settings -}}
{{ include "omnistate.kafkaSettings" (list $root (index . 2).kafka $name) }}
- {name: OMNISTATE_WAIT_FOR_TOPICS, value: "true"}
- {name: OMNISTATE_WEB_HOST, value: {{ $settings.webHost | quote }}}
- {name: OMNISTATE_HEALTH_PORT, value: "6067"}
- {name: OMNISTATE_LOG_LEVEL, value: {{ $settings.logLevel }}}
- {name: OMNISTATE_LOG_FORMAT, value: {{ $settings.logFormat }}}
- {name: OMNISTATE_SESSION_TIMEOUT, value: {{ $settings.sessionTimeout | quote }}}
- {name: OMNISTATE_TIMER_GRACE, value: {{ $settings.timerGrace | quote }}}
- {name: OMNISTATE_UNREADABLE, value: {{ $settings.unreadable }}}
{{- if not (kindIs "invalid" $settings.rowVersion) }}
- {name: OMNISTATE_ROW_VERSION, value: {{ $settings.rowVersion | quote }}}
{{- end }}
{{- if (index . 2).staticMembership }}
- name: OMNISTATE_INSTANCE_ID
  valueFrom:
    fieldRef: {fieldPath: metadata.name}
{{- end }}
{{- if and $root.Values.redis.url (has $name (list "projection" "figures" "lag")) }}
- {name: OMNISTATE_REDIS_URL, value: {{ $root.Values.redis.url | quote }}}
{{- end }}
{{- if eq $name "projection" }}
- {name: OMNISTATE_WEB_PORT, value: "6066"}
{{- end }}
{{- end -}}

{{- /* [root, own `kafka`, worker's name or "jobs"] */ -}}
{{- define "omnistate.mounts" -}}
{{- $root := index . 0 -}}
{{- $tls := $root.Values.kafka.tls -}}
{{- $identity := include "omnistate.identity" . | fromYaml -}}
{{- if or $tls.caSecret $tls.caConfigMap }}
- {name: ca, mountPath: /etc/omnistate/ca, readOnly: true}
{{- end }}
{{- if include "omnistate.secrets" . }}
- {name: secrets, mountPath: /etc/omnistate/secrets, readOnly: true}
{{- end }}
{{- if $identity.certSecret }}
- {name: certificate, mountPath: /etc/omnistate/certificate, readOnly: true}
{{- end }}
{{- if $root.Values.topics.declaration }}
- {name: topics, mountPath: /etc/omnistate/topics, readOnly: true}
{{- end }}
{{- end -}}

{{- /* The same, and the name of the ConfigMap with topics.yaml. */ -}}
{{- define "omnistate.volumes" -}}
{{- $root := index . 0 -}}
{{- $tls := $root.Values.kafka.tls -}}
{{- $identity := include "omnistate.identity" . | fromYaml -}}
{{- if $tls.caSecret }}
- name: ca
  secret: {secretName: {{ $tls.caSecret }}, defaultMode: 0440, items: [{key: {{ $tls.caKey }}, path: ca.crt}]}
{{- else if $tls.caConfigMap }}
- name: ca
  configMap: {name: {{ $tls.caConfigMap }}, items: [{key: {{ $tls.caKey }}, path: ca.crt}]}
{{- end }}
{{- with include "omnistate.secrets" . | trim }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- . | nindent 6 }}
{{- end }}
{{- if $identity.certSecret }}
- name: certificate
  secret:
    secretName: {{ $identity.certSecret }}
    defaultMode: 0440
    items: [{key: {{ $tls.certKey }}, path: tls.crt}, {key: {{ $tls.keyKey }}, path: tls.key}]
{{- end }}
{{- if $root.Values.topics.declaration }}
- name: topics
  configMap: {name: {{ index . 3 }}, items: [{key: topics.yaml, path: topics.yaml}]}
{{- end }}
{{- end -}}
