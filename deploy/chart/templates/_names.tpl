{{- /* Names and labels. A release called omnistate has no second "omnistate" in its names. */ -}}
{{- define "omnistate.name" -}}
{{- $name := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) -}}
{{- $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- /* [root, component]: what a selector names; never changed, since selectors cannot be. */ -}}
{{- define "omnistate.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ $root.Chart.Name }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- /* [root, component] */ -}}
{{- define "omnistate.labels" -}}
{{- $root := index . 0 -}}
{{ include "omnistate.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: omnistate
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- /* [root, a worker's own tag and digest]: a digest counts before a tag, and a worker's own before all's. */ -}}
{{- define "omnistate.image" -}}
{{- $root := index . 0 -}}
{{- $own := index . 1 -}}
{{- $all := $root.Values.image -}}
{{- $image := ternary $own $all (or $own.tag $own.digest | empty | not) -}}
{{- if $image.digest -}}
{{ $all.repository }}@{{ $image.digest }}
{{- else -}}
{{ $all.repository }}:{{ $image.tag | default $root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "omnistate.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "omnistate.name" .) -}}
{{- end -}}

{{- /* Hooks run before the release's own objects are there, so they have an account of their own. */ -}}
{{- define "omnistate.jobsServiceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ include "omnistate.name" . }}-jobs
{{- else -}}
{{ include "omnistate.serviceAccount" . | default "default" }}
{{- end -}}
{{- end -}}
