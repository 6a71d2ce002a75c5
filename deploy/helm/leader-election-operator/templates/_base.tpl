{{- /*
The objects of a file of the Kustomize base, as a JSON array, under the names and in the namespace of this release. Takes the root
context and the file's name under files/.
*/ -}}
{{- define "base.objects" -}}
{{- $root := .root -}}
{{- $prefix := $root.Values.namePrefix -}}
{{- $namespace := $root.Release.Namespace -}}
{{- $text := $root.Files.Get (printf "files/%s" .file) | required (printf "files/%s is missing" .file) -}}
{{- $text = $text | replace "$(OPERATOR_NAMESPACE)" $namespace -}}
{{- $text = $text | replace "$(OPERATOR_ACCOUNT)" (printf "%sleader-election-operator" $prefix) -}}
{{- $objects := list -}}
{{- range regexSplit "(?m)^---$" $text -1 -}}
{{- $object := fromYaml . -}}
{{- if hasKey $object "kind" -}}
{{- $metadata := $object.metadata -}}
{{- $_ := set $metadata "name" (printf "%s%s" $prefix $metadata.name) -}}
{{- $_ := set $metadata "labels" (include "base.labels" (dict "root" $root "labels" $metadata.labels) | fromJson) -}}
{{- if hasKey $metadata "namespace" -}}
{{- $_ := set $metadata "namespace" $namespace -}}
{{- end -}}
{{- if hasKey $object "roleRef" -}}
{{- $_ := set $object.roleRef "name" (printf "%s%s" $prefix $object.roleRef.name) -}}
{{- range $object.subjects -}}
{{- $_ := set . "name" (printf "%s%s" $prefix .name) -}}
{{- $_ := set . "namespace" $namespace -}}
{{- end -}}
{{- end -}}
{{- if and (hasKey $object "spec") (hasKey ($object.spec | default dict) "policyName") -}}
{{- $_ := set $object.spec "policyName" (printf "%s%s" $prefix $object.spec.policyName) -}}
{{- end -}}
{{- with ($object.spec | default dict).selector -}}
{{- include "base.rename" (dict "root" $root "selector" .) -}}
{{- end -}}
{{- $objects = append $objects $object -}}
{{- end -}}
{{- end -}}
{{- toJson $objects -}}
{{- end -}}

{{- /*
The labels of an object, as a JSON object: those that it has, those by which charts are told from each other, and those that are asked for.
Takes the root context and the labels that it has.
*/ -}}
{{- define "base.labels" -}}
{{- $chart := .root.Chart -}}
{{- $labels := dict
  "helm.sh/chart" (printf "%s-%s" $chart.Name $chart.Version | replace "+" "_")
  "app.kubernetes.io/instance" .root.Release.Name
  "app.kubernetes.io/version" $chart.AppVersion
  "app.kubernetes.io/managed-by" .root.Release.Service
-}}
{{- mergeOverwrite $labels (.labels | default dict) .root.Values.commonLabels | toJson -}}
{{- end -}}

{{- /*
Puts the prefix before the name by which a selector finds the operator's pods, as deploy/names.yaml has Kustomize do it: two releases in
one namespace do not share pods.
*/ -}}
{{- define "base.rename" -}}
{{- $labels := .selector.matchLabels -}}
{{- $_ := set $labels "app.kubernetes.io/name" (printf "%s%s" .root.Values.namePrefix (get $labels "app.kubernetes.io/name")) -}}
{{- end -}}
