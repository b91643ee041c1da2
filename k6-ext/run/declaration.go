// Package run is one execution from its declaration to its result file: it connects, loads, runs the
// engine, writes windows while it goes on, and judges the result at the end. It knows k6 only as
// whoever calls Open, Load, Start, Iterate and Finish.
package run

import (
	"encoding/json"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/strict"
)

// Declaration is everything about a run that is known before the target is asked (RunDeclaration in index.d.ts).
type Declaration struct {
	Suite                      string            `json:"suite"`
	Target                     string            `json:"target"`
	Profile                    Profile           `json:"profile"`
	Seed                       uint64            `json:"seed"`
	OperationCount             int64             `json:"operationCount,omitempty"`
	OperationsPerIteration     int64             `json:"operationsPerIteration,omitempty"`
	IterationSeconds           float64           `json:"iterationSeconds,omitempty"`
	Connections                json.RawMessage   `json:"connections"`
	Depth                      int               `json:"depth"`
	Mode                       string            `json:"mode,omitempty"`
	TimeoutMilliseconds        float64           `json:"timeoutMilliseconds"`
	ConnectTimeoutMilliseconds float64           `json:"connectTimeoutMilliseconds"`
	GracefulStopSeconds        float64           `json:"gracefulStopSeconds"`
	Metrics                    string            `json:"metrics"`
	ResultsDirectory           string            `json:"resultsDirectory"`
	AllowWrites                bool              `json:"allowWrites"`
	Reload                     bool              `json:"reload"`
	LoadOnly                   bool              `json:"loadOnly,omitempty"`
	LoadConnections            int               `json:"loadConnections"`
	Variables                  map[string]string `json:"variables"`
	Version                    string            `json:"version"`
	GitRevision                string            `json:"gitRevision"`
	// TestID is the tag `testid` of the run, which its instances share; empty: the name of the run folder.
	TestID string `json:"testId,omitempty"`
	// StartAt is the instant at which all instances start, RFC 3339, or "told"; empty: at once.
	StartAt string `json:"startAt,omitempty"`

	// Executors: the script's own executors say what runs when, and there is no load profile. The profile's only segment then says how many
	// workers there are at most.
	Executors bool `json:"executors,omitempty"`

	poolSize int
	start    time.Time
}

// Profile is a load profile with every override applied.
type Profile struct {
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Loop        string    `json:"loop"`
	Segments    []Segment `json:"segments"`
	// Report is one of record's Report constants; empty: none.
	Report string `json:"report,omitempty"`
	// Search is there where the load is decided while the run goes on; the one segment then says how long it may take, and its highest load.
	Search *Search `json:"search,omitempty"`
	// Mix is the workload's preset of operations that the profile asks for, for the record.
	Mix string `json:"mix,omitempty"`
}

// Segment is some seconds in which rate and workers go in a straight line.
type Segment struct {
	Phase   string  `json:"phase"`
	Seconds float64 `json:"seconds"`
	Rate    *Line   `json:"rate,omitempty"`
	Workers Line    `json:"workers"`
	// Part is the name of the part that the segment belongs to; empty: none.
	Part string `json:"part,omitempty"`
}

// Line goes from one value to another.
type Line struct {
	From float64 `json:"from"`
	To   float64 `json:"to"`
}

// The two modes of metrics.
const (
	OperationsMode = "operations"
	WindowsMode    = "windows"
)

// DecodeDeclaration reads and checks a declaration.
func DecodeDeclaration(data []byte) (*Declaration, error) {
	d := &Declaration{}
	if err := strict.Decode(data, d); err != nil {
		return nil, driver.Usagef("the run's declaration cannot be read: %v", err)
	}
	if err := d.validate(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Declaration) validate() error {
	switch {
	case d.Suite == "":
		return driver.Usagef("the run has no suite; expected its name, which becomes part of the run folder's name")
	case d.Target == "":
		return driver.Usagef("the run has no target; expected the URL of the system under test")
	case d.Profile.Loop != "open" && d.Profile.Loop != "closed":
		return driver.Usagef("profile %q has the loop %q; expected open or closed", d.Profile.Name, d.Profile.Loop)
	case len(d.Profile.Segments) == 0:
		return driver.Usagef("profile %q has no segments; expected one or more", d.Profile.Name)
	case !knownReport(d.Profile.Report):
		return driver.Usagef("profile %q has the report %q; expected recovery, drift, steps or limit, or none", d.Profile.Name, d.Profile.Report)
	case d.Profile.Report != "" && d.OperationCount > 0:
		return driver.Usagef("profile %q reports on its whole length, and operationCount would cut it; expected one of them", d.Profile.Name)
	case d.Depth < 1:
		return driver.Usagef("depth is %d; expected 1 or more", d.Depth)
	case d.Metrics != OperationsMode && d.Metrics != WindowsMode:
		return driver.Usagef("metrics are %q; expected operations or windows", d.Metrics)
	case d.OperationCount < 0 || d.OperationsPerIteration < 0:
		return driver.Usagef("operationCount is %d and operationsPerIteration %d; expected 1 or more, or neither",
			d.OperationCount, d.OperationsPerIteration)
	case d.IterationSeconds < 0 || d.IterationSeconds > 0 && seconds(d.IterationSeconds) <= 0:
		return driver.Usagef("iterationSeconds is %v; expected a nanosecond or more, or none for a second", d.IterationSeconds)
	case d.Executors && (d.Profile.Loop != "closed" || len(d.Profile.Segments) != 1 || d.OperationCount > 0 || d.OperationsPerIteration < 1):
		return driver.Usagef("executors of the script's own need a closed loop of one segment, operationsPerIteration, and no operationCount")
	case d.GracefulStopSeconds < 0:
		return driver.Usagef("gracefulStopSeconds is %v; expected 0 or more", d.GracefulStopSeconds)
	case d.TimeoutMilliseconds <= 0 || d.ConnectTimeoutMilliseconds < 0:
		return driver.Usagef("a timeout is %v and %v ms; expected more than 0, and 0 or more to connect", d.TimeoutMilliseconds, d.ConnectTimeoutMilliseconds)
	}
	if err := d.checkStart(); err != nil {
		return err
	}
	previous := record.Warmup
	for i, segment := range d.Profile.Segments {
		if segment.Seconds <= 0 && d.OperationCount == 0 && !d.Executors {
			return driver.Usagef("segment %d of profile %q lasts %v s; expected more than 0", i+1, d.Profile.Name, segment.Seconds)
		}
		if (segment.Rate == nil) == (d.Profile.Loop == "open") {
			return driver.Usagef("segment %d of profile %q: an open loop has a rate, a closed loop has none", i+1, d.Profile.Name)
		}
		if workers := segment.Workers; workers.From < 1 || workers.To < 1 {
			return driver.Usagef("segment %d of profile %q has %v to %v workers; expected 1 or more", i+1, d.Profile.Name, workers.From, workers.To)
		}
		phase, known := record.ParsePhase(segment.Phase)
		if !known || phase < previous {
			return driver.Usagef("segment %d of profile %q is of phase %q; expected warmup, then measure, then cooldown",
				i+1, d.Profile.Name, segment.Phase)
		}
		previous = phase
	}
	if err := d.checkSearch(); err != nil {
		return err
	}
	return d.readConnections()
}

func knownReport(kind string) bool {
	switch kind {
	case "", record.ReportRecovery, record.ReportDrift, record.ReportSteps, record.ReportLimit:
		return true
	}
	return false
}

func (d *Declaration) readConnections() error {
	if len(d.Connections) == 0 {
		return driver.Usagef("connections are missing; expected \"per-worker\" or a number of 1 or more")
	}
	var word string
	if json.Unmarshal(d.Connections, &word) == nil && word == "per-worker" {
		d.poolSize = 0
		return nil
	}
	if err := json.Unmarshal(d.Connections, &d.poolSize); err != nil || d.poolSize < 1 {
		return driver.Usagef("connections are %s; expected \"per-worker\" or a number of 1 or more", d.Connections)
	}
	return nil
}

// workers is the most workers that the profile asks for.
func (d *Declaration) workers() int {
	most := 1.0
	for _, segment := range d.Profile.Segments {
		most = max(most, segment.Workers.From, segment.Workers.To)
	}
	return int(most)
}

// schedule of an open loop; nil in a closed one, and where the load is decided while the run goes on.
func (d *Declaration) schedule() (*pacing.Schedule, error) {
	if d.Profile.Loop != "open" || d.Profile.Search != nil {
		return nil, nil
	}
	var segments []pacing.Segment
	for _, segment := range d.Profile.Segments {
		segments = append(segments, pacing.Segment{
			Duration: seconds(segment.Seconds), From: segment.Rate.From, To: segment.Rate.To,
		})
	}
	schedule, err := pacing.NewSchedule(segments)
	if err != nil {
		return nil, driver.Usagef("profile %q: %v", d.Profile.Name, err)
	}
	if d.OperationCount > 0 {
		if err := schedule.LimitTo(d.OperationCount); err != nil {
			return nil, driver.Usagef("profile %q: %v", d.Profile.Name, err)
		}
	}
	return schedule, nil
}

// slice is the length of one iteration.
func (d *Declaration) slice() time.Duration {
	if d.IterationSeconds > 0 {
		return seconds(d.IterationSeconds)
	}
	return defaultSlice
}

func (d *Declaration) timeout() time.Duration { return milliseconds(d.TimeoutMilliseconds) }

func (d *Declaration) driverConfig() driver.Config {
	return driver.Config{
		URL:            d.Target,
		Timeout:        d.timeout(),
		ConnectTimeout: milliseconds(d.ConnectTimeoutMilliseconds),
		Mode:           d.Mode,
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
