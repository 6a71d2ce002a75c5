{{- /*
What would leave the release broken, each with what to say instead. A schema can refuse it, but not tell why.
*/ -}}
{{- define "refusals" -}}
{{- $settings := dict
  "JAVA_TOOL_OPTIONS" "set jvmFlags instead"
  "LEADER_ELECTION_NAMESPACE" "set watch.namespace instead, which brings the rights as well"
  "LEADER_ELECTION_REPLICA_IDENTITY" "leave it out, it is the name of each pod"
  "LEADER_ELECTION_REPLICA_NAMESPACE" "leave it out, it is the namespace of the release"
  "LEADER_ELECTION_RELEASE" "leave it out, the Job of uninstall.release has it"
  "LEADER_ELECTION_REPLICA_LEASE" "set namePrefix instead, which the policy follows as well"
-}}
{{- range $name, $instead := $settings -}}
{{- if hasKey $.Values.settings $name -}}
{{- fail (printf "settings.%s is set by the chart: %s" $name $instead) -}}
{{- end -}}
{{- end -}}
{{- /* The operator reads what it knows, and nothing tells it that another name was meant for it. */ -}}
{{- $known := $.Files.Get "files/settings.txt" | trim | splitList "\n" -}}
{{- $names := keys $.Values.settings -}}
{{- range $.Values.env -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- range $name := $names | uniq | sortAlpha -}}
{{- if and (hasPrefix "LEADER_ELECTION_" $name) (not (has $name $known)) -}}
{{- fail (printf "%s is no setting of the operator: it knows %s" $name (join ", " $known)) -}}
{{- end -}}
{{- end -}}
{{- $names := list -}}
{{- range $.Values.env -}}
{{- if hasKey $settings .name -}}
{{- fail (printf "env %s is set by the chart: %s" .name (get $settings .name)) -}}
{{- else if eq .name "LEADER_ELECTION_ALLOWED_LABEL_PREFIXES" -}}
{{- fail (printf "env %s: say it under settings instead, which the policies follow" .name) -}}
{{- else if or (has .name $names) (hasKey $.Values.settings .name) -}}
{{- fail (printf "env %s is there twice: say it once, under env or settings" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- range $value := list "commonLabels" "podLabels" -}}
{{- if hasKey (get $.Values $value) "app.kubernetes.io/name" -}}
{{- fail (printf "%s.app.kubernetes.io/name is set by the chart: set namePrefix instead, which what selects by it follows" $value) -}}
{{- end -}}
{{- end -}}
{{- if hasKey $.Values.commonLabels "app.kubernetes.io/managed-by" -}}
{{- fail "commonLabels.app.kubernetes.io/managed-by is set by the chart: leave it out, Helm knows by it what is its own" -}}
{{- end -}}
{{- $pod := dict
  "containers" "set image, resources, jvmFlags and settings, which are the operator's container"
  "serviceAccountName" "set namePrefix instead, which the rights and the policies follow"
  "serviceAccount" "set namePrefix instead, which the rights and the policies follow"
  "automountServiceAccountToken" "leave it out, without the token the operator reaches no API server"
-}}
{{- range $name, $instead := $pod -}}
{{- if hasKey $.Values.pod $name -}}
{{- fail (printf "pod.%s is set by the chart: %s" $name $instead) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /*
Volumes and mounts whose names or places are taken. Takes the values, and the volumes and mounts that are there.
*/ -}}
{{- define "refusals.mounts" -}}
{{- range .volumes -}}
{{- $volume := .name -}}
{{- range $.values.pod.volumes -}}
{{- if eq .name $volume -}}
{{- fail (printf "pod.volumes: %s is set by the chart: give it another name" $volume) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range .mounts -}}
{{- $path := clean .mountPath -}}
{{- range $.values.volumeMounts -}}
{{- if eq (clean .mountPath) $path -}}
{{- fail (printf "volumeMounts: %s is set by the chart: mount it somewhere else" $path) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
