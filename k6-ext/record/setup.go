package record

import (
	"encoding/json"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// Setup is all of run.json that is known when a run starts.
type Setup struct {
	SchemaVersion int `json:"schemaVersion"`
	// ID is the run folder's name.
	ID string `json:"id"`
	// TestID is the tag `testid` of the run's metrics.
	TestID string `json:"testid"`
	// StartedAt is the start of the first phase, ISO 8601 UTC; the windows' seconds count from it.
	StartedAt string `json:"startedAt"`
	Suite     Suite  `json:"suite"`
	// Workload as it was declared (lib/workload.ts), its pools with a hash.
	Workload json.RawMessage `json:"workload"`
	// Profile as it was applied (lib/profile.ts), with gracefulStopSeconds and, where given, operationCount
	// and operationsPerIteration.
	Profile json.RawMessage `json:"profile"`
	// Variables the user set.
	Variables map[string]string `json:"variables"`
	Seed      uint64            `json:"seed"`
	// Metrics is the mode: "operations" or "windows".
	Metrics  string   `json:"metrics"`
	Software Software `json:"software"`
	Target   Target   `json:"target"`
	Host     Host     `json:"host"`
	Topology Topology `json:"topology"`
	// Instance is nil for a process that is all of the run.
	Instance *Instance `json:"instance,omitempty"`
	// Load is nil when the workload has no data set.
	Load *Load `json:"load"`
}

// complete fills in what every file has: its version, and empty maps instead of none.
func (s Setup) complete() Setup {
	s.SchemaVersion = SchemaVersion
	if s.Variables == nil {
		s.Variables = map[string]string{}
	}
	if s.Target.Server.Settings == nil {
		s.Target.Server.Settings = map[string]string{}
	}
	return s
}

// Suite names what was run.
type Suite struct {
	Name string `json:"name"`
}

// Software says which versions ran.
type Software struct {
	Dbmark      string         `json:"dbmark"`
	GitRevision string         `json:"gitRevision"`
	K6          string         `json:"k6"`
	Go          string         `json:"go"`
	Driver      driver.Library `json:"driver"`
}

// Target says what was under test.
type Target struct {
	System string `json:"system"`
	// URL with its password replaced.
	URL    string        `json:"url"`
	Server driver.Server `json:"server"`
	// Mode in which statements were sent; empty where the system has only one.
	Mode string `json:"mode"`
}

// Host is the machine that the harness ran on; empty and zero where it is not known.
type Host struct {
	CPUModel     string `json:"cpuModel"`
	Cores        int    `json:"cores"`
	MemoryBytes  int64  `json:"memoryBytes"`
	Kernel       string `json:"kernel"`
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	// Machine is the same for all processes on one running machine; Processors are those that it has.
	Machine    string `json:"machine,omitempty"`
	Processors int    `json:"processors,omitempty"`
}

// Topology is who talks to the target, and through what.
type Topology struct {
	// Workers at most.
	Workers int `json:"workers"`
	// Connections is "per-worker" or "pool".
	Connections     string `json:"connections"`
	ConnectionCount int    `json:"connectionCount"`
	// Depth is the number of requests in flight on one connection, at most.
	Depth     int `json:"depth"`
	Instances int `json:"instances"`
}

// Instance is the part of a run that one of several processes has.
type Instance struct {
	// Segment and Sequence are k6's execution segment and execution segment sequence.
	Segment  string `json:"segment"`
	Sequence string `json:"sequence"`
	// Number is the segment's place in the sequence, from 1, and Of how many there are.
	Number int `json:"number"`
	Of     int `json:"of"`
	// AgreedStart is when all instances were to start, ISO 8601 UTC; empty: none was agreed.
	AgreedStart string `json:"agreedStart,omitempty"`
	// TargetClock is nil where the target tells no time.
	TargetClock *TargetClock `json:"targetClock,omitempty"`
}

// TargetClock is the target's clock beside this machine's.
type TargetClock struct {
	AheadSeconds float64 `json:"aheadSeconds"`
	// UncertaintySeconds is half of the round trip in which it was asked.
	UncertaintySeconds float64 `json:"uncertaintySeconds"`
}

// Load is how the data set came to be there.
type Load struct {
	Rows int64 `json:"rows"`
	// Seconds and RowsPerSecond are of this run's loading, nil when the data set was reused.
	Seconds       *float64 `json:"seconds"`
	RowsPerSecond *float64 `json:"rowsPerSecond"`
	// Reused: the data set was there already.
	Reused      bool `json:"reused"`
	Connections int  `json:"connections"`
	// Reason for loading or reusing, in words.
	Reason string `json:"reason"`
}

// PhaseSpan is when a phase was; seconds since the start of the run.
type PhaseSpan struct {
	Name        string   `json:"name"`
	StartSecond float64  `json:"startSecond"`
	Seconds     *float64 `json:"seconds"`
}
