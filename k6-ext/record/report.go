package record

// Step is one named part of a profile's measured phase, in run.json. What finished in its seconds counts for it.
type Step struct {
	Name string `json:"name"`
	// StartSecond since the start of the run.
	StartSecond float64 `json:"startSecond"`
	Seconds     float64 `json:"seconds"`
	// Offered is what the profile asked of this instance on average, in operations per second; nil in a closed loop.
	Offered *float64 `json:"offered"`
	// Reached is succeeded operations per second; nil when nothing of the step was seen.
	Reached    *float64          `json:"reached"`
	Operations uint64            `json:"operations"`
	Failed     uint64            `json:"failed"`
	Undone     uint64            `json:"undone"`
	Errors     map[string]uint64 `json:"errors"`
	Response   StepLatency       `json:"response"`
	// SLO holds the verdicts of this step alone.
	SLO []Verdict `json:"slo"`
	// Met: it met its SLOs and reached its rate; nil when neither can be told.
	Met *bool `json:"met"`
	// Reasons why it was not met, in words.
	Reasons []string `json:"reasons"`
	// Search is there for steps of a search.
	Search *SearchStep `json:"search,omitempty"`
}

// StepLatency is the response time of all operations of a step, in milliseconds; nil where there is nothing to describe.
type StepLatency struct {
	Count uint64   `json:"count"`
	P50   *float64 `json:"p50"`
	P95   *float64 `json:"p95"`
	// P99 is nil when Count is below MinimumForP99 or, in a search, when fewer than ten lie beyond it.
	P99 *float64 `json:"p99"`
	Max *float64 `json:"max"`
}

// The kinds of reports, in run.json and in profiles.
const (
	ReportRecovery = "recovery"
	ReportDrift    = "drift"
	ReportSteps    = "steps"
	ReportLimit    = "limit"
)

// RecoveryReport says how long it took after each peak of load until all was as before the first.
type RecoveryReport struct {
	Kind string `json:"kind"`
	// Percentile of a second's response times by which it was judged; nil: not known.
	Percentile *float64 `json:"percentile"`
	// Level of that percentile in an ordinary second of the first part, and the limit below which it has recovered; milliseconds.
	Level *float64 `json:"level"`
	Limit *float64 `json:"limit"`
	Peaks []Peak   `json:"peaks"`
}

// The outcomes of a peak.
const (
	Recovered       = "recovered"
	NotRecovered    = "not recovered"
	RecoveryUnknown = "not known"
)

// Peak is one part with more load than the first.
type Peak struct {
	Part string `json:"part"`
	// EndSecond of the part, since the start of the run.
	EndSecond float64 `json:"endSecond"`
	// P99 of its response times in milliseconds; nil when fewer than ten lie beyond it.
	P99 *float64 `json:"p99"`
	// Backlog at its end: operations due and not started.
	Backlog int64 `json:"backlog"`
	// Outcome is "recovered", "not recovered" (before the next peak or the end) or "not known".
	Outcome string `json:"outcome"`
	// Seconds from its end until it had recovered; nil when it had not, or that is not known.
	Seconds *float64 `json:"seconds"`
	// Reason why it is not known.
	Reason string `json:"reason,omitempty"`
}

// DriftReport says how latency and memory changed over the measured phase; nil: not known.
type DriftReport struct {
	Kind string `json:"kind"`
	// WindowSeconds is the length of the stretches of time that were compared, Windows their number.
	WindowSeconds float64 `json:"windowSeconds"`
	Windows       int     `json:"windows"`
	// ResponseP50 and ResponseP99 of the windows, in milliseconds.
	ResponseP50 *Trend `json:"responseP50"`
	ResponseP99 *Trend `json:"responseP99"`
	// HarnessMemory and ServerMemory in bytes.
	HarnessMemory *Trend `json:"harnessMemory"`
	ServerMemory  *Trend `json:"serverMemory"`
}

// Trend is a slope in units per hour, with its 95 % interval.
type Trend struct {
	PerHour float64 `json:"perHour"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	// Median of the windows, and what the slope is of it in an hour (0.1 is a tenth more); nil when the median is 0.
	Median       float64  `json:"median"`
	SharePerHour *float64 `json:"sharePerHour"`
}

// StepsReport names the first step that failed; nil when none did.
type StepsReport struct {
	Kind         string   `json:"kind"`
	FirstFailure *Failure `json:"firstFailure"`
}

// Failure is the step that failed, with the rate that was offered in it.
type Failure struct {
	Step    string   `json:"step"`
	Offered *float64 `json:"offered"`
	Reasons []string `json:"reasons"`
}

// LimitReport says where a rising load first missed an SLO, or did not reach its rate; nil when it never did.
type LimitReport struct {
	Kind   string `json:"kind"`
	Missed *Miss  `json:"missed"`
}

// MetricRate is the metric of a load that was not reached, besides those of Verdict.
const MetricRate = "rate"

// Miss is the first second of those in which a limit was missed.
type Miss struct {
	Second int `json:"second"`
	// Offered is this instance's part of the profile's rate in that second.
	Offered float64 `json:"offered"`
	// Operation is empty where all operations together are meant.
	Operation string `json:"operation,omitempty"`
	// Metric as in Verdict, or MetricRate. Limit and Actual are milliseconds of response time, a share, or operations per second.
	Metric string  `json:"metric"`
	Limit  float64 `json:"limit"`
	Actual float64 `json:"actual"`
}
