{{- define "emberlab.labels" -}}
app.kubernetes.io/name: emberlab
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: platform
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- /* The spawner's policy for servers knows Emberlab by the name. */ -}}
{{- define "emberlab.selector" -}}
app.kubernetes.io/name: emberlab
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: platform
{{- end }}

{{- define "emberlab.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag }}
{{- end }}

{{- define "emberlab.claim" -}}
{{ .Values.persistence.existingClaim | default (printf "%s-data" .Release.Name) }}
{{- end }}

{{- define "emberlab.inPods" -}}
{{- if eq .Values.servers.spawner "kubernetes" }}true{{ end -}}
{{- end }}

{{- /* Whether Emberlab speaks to the cluster's API. */ -}}
{{- define "emberlab.speaks" -}}
{{- if or (include "emberlab.inPods" .) .Values.sparkInPods.enabled }}true{{ end -}}
{{- end }}

{{- /* The table [kubernetes] of the settings. */ -}}
{{- define "emberlab.kubernetes" -}}
{{- $table := dict
  "namespace" .Release.Namespace
  "image" (.Values.servers.image | default (include "emberlab.image" .))
  "data_claim" (include "emberlab.claim" .)
  "control_url" (printf "http://%s.%s.svc:%v" .Release.Name .Release.Namespace .Values.service.port)
-}}
{{- with .Values.servers.serviceAccount }}{{ $_ := set $table "service_account" . }}{{ end -}}
{{- with .Values.servers.nodeSelector }}{{ $_ := set $table "node_selector" . }}{{ end -}}
{{- with .Values.image.pullSecrets }}{{ $_ := set $table "image_pull_secrets" . }}{{ end -}}
{{- toJson $table -}}
{{- end }}

{{- /* A setting as the environment has it: lists with commas, tables as JSON. */ -}}
{{- define "emberlab.setting" -}}
{{- if kindIs "slice" . }}{{ join "," . }}{{ else if kindIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end -}}
{{- end }}
