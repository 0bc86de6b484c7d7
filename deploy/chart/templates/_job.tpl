{{- /* The hooks: jobs, and what they need before the release's own objects are there. */ -}}

{{- define "omnistate.topicsEvents" -}}
pre-install,pre-upgrade
{{- end -}}

{{- /*
After an upgrade: a worker of the former release goes on with what was in force where it does not know a key.
Before a rollback: the former release is never without what it knows.
*/ -}}
{{- define "omnistate.configurationEvents" -}}
pre-install,post-upgrade,pre-rollback
{{- end -}}

{{- /* [events, weight]: gone once all of its event have succeeded; one that failed stays to be read. */ -}}
{{- define "omnistate.hook" -}}
helm.sh/hook: {{ index . 0 }}
helm.sh/hook-weight: {{ index . 1 | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{- /* [root, name, events, weight, arguments, whether it reads the configuration] */ -}}
{{- define "omnistate.job" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $jobs := $root.Values.jobs -}}
{{- $configures := index . 5 -}}
{{- $files := printf "%s-jobs" (include "omnistate.name" $root) -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "omnistate.name" $root }}-{{ $name }}
  labels:
    {{- include "omnistate.labels" (list $root $name) | nindent 4 }}
  annotations:
    {{- include "omnistate.hook" (list (index . 2) (index . 3)) | nindent 4 }}
    helm.sh/hook-output-log-policy: hook-failed
spec:
  backoffLimit: {{ $jobs.backoffLimit }}
  activeDeadlineSeconds: {{ $jobs.deadlineSeconds }}
  template:
    metadata:
      labels:
        {{- include "omnistate.labels" (list $root $name) | nindent 8 }}
      {{- with $jobs.annotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      restartPolicy: Never
      serviceAccountName: {{ include "omnistate.jobsServiceAccount" $root | quote }}
      {{- include "omnistate.podSecurity" $root | nindent 6 }}
      {{- range $key := list "nodeSelector" "tolerations" }}
      {{- with index $root.Values.everyWorker $key }}
      {{ $key }}:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
      containers:
        - name: {{ $name }}
          {{- include "omnistate.container" (list $root dict) | nindent 10 }}
          args: {{ index . 4 | toJson }}
          env:
            {{- include "omnistate.kafkaSettings" (list $root $jobs.kafka "jobs") | nindent 12 }}
          resources:
            {{- toYaml $jobs.resources | nindent 12 }}
          {{- $mounts := include "omnistate.mounts" (list $root $jobs.kafka "jobs") | trim }}
          {{- if or $mounts $configures }}
          volumeMounts:
            {{- if $mounts }}
            {{- $mounts | nindent 12 }}
            {{- end }}
            {{- if $configures }}
            - {name: configuration, mountPath: /etc/omnistate/configuration, readOnly: true}
            {{- end }}
          {{- end }}
      {{- $volumes := include "omnistate.volumes" (list $root $jobs.kafka "jobs" $files) | trim }}
      {{- if or $volumes $configures }}
      volumes:
        {{- if $volumes }}
        {{- $volumes | nindent 8 }}
        {{- end }}
        {{- if $configures }}
        - name: configuration
          configMap: {name: {{ $files }}, items: [{key: centre.yaml, path: centre.yaml}]}
        {{- end }}
      {{- end }}
{{- end -}}
