// Package dbmark is the k6 extension k6/x/dbmark: it lets k6 scripts run declared workloads against databases
// in a native loop. index.d.ts describes what scripts see.
package dbmark

import "go.k6.io/k6/v2/js/modules"

// ImportPath is the name under which scripts import the extension.
const ImportPath = "k6/x/dbmark"

func init() {
	modules.Register(ImportPath, New())
}
