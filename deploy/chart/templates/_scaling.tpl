{{- /*
[root, name]: KEDA, on the lag worker's metric.
Not KEDA's own trigger for Kafka: it takes the markers of transactions for records, and knows nothing of a
group that commits none. No answer is no lag of 0: then the replicas stay, or grow to what is declared.
*/ -}}
{{- define "omnistate.scaledObject" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $worker := index $root.Values.workers $name -}}
{{- $scaling := $worker.autoscaling -}}
{{- $group := printf "%s%s" $root.Values.settings.topicPrefix $name -}}
{{- $chosen := printf `{namespace="%s",group="%s"}` $root.Release.Namespace $group -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "omnistate.name" $root }}-{{ $name }}
  labels:
    {{- include "omnistate.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "omnistate.name" $root }}-{{ $name }}
  pollingInterval: 30
  minReplicaCount: {{ $scaling.minReplicas }}
  maxReplicaCount: {{ $scaling.maxReplicas }}
  fallback:
    failureThreshold: 3
    replicas: {{ max $scaling.minReplicas (min $worker.replicas $scaling.maxReplicas) }}
    behavior: currentReplicasIfHigher
  advanced:
    horizontalPodAutoscalerConfig:
      # Each step is a rebalance, in which all partitions of the group pause.
      behavior:
        scaleUp:
          stabilizationWindowSeconds: 60
          policies: [{type: Pods, value: 2, periodSeconds: 120}]
        scaleDown:
          stabilizationWindowSeconds: 900
          policies: [{type: Pods, value: 1, periodSeconds: 600}]
  triggers:
    - type: prometheus
      metricType: AverageValue
      metadata:
        serverAddress: {{ $root.Values.autoscaling.prometheusUrl | quote }}
        query: {{ printf "sum(max by (topic, partition) (omnistate_group_lag_records%s))" $chosen | quote }}
        threshold: {{ int64 $scaling.recordsPerReplica | quote }}
        ignoreNullValues: "false"
      {{- with $root.Values.autoscaling.triggerAuthentication }}
      authenticationRef:
        name: {{ . }}
      {{- end }}
{{- end -}}
