{{- /*
[root, name]: one worker: a Deployment, or a StatefulSet where its members are static.
A grace of 30 s is thrice what a worker takes at most; nothing needs to be waited for before SIGTERM.
*/ -}}
{{- define "omnistate.worker" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $worker := index $root.Values.workers $name -}}
{{- $every := $root.Values.everyWorker -}}
{{- $static := $worker.staticMembership -}}
{{- $scaled := dig "autoscaling" "enabled" false $worker -}}
{{- $full := printf "%s-%s" (include "omnistate.name" $root) $name -}}
{{- $topics := printf "%s-topics" (include "omnistate.name" $root) -}}
{{- $own := dict -}}
{{- range $key, $value := $every -}}
{{- $_ := set $own $key (ternary (index $worker $key) $value (hasKey $worker $key)) -}}
{{- end -}}
apiVersion: apps/v1
kind: {{ ternary "StatefulSet" "Deployment" (eq $static true) }}
metadata:
  name: {{ $full }}
  labels:
    {{- include "omnistate.labels" . | nindent 4 }}
spec:
  {{- if not $scaled }}
  replicas: {{ $worker.replicas }}
  {{- end }}
  minReadySeconds: 10
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      {{- include "omnistate.selector" . | nindent 6 }}
  {{- if $static }}
  serviceName: {{ $full }}
  podManagementPolicy: Parallel
  updateStrategy: {type: RollingUpdate}
  {{- else if $root.Values.recreate }}
  strategy: {type: Recreate}
  {{- else }}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  {{- end }}
  template:
    metadata:
      labels:
        {{- /* Not the chart's version: a pod is made anew for what it runs alone. */}}
        {{- include "omnistate.selector" . | nindent 8 }}
        app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
        {{- with $own.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        kubectl.kubernetes.io/default-container: worker
        {{- with $root.Values.topics.declaration }}
        checksum/topics: {{ sha256sum . }}
        {{- end }}
        {{- with $own.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "omnistate.serviceAccount" $root | quote }}
      {{- include "omnistate.podSecurity" $root | nindent 6 }}
      terminationGracePeriodSeconds: 30
      {{- with $own.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with $own.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $own.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $own.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      topologySpreadConstraints:
        {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
        - topologyKey: {{ $key }}
          maxSkew: 1
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "omnistate.selector" $ | nindent 14 }}
          matchLabelKeys: [{{ ternary "controller-revision-hash" "pod-template-hash" (eq $static true) }}]
        {{- end }}
      containers:
        - name: worker
          {{- include "omnistate.container" (list $root $worker.image) | nindent 10 }}
          args: [worker, {{ $name }}]
          env:
            {{- include "omnistate.workerSettings" (list $root $name $worker) | nindent 12 }}
          ports:
            - {name: health, containerPort: 6067}
            {{- if eq $name "projection" }}
            - {name: web, containerPort: 6066}
            {{- end }}
          startupProbe:
            httpGet: {path: /health/live, port: health}
            periodSeconds: 2
            timeoutSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /health/live, port: health}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            httpGet: {path: /health/ready, port: health}
            periodSeconds: 5
            timeoutSeconds: 3
            failureThreshold: 6
          resources:
            {{- toYaml $own.resources | nindent 12 }}
          {{- with include "omnistate.mounts" (list $root $worker.kafka $name) | trim }}
          volumeMounts:
            {{- . | nindent 12 }}
          {{- end }}
      {{- with include "omnistate.volumes" (list $root $worker.kafka $name $topics) | trim }}
      volumes:
        {{- . | nindent 8 }}
      {{- end }}
{{- end -}}

{{- /* [root, name]: how many of them may be away at a time; an unready one may always be evicted. */ -}}
{{- define "omnistate.disruptionBudget" -}}
{{- $root := index . 0 -}}
{{- $worker := index $root.Values.workers (index . 1) -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "omnistate.name" $root }}-{{ index . 1 }}
  labels:
    {{- include "omnistate.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ ternary $worker.maxUnavailable $root.Values.everyWorker.maxUnavailable (hasKey $worker "maxUnavailable") }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "omnistate.selector" . | nindent 6 }}
{{- end -}}
