//go:build tools

package main

// The definition of the TestRun is read from the operator's module: go list -m -f {{.Dir}} github.com/grafana/k6-operator.
import _ "github.com/grafana/k6-operator/pkg/segmentation"
