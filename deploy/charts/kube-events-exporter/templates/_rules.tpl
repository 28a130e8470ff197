{{/* What the exporter may read in a namespace, or in all of them. */}}
{{- define "exporter.readRules" -}}
- apiGroups: [""]
  resources: {{ ternary "[events, pods]" "[events]" (eq (include "exporter.watchesPods" .) "true") }}
  verbs: [get, list, watch]
{{- if eq (include "exporter.enriches" .) "true" }}
{{- range .Values.rbac.enrich }}
{{ include "exporter.getRule" . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Whether there is something to get that lies in no namespace. */}}
{{- define "exporter.getsClusterScoped" -}}
{{- and (eq (include "exporter.enriches" .) "true") (gt (len .Values.rbac.enrichClusterScoped) 0) -}}
{{- end -}}

{{- define "exporter.getRule" -}}
- apiGroups: {{ toJson .apiGroups }}
  resources: {{ toJson .resources }}
  verbs: [get]
{{- end -}}
