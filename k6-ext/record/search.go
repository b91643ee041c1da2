package record

// ReportFindmax is the kind of the report of a search for the highest load; in profiles a search declares itself.
const ReportFindmax = "findmax"

// The loads that can be searched.
const (
	SearchRate    = "rate"
	SearchWorkers = "workers"
)

// The kinds of what can break at a load, besides the metrics of Verdict, which are an SLO's.
const (
	// BrokeUndone: operations were due and never started, because all workers waited for replies.
	BrokeUndone = "undone"
	// BrokeHarness: the load was not really sent.
	BrokeHarness = "harness"
)

// Conclusions of a search that its validity depends on; findmax has all of them.
const (
	SearchUnfinished   = "unfinished"
	SearchHarnessLimit = "harness limit"
)

// The outcomes of a search's step.
const (
	StepHeld    = "held"
	StepMissed  = "missed"
	StepHarness = "harness"
	// StepCutShort: the search was ended while it went on.
	StepCutShort = "cut short"
)

// SearchStep is what a step of a search has besides the others.
type SearchStep struct {
	// Number from 1, which windows of the step have too.
	Number int `json:"number"`
	// Load is operations per second or workers.
	Load float64 `json:"load"`
	// Purpose is "grow", "shrink", "narrow", "confirm" or "check".
	Purpose string `json:"purpose"`
	// WarmupSeconds before its start, which do not count; DrainSeconds after its end until nothing was in flight.
	WarmupSeconds float64 `json:"warmupSeconds"`
	DrainSeconds  float64 `json:"drainSeconds"`
	// Early: it was ended before its time, because its limits could not be kept any more.
	Early bool `json:"early"`
	// Backlog at its end: operations due and not started.
	Backlog int64 `json:"backlog"`
	// Outcome is "held", "missed", "harness" or "cut short".
	Outcome string `json:"outcome"`
	// LateShare of the operations were started more than HarnessLagLimitMilliseconds late by the harness itself; nil in a closed loop.
	LateShare *float64 `json:"lateShare"`
	// HarnessCPU and ServerCPU are cores used on average; nil: not known.
	HarnessCPU *float64 `json:"harnessCpu"`
	ServerCPU  *float64 `json:"serverCpu"`
	// Broke is what was missed by most, relative to its limit; nil: nothing.
	Broke *Broke `json:"broke"`
}

// Broke is a limit that a load broke.
type Broke struct {
	// Operation is empty where all operations together are meant.
	Operation string `json:"operation,omitempty"`
	// Metric as in Verdict, or BrokeUndone or BrokeHarness. Limit and Actual are milliseconds of response time, or a share.
	Metric string   `json:"metric"`
	Limit  *float64 `json:"limit"`
	Actual *float64 `json:"actual"`
	// Message is the same in words.
	Message string `json:"message"`
}

// SearchReport is what a search came to.
type SearchReport struct {
	Kind string `json:"kind"`
	// Of is "rate" (operations per second of an open loop) or "workers" (of a closed one).
	Of string `json:"of"`
	// Conclusion is "found", "ceiling", "harness limit", "nothing holds", "unfinished", "holds" or "fails".
	Conclusion string `json:"conclusion"`
	// Highest load at which every SLO held, and Lowest above it at which one did not; nil: not known.
	Highest *float64 `json:"highest"`
	Lowest  *float64 `json:"lowest"`
	// Fixed is the one load that was tried; nil: the highest was searched.
	Fixed *float64 `json:"fixed"`
	// Precision that was asked for: how far Lowest may lie above Highest, as a share of it; nil with Fixed.
	Precision *float64 `json:"precision"`
	// Reached is succeeded operations per second in the steps at Highest, their mean.
	Reached *float64 `json:"reached"`
	// Broke is what broke first: at Lowest; nil: nothing did.
	Broke *Broke `json:"broke"`
	// Reason says why the search ended without a sure result, or where the harness's own limit lies; empty: nothing is to be said.
	Reason string `json:"reason,omitempty"`
}

// WithoutPercentiles takes from totals that mix many loads what belongs to none of them.
func (t *PhaseTotals) WithoutPercentiles() {
	clear := func(l *Latency) { l.Mean, l.P50, l.P95, l.P99 = nil, nil, nil, nil }
	each := func(o *OperationTotals) {
		clear(&o.Service)
		clear(&o.Response)
	}
	for i := range t.Operations {
		each(&t.Operations[i])
	}
	each(&t.All)
	clear(&t.Lag)
}
