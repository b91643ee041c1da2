package dbmark

import (
	"encoding/json"
	"errors"
	"runtime"
	"sync"

	"github.com/grafana/sobek"
	"go.k6.io/k6/v2/js/modules"
	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/run"
)

// Version of this extension.
const Version = "0.1.0"

// RootModule is the part of the extension that all VUs of a process share.
type RootModule struct {
	registry *driver.Registry
	events   func() *run.Events

	mutex sync.Mutex
	runs  map[string]*sharedRun
	// latest is the run that was declared last; nil before any was.
	latest *sharedRun
	// metrics by the registry of the test they belong to; there is one in a process.
	metrics map[*metrics.Registry]*metricSet
}

// New makes the extension.
func New() *RootModule {
	return &RootModule{
		registry: drivers(),
		events:   run.EventsFromEnvironment,
		runs:     map[string]*sharedRun{},
		metrics:  map[*metrics.Registry]*metricSet{},
	}
}

// NewModuleInstance makes a VU's own view of the extension. It registers the metrics, which is only possible now: the
// exports may be asked for past the init context, at the first use of an import.
func (root *RootModule) NewModuleInstance(vu modules.VU) modules.Instance {
	return &moduleInstance{root: root, vu: vu, metrics: root.metricsFor(vu.InitEnv())}
}

// moduleInstance is one VU's view. Its exports are made once: k6 asks for them at each use of a named import.
type moduleInstance struct {
	root    *RootModule
	vu      modules.VU
	metrics *metricSet
	exports modules.Exports
	made    bool
}

// Exports implements modules.Instance.
func (m *moduleInstance) Exports() modules.Exports {
	if !m.made {
		named := map[string]any{
			"declareRun":   m.declareRun,
			"joinRun":      m.joinRun,
			"connect":      m.connect,
			"systems":      m.systems,
			"reportError":  m.reportError,
			"emitWorkload": m.emitWorkload,
			"cores":        runtime.NumCPU(),
			"version":      Version,
		}
		m.exports, m.made = modules.Exports{Named: named, Default: named}, true
	}
	return m.exports
}

// systems lists what is compiled in.
func (m *moduleInstance) systems() []map[string]any {
	var list []map[string]any
	for _, d := range m.root.registry.Drivers() {
		library := d.Library()
		list = append(list, map[string]any{
			"system":  d.System(),
			"schemes": d.Schemes(),
			"library": map[string]any{"name": library.Name, "version": library.Version},
		})
	}
	return list
}

// reportError tells whoever started this process about an error that the script found.
func (m *moduleInstance) reportError(message string, kind string) {
	if kind == "" {
		kind = string(driver.KindUsage)
	}
	run.ReportError(m.root.events(), kind, message)
}

// emitWorkload sends a workload to whoever started this process.
func (m *moduleInstance) emitWorkload(workload sobek.Value) {
	run.EmitWorkload(m.root.events(), m.exportJSON(workload))
}

// exportJSON gives a JavaScript value as JSON.
func (m *moduleInstance) exportJSON(value sobek.Value) []byte {
	text, err := json.Marshal(value.Export())
	var unsupported *json.UnsupportedTypeError
	var number *json.UnsupportedValueError
	switch {
	case err == nil:
	case errors.As(err, &unsupported):
		m.throw(driver.Usagef("a declaration is data, and this one holds a function; expected objects, arrays, strings, numbers, booleans and null"))
	case errors.As(err, &number):
		m.throw(driver.Usagef("a declaration holds %s, which is not a finite number or part of itself", number.Str))
	default:
		m.throw(driver.Usagef("a declaration cannot be written as JSON: %v", err))
	}
	return text
}

// toJS gives a Go value as a plain JavaScript value, by way of JSON: for what is not on the hot path.
func (m *moduleInstance) toJS(value any) sobek.Value {
	text, err := json.Marshal(value)
	if err != nil {
		m.throw(err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		m.throw(err)
	}
	return m.vu.Runtime().ToValue(plain)
}
