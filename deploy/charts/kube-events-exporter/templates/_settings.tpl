{{/* The exporter's settings: those of the user, those that the chart decides, and what is wrong about them together.
     The defaults in `dig` are the exporter's own (exporter/settings.py); tests/deploy compares them. */}}

{{- define "exporter.settings" -}}
{{- include "exporter.settings.check" . -}}
{{- $own := dict "listen" (printf "%s:%d" .Values.http.address (int .Values.http.port)) -}}
{{- if eq (include "exporter.elects" .) "true" -}}
{{- $_ := set $own "lease_name" (include "exporter.fullname" .) -}}
{{- $_ := set $own "lease_namespace" .Release.Namespace -}}
{{- end -}}
{{- merge $own .Values.settings | toYaml -}}
{{- end -}}

{{- define "exporter.settings.check" -}}
{{- $settings := .Values.settings -}}
{{- $_ := required "settings.cluster is missing: the name of this cluster, which no other shares" $settings.cluster -}}
{{- $sink := required "settings.sink is missing: kinesis or eventbridge" $settings.sink -}}
{{- $target := ternary "stream" "event_bus" (eq $sink "kinesis") -}}
{{- $other := ternary "event_bus" "stream" (eq $sink "kinesis") -}}
{{- $_ := required (printf "settings.%s is missing, and settings.sink is %s: a name or an ARN" $target $sink) (get $settings $target) -}}
{{- if get $settings $other -}}
{{- fail (printf "settings.%s has no meaning when settings.sink is %s: leave it out" $other $sink) -}}
{{- end -}}
{{- if and (ne (include "exporter.elects" .) "true") (gt (int .Values.replicas) 1) -}}
{{- fail (printf "replicas is %d and settings.leader_election is false: each of them would ship everything, so replicas must be 1" (int .Values.replicas)) -}}
{{- end -}}
{{- end -}}

{{- define "exporter.elects" -}}
{{- dig "leader_election" true .Values.settings -}}
{{- end -}}

{{- define "exporter.watchesPods" -}}
{{- dig "pod_status" true .Values.settings -}}
{{- end -}}

{{- define "exporter.enriches" -}}
{{- dig "enrich" false .Values.settings -}}
{{- end -}}

{{/* SIGTERM, then grace_period to send what was read, then the last word on the Lease: all before SIGKILL. */}}
{{- define "exporter.terminationGracePeriodSeconds" -}}
{{- add (dig "grace_period" 25 .Values.settings | ceil | int) 15 -}}
{{- end -}}
