{{- /* [root, whether Redis is asked, too]: name servers and Kafka, by their ports: addresses may be anybody's. */ -}}
{{- define "omnistate.egress" -}}
{{- $root := index . 0 -}}
{{- $policy := $root.Values.networkPolicy -}}
{{- $ports := $policy.kafkaPorts -}}
{{- if not $ports -}}
{{- range splitList "," $root.Values.kafka.brokers -}}
{{- $ports = append $ports (regexFind "[0-9]+$" . | int) -}}
{{- end -}}
{{- end -}}
{{- $all := $ports | uniq -}}
{{- if index . 1 -}}
{{- $redis := $policy.redisPorts -}}
{{- if not $redis -}}
{{- $redis = list (regexFind ":[0-9]+(/|$)" $root.Values.redis.url | trimAll ":/" | default "6379" | int) -}}
{{- end -}}
{{- $all = concat $all $redis | uniq -}}
{{- end -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
- ports:
    {{- range $all }}
    - {port: {{ int . }}, protocol: TCP}
    {{- end }}
{{- with $policy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}
