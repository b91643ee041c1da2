// Package dbmark is the k6 extension k6/x/dbmark: it lets k6 scripts run declared workloads against databases
// in a native loop. index.d.ts describes what scripts see.
package dbmark

import (
	"go.k6.io/k6/v2/js/modules"
	"go.k6.io/k6/v2/output"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/influxdb"
	"github.com/dbmark/dbmark/k6-ext/run"
)

// ImportPath is the name under which scripts import the extension.
const ImportPath = "k6/x/dbmark"

func init() {
	modules.Register(ImportPath, New())
	output.RegisterExtension(influxdb.Name, func(params output.Params) (output.Output, error) {
		made, err := influxdb.Constructor(outputListener)(params)
		if err != nil {
			run.ReportError(run.EventsFromEnvironment(), string(driver.KindUsage), err.Error())
		}
		return made, err
	})
}

// outputListener is whoever started this process, if it listens.
func outputListener() func(influxdb.Report) {
	events := run.EventsFromEnvironment()
	if !events.Listening() {
		return nil
	}
	return func(r influxdb.Report) {
		events.Send(run.NewOutputEvent(string(r.State), r.Message, r.Written, r.Lost, r.LostOperations))
		if r.State == influxdb.Finished {
			events.Flush()
		}
	}
}
