//go:build tools

// Package helm pins the Helm that the chart under deploy/helm is tested with.
package helm

import (
	_ "helm.sh/helm/v3/cmd/helm"
)
