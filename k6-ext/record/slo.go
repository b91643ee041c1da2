package record

// SLO is what one operation must meet; a nil limit is none. Times are response times in milliseconds.
type SLO struct {
	P95Milliseconds *float64 `json:"p95Milliseconds,omitempty"`
	P99Milliseconds *float64 `json:"p99Milliseconds,omitempty"`
	// ErrorRate is a share, 0 to 1.
	ErrorRate *float64 `json:"errorRate,omitempty"`
}

// Metric names in verdicts.
const (
	MetricP95       = "p95"
	MetricP99       = "p99"
	MetricErrorRate = "errorRate"
)

// Verdict says whether one operation met one limit.
type Verdict struct {
	Operation string `json:"operation"`
	Metric    string `json:"metric"`
	// Limit and Actual are milliseconds of response time, or a share of operations.
	Limit float64 `json:"limit"`
	// Actual is nil when there were too few operations to tell.
	Actual *float64 `json:"actual"`
	// Met is nil when Actual is.
	Met *bool `json:"met"`
}

// Judge compares one operation's measured phase with its SLO. Percentiles come from the merged histogram; a p99 needs
// MinimumForP99 operations. The error rate is failed and undone operations over all that were due.
func Judge(total *Total, slo SLO) []Verdict {
	var verdicts []Verdict
	judge := func(metric string, limit *float64, known bool, actual func() float64) {
		if limit == nil {
			return
		}
		v := Verdict{Operation: total.Name, Metric: metric, Limit: *limit}
		if known {
			v.Actual = pointer(actual())
			v.Met = pointer(*v.Actual <= *limit)
		}
		verdicts = append(verdicts, v)
	}
	percentile := func(p float64) func() float64 {
		return func() float64 { return milliseconds(total.Response.Percentile(p)) }
	}
	judge(MetricP95, slo.P95Milliseconds, total.Response.Count() > 0, percentile(95))
	judge(MetricP99, slo.P99Milliseconds, total.Response.Count() >= MinimumForP99, percentile(99))
	judge(MetricErrorRate, slo.ErrorRate, !total.Empty(), func() float64 {
		return errorShare(&total.Counts)
	})
	return verdicts
}

// SLOsMet says whether no verdict is a no; one that is not known is none.
func SLOsMet(verdicts []Verdict) bool {
	for _, v := range verdicts {
		if v.Met != nil && !*v.Met {
			return false
		}
	}
	return true
}

// errorShare is the share of the due operations that were not acknowledged.
func errorShare(c *Counts) float64 {
	if c.Empty() {
		return 0
	}
	return float64(c.Failed+c.Undone) / float64(c.Operations+c.Undone)
}
