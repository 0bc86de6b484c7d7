{{- /* What the schema cannot say: values that do not go together. Each is refused with its key's name. */ -}}
{{- define "omnistate.check" -}}
{{- $values := .Values -}}
{{- $kafka := $values.kafka -}}
{{- if and $kafka.tls.caSecret $kafka.tls.caConfigMap -}}
{{- fail "kafka.tls.caSecret and kafka.tls.caConfigMap: only one of them" -}}
{{- end -}}
{{- if and $values.redis.url $values.redis.secret -}}
{{- fail "redis.url and redis.secret: only one of them" -}}
{{- end -}}
{{- if and $values.workers.projection.enabled (not (or $values.redis.url $values.redis.secret)) -}}
{{- fail "redis.url or redis.secret: the projection needs a Redis, or workers.projection.enabled=false" -}}
{{- end -}}
{{- if not (or $values.serviceAccount.create $values.serviceAccount.name) -}}
{{- fail "serviceAccount.name: which one, where none is created?" -}}
{{- end -}}
{{- range $name, $worker := $values.workers -}}
{{- if $worker.enabled -}}
{{- $place := printf "workers.%s" $name -}}
{{- include "omnistate.checkIdentity" (list $ (printf "%s.kafka" $place) $worker.kafka) -}}
{{- if $worker.staticMembership -}}
{{- if dig "autoscaling" "enabled" false $worker -}}
{{- fail (printf "%s.staticMembership: not together with %s.autoscaling: partitions of a member that was scaled in stand still" $place $place) -}}
{{- end -}}
{{- if $values.recreate -}}
{{- fail (printf "recreate: not with %s.staticMembership: a StatefulSet ends its pods one by one; scale it to 0 first" $place) -}}
{{- end -}}
{{- if lt (float64 $values.settings.sessionTimeout) 30.0 -}}
{{- fail (printf "settings.sessionTimeout: %s.staticMembership wants a little more than a restart takes, and 30 at least" $place) -}}
{{- end -}}
{{- end -}}
{{- if dig "autoscaling" "enabled" false $worker -}}
{{- if not $values.autoscaling.prometheusUrl -}}
{{- fail (printf "autoscaling.prometheusUrl: %s.autoscaling needs it" $place) -}}
{{- end -}}
{{- if not $values.workers.lag.enabled -}}
{{- fail (printf "workers.lag.enabled: %s.autoscaling needs its metric" $place) -}}
{{- end -}}
{{- if lt (int $worker.autoscaling.maxReplicas) (int $worker.autoscaling.minReplicas) -}}
{{- fail (printf "%s.autoscaling.maxReplicas: less than minReplicas" $place) -}}
{{- end -}}
{{- if gt (int $worker.autoscaling.maxReplicas) (int $values.topics.partitions) -}}
{{- fail (printf "%s.autoscaling.maxReplicas: more than topics.partitions, which is %d: the others would idle" $place (int $values.topics.partitions)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if or $values.topics.apply $values.configuration.text -}}
{{- include "omnistate.checkIdentity" (list $ "jobs.kafka" $values.jobs.kafka) -}}
{{- end -}}
{{- end -}}

{{- /* [root, where it stands, own `kafka`] */ -}}
{{- define "omnistate.checkIdentity" -}}
{{- $root := index . 0 -}}
{{- $place := index . 1 -}}
{{- $protocol := $root.Values.kafka.securityProtocol -}}
{{- $identity := include "omnistate.identity" (list $root (index . 2)) | fromYaml -}}
{{- if and (hasPrefix "SASL" $protocol) (not $identity.username) -}}
{{- fail (printf "kafka.sasl.username or %s.username: %s wants a login" $place $protocol) -}}
{{- end -}}
{{- if and (hasPrefix "SASL" $protocol) (not $identity.secret) -}}
{{- fail (printf "kafka.sasl.secret or %s.secret: %s wants a login" $place $protocol) -}}
{{- end -}}
{{- if and $identity.certSecret (not (has $protocol (list "SSL" "SASL_SSL"))) -}}
{{- fail (printf "kafka.tls.certSecret or %s.certSecret: nobody asks for it with kafka.securityProtocol %s" $place $protocol) -}}
{{- end -}}
{{- end -}}
