package record

import (
	"encoding/json"
	"time"
)

// Status is how a run ended.
type Status string

// How runs end.
const (
	Complete    Status = "complete"
	Interrupted Status = "interrupted"
	// Crashed runs are completed from their windows by the command line.
	Crashed Status = "crashed"
)

// RunFile is run.json; lib/schema/run.schema.json describes it.
type RunFile struct {
	Setup
	Status Status `json:"status"`
	// FinishedAt is when the last operation ended, ISO 8601 UTC.
	FinishedAt string      `json:"finishedAt"`
	Digest     *Digest     `json:"digest"`
	Phases     []PhaseSpan `json:"phases"`
	Totals     RunTotals   `json:"totals"`
	Resources  Resources   `json:"resources"`
	SLO        []Verdict   `json:"slo"`
	Validity   Validity    `json:"validity"`
	Books      []Book      `json:"books"`
	// ErrorExamples has the first message of each kind of error of each operation, of all phases.
	ErrorExamples []ErrorExample `json:"errorExamples"`
	// Connections is nil in a file that was completed after a crash.
	Connections *Connections `json:"connections"`
	// Ceiling is what the harness alone can do with this workload; nil when it was not measured.
	Ceiling *Ceiling `json:"ceiling"`
	// Steps are the named parts of the profile's measured phase; empty: it has none.
	Steps []Step `json:"steps"`
	// Report is one of RecoveryReport, DriftReport, StepsReport, LimitReport and SearchReport; nil: the profile asks for none, or the file was completed after a crash.
	Report any `json:"report"`
	// Instances is filled where run folders are merged; what the server says of itself is room for later.
	Instances        []json.RawMessage `json:"instances"`
	ServerStatistics json.RawMessage   `json:"serverStatistics"`
	Cost             json.RawMessage   `json:"cost"`
}

// Digest is the fingerprint of the operations that ran and their parameters.
type Digest struct {
	// Value as 16 hexadecimal digits.
	Value      string `json:"value"`
	Operations uint64 `json:"operations"`
	// Comparable with another run of the same operations: the same indexes ran.
	Comparable bool `json:"comparable"`
	// Reason why it is not comparable.
	Reason string `json:"reason,omitempty"`
}

// RunTotals are the sums of each phase; a phase that did not happen is nil.
type RunTotals struct {
	Warmup   *PhaseTotals `json:"warmup,omitempty"`
	Measure  *PhaseTotals `json:"measure"`
	Cooldown *PhaseTotals `json:"cooldown,omitempty"`
}

// PhaseTotals are the sums of one phase.
type PhaseTotals struct {
	Seconds    float64           `json:"seconds"`
	Operations []OperationTotals `json:"operations"`
	// All operations together: histograms merged, not percentiles averaged.
	All OperationTotals `json:"all"`
	Lag Latency         `json:"lag"`
	// Instruments are the driver's own; nil where it has none.
	Instruments *InstrumentTotals `json:"instruments,omitempty"`
}

// OperationTotals are the sums of one operation in one phase.
type OperationTotals struct {
	// Name and Kind are absent for all operations together.
	Name         string            `json:"name,omitempty"`
	Kind         string            `json:"kind,omitempty"`
	Operations   uint64            `json:"operations"`
	Succeeded    uint64            `json:"succeeded"`
	Failed       uint64            `json:"failed"`
	Undone       uint64            `json:"undone"`
	Unknown      uint64            `json:"unknown"`
	Attempts     uint64            `json:"attempts"`
	Errors       map[string]uint64 `json:"errors"`
	RowsRead     uint64            `json:"rowsRead"`
	RowsWritten  uint64            `json:"rowsWritten"`
	BytesRead    uint64            `json:"bytesRead"`
	BytesWritten uint64            `json:"bytesWritten"`
	// Throughput is succeeded operations per second of the phase; nil when the phase had no length.
	Throughput *float64 `json:"throughput"`
	Service    Latency  `json:"service"`
	Response   Latency  `json:"response"`
}

// Resources are what processes used in the measured phase.
type Resources struct {
	Harness ProcessResources `json:"harness"`
	// Server is nil where the server is not on this host, or cannot be seen.
	Server *ServerResources `json:"server"`
}

// ProcessResources are what a process, or several together, used in the measured phase; nil: not known.
type ProcessResources struct {
	CPUSecondsTotal *float64 `json:"cpuSecondsTotal"`
	// CPUAverage and CPUMaximum (of one second) in cores: 1.5 is one and a half of a core.
	CPUAverage         *float64 `json:"cpuAverage"`
	CPUMaximum         *float64 `json:"cpuMaximum"`
	MemoryAverageBytes *float64 `json:"memoryAverageBytes"`
	MemoryMaximumBytes *int64   `json:"memoryMaximumBytes"`
}

// ServerResources are the same of the server's processes.
type ServerResources struct {
	ProcessResources
	// Label says which processes these are.
	Label string `json:"label"`
}

// Book compares what an operation that adds or removes rows was told with what the target holds.
type Book struct {
	Operation    string `json:"operation"`
	Acknowledged uint64 `json:"acknowledged"`
	Unknown      uint64 `json:"unknown"`
	// Held is the number of rows that the target holds; nil when it could not be asked.
	Held *int64 `json:"held"`
	// Balanced: acknowledged ≤ held ≤ acknowledged + unknown.
	Balanced bool `json:"balanced"`
	// Removes: the operation removes rows, and Held is the number of those that are gone.
	Removes bool `json:"removes,omitempty"`
	// AllInstances: Held is of all instances of the run, counted when this one had ended.
	AllInstances bool `json:"allInstances,omitempty"`
	// uncounted says why Held is nil; the file has it among its reasons.
	uncounted string
}

// NewBook compares.
func NewBook(operation string, acknowledged, unknown uint64, held int64) Book {
	return Book{
		Operation: operation, Acknowledged: acknowledged, Unknown: unknown, Held: &held,
		Balanced: held >= 0 && acknowledged <= uint64(held) && uint64(held) <= acknowledged+unknown,
	}
}

// UncountedBook is one whose target could not be asked, which is not balanced; why says why not.
func UncountedBook(operation string, acknowledged, unknown uint64, why string) Book {
	return Book{Operation: operation, Acknowledged: acknowledged, Unknown: unknown, uncounted: why}
}

// OfAllInstances is the book of one of several instances whose target cannot tell their rows apart: all that it shows is that
// none of this one's own is missing.
func (b Book) OfAllInstances() Book {
	b.AllInstances = true
	b.Balanced = b.Held != nil && *b.Held >= 0 && b.Acknowledged <= uint64(*b.Held)
	return b
}

func (b *Book) verb() string {
	if b.Removes {
		return "removed"
	}
	return "inserted"
}

// Connections is what became of the connections in the whole run, warm-up included.
type Connections struct {
	// Reconnects is the number of connections opened in place of lost ones.
	Reconnects int64 `json:"reconnects"`
	// Retries is the number of attempts after the first of an operation.
	Retries int64 `json:"retries"`
	// PoolWait is nil where each worker has its own connection.
	PoolWait *PoolWait `json:"poolWait"`
}

// PoolWait is the time that workers waited for a connection of the shared pool, which is part of the response time.
type PoolWait struct {
	// Count is how often a connection was taken from the pool.
	Count int64 `json:"count"`
	// Mean and Maximum in milliseconds; nil when none was taken.
	Mean    *float64 `json:"mean"`
	Maximum *float64 `json:"max"`
}

// NewPoolWait makes it of a number of waits, their sum and the longest.
func NewPoolWait(count int64, sum, longest time.Duration) *PoolWait {
	p := &PoolWait{Count: count}
	if count > 0 {
		mean, maximum := sum.Seconds()*1000/float64(count), longest.Seconds()*1000
		p.Mean, p.Maximum = &mean, &maximum
	}
	return p
}

// Ceiling is what the harness could do on this machine with the same workload against a target that answers at once.
type Ceiling struct {
	OperationsPerSecond float64 `json:"operationsPerSecond"`
	// Workers that it was measured with.
	Workers int `json:"workers"`
	// OperationsPerIteration as they were asked for; nil where an iteration is a slice of time.
	OperationsPerIteration *int64 `json:"operationsPerIteration"`
	// BetweenIterations is the median time, in milliseconds, that k6 took from the end of one iteration to the start of the next in this
	// run; nil where an iteration is a slice of time, or where there were too few.
	BetweenIterations *float64 `json:"betweenIterations"`
	// Seconds that measuring it took, before the run.
	Seconds float64 `json:"seconds"`
	// Share of it that the run used: the operations per second of its measured phase or, where the load changes, of its busiest
	// second; nil when nothing was measured.
	Share *float64 `json:"share"`
}

// NewRunFile makes a file with every list there and empty.
func NewRunFile(setup Setup) *RunFile {
	return &RunFile{
		Setup: setup.complete(), Phases: []PhaseSpan{}, SLO: []Verdict{}, Books: []Book{}, ErrorExamples: []ErrorExample{},
		Validity: Validity{Reasons: []Reason{}, Warnings: []Reason{}},
		Steps:    []Step{}, Instances: []json.RawMessage{},
	}
}
