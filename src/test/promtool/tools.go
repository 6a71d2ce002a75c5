//go:build tools

// Package promtool pins the tool that the alert rules are tested with.
package promtool

import _ "github.com/prometheus/prometheus/cmd/promtool"
