package record

import (
	"encoding/json"

	"github.com/dbmark/dbmark/k6-ext/histogram"
)

// SchemaVersion of run.json and windows.ndjson. A reader refuses a version that it does not know.
const SchemaVersion = 1

// HeaderLine is the first line of windows.ndjson: all that run.json says and that is known at the start, so that
// a run that crashed can be completed from its windows.
type HeaderLine struct {
	Type string `json:"type"`
	Setup
	// Phases as they are planned; the last one's seconds are nil when it ends with a number of operations.
	Phases []PhaseSpan `json:"phases"`
}

// NewHeaderLine makes the first line.
func NewHeaderLine(setup Setup, planned []PhaseSpan) HeaderLine {
	return HeaderLine{Type: "header", Setup: setup.complete(), Phases: planned}
}

// WindowLine is one window in windows.ndjson.
type WindowLine struct {
	Type string `json:"type"`
	// Second since the start of the run. Lines of the same second, phase and operation add up.
	Second int    `json:"second"`
	Phase  string `json:"phase"`
	// Step is the number of a search's step; absent in other runs.
	Step         int               `json:"step,omitempty"`
	Operation    string            `json:"operation"`
	Operations   uint64            `json:"operations"`
	Failed       uint64            `json:"failed"`
	Undone       uint64            `json:"undone"`
	Unknown      uint64            `json:"unknown"`
	Attempts     uint64            `json:"attempts"`
	Errors       map[string]uint64 `json:"errors"`
	RowsRead     uint64            `json:"rowsRead"`
	RowsWritten  uint64            `json:"rowsWritten"`
	BytesRead    uint64            `json:"bytesRead"`
	BytesWritten uint64            `json:"bytesWritten"`
	Service      WindowLatency     `json:"service"`
	Response     WindowLatency     `json:"response"`
}

// HarnessLine says once a second how the harness itself fared.
type HarnessLine struct {
	Type   string `json:"type"`
	Second int    `json:"second"`
	// Seconds that this line and the windows of the same second cover.
	Seconds float64 `json:"seconds"`
	// Phase at the end of this second.
	Phase string `json:"phase"`
	// Step is the number of a search's step at the end of this second; absent between steps and in other runs.
	Step int `json:"step,omitempty"`
	// CPUSeconds used by the k6 process in this time; nil where it is not known.
	CPUSeconds *float64 `json:"cpuSeconds"`
	// MemoryBytes resident at the end of this second; nil where it is not known.
	MemoryBytes *int64 `json:"memoryBytes"`
	Goroutines  int    `json:"goroutines"`
	// WorkersActive is how many workers the profile wants at the end of this second.
	WorkersActive int `json:"workersActive"`
	// Backlog is the number of operations due and not started.
	Backlog int64 `json:"backlog"`
	// Lag of each phase in which some was recorded.
	Lag map[string]WindowLatency `json:"lag"`
	// Server is nil where the server is not on this host, or cannot be seen.
	Server *ServerLine `json:"server"`
	// Instruments are the driver's own; nil where it has none.
	Instruments *InstrumentsLine `json:"instruments,omitempty"`
}

// ServerLine is what the server's processes used since they were last read. That is not every second where there are so many of them that
// reading would cost too much.
type ServerLine struct {
	CPUSeconds float64 `json:"cpuSeconds"`
	// Seconds since they were last read.
	Seconds     float64 `json:"seconds"`
	MemoryBytes int64   `json:"memoryBytes"`
}

// LoadLine is the load phase, in windows.ndjson, where it went on after the header was written.
type LoadLine struct {
	Type string `json:"type"`
	Load
}

// EndLine is the last line of a run that was not cut off.
type EndLine struct {
	Type       string `json:"type"`
	Status     Status `json:"status"`
	FinishedAt string `json:"finishedAt"`
	// Phases as they were.
	Phases []PhaseSpan `json:"phases"`
}

// NewEndLine makes the last line.
func NewEndLine(status Status, finishedAt string, phases []PhaseSpan) EndLine {
	return EndLine{Type: "end", Status: status, FinishedAt: finishedAt, Phases: phases}
}

// Lines makes a roll's windows into lines for Folder.Append, one for each window.
func (r *Recorder) Lines(rolled *Rolled) []any { return r.LinesOfStep(rolled, 0) }

// LinesOfStep are Lines of a step of a search; 0: of none.
func (r *Recorder) LinesOfStep(rolled *Rolled, step int) []any {
	lines := make([]any, 0, len(rolled.Windows)+1)
	for i := range rolled.Windows {
		w := &rolled.Windows[i]
		lines = append(lines, WindowLine{
			Type: "window", Second: w.Second, Phase: w.Phase.String(), Step: step, Operation: r.names[w.Operation],
			Operations: w.Operations, Failed: w.Failed, Undone: w.Undone, Unknown: w.Unknown, Attempts: w.Attempts,
			Errors: w.Errors.Map(), RowsRead: w.RowsRead, RowsWritten: w.RowsWritten,
			BytesRead: w.BytesRead, BytesWritten: w.BytesWritten,
			Service: WindowLatencyOf(w.Service), Response: WindowLatencyOf(w.Response),
		})
	}
	return lines
}

// NewHarnessLine starts a roll's harness line with its lag; the caller fills in the rest.
func NewHarnessLine(rolled *Rolled, phase Phase) HarnessLine {
	line := HarnessLine{
		Type: "harness", Second: rolled.Second, Seconds: rolled.Seconds, Phase: phase.String(), Lag: map[string]WindowLatency{},
		Instruments: instrumentsLine(rolled),
	}
	for p, lag := range rolled.Lag {
		if lag != nil && lag.Count() > 0 {
			line.Lag[Phase(p).String()] = WindowLatencyOf(lag)
		}
	}
	return line
}

// Interface guards: whatever describes a histogram works for both of its types.
var (
	_ distribution   = (*histogram.Histogram)(nil)
	_ distribution   = (*histogram.Interval)(nil)
	_ json.Marshaler = json.RawMessage(nil)
)
