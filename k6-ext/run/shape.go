package run

import (
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/report"
)

// followShape starts the report that the profile asks for; nil: none.
func (r *Run) followShape() *report.Follower { return report.Follow(r.shape()) }

// shape is what the report needs to know before the run. Its rates are those of this instance: the others' operations are not seen here.
func (r *Run) shape() report.Plan {
	profile := &r.declaration.Profile
	share := r.environment.Stripe.Share()
	plan := report.Plan{Kind: profile.Report}
	for _, segment := range profile.Segments {
		planned := report.Segment{
			Measured: segment.Phase == record.Measure.String(), Part: segment.Part, Seconds: segment.Seconds,
		}
		if segment.Rate != nil {
			planned.From, planned.To, planned.Open = segment.Rate.From*share, segment.Rate.To*share, true
		}
		plan.Segments = append(plan.Segments, planned)
	}
	for i := range r.declared.Operations {
		plan.Operations = append(plan.Operations, r.declared.Operations[i].Name)
		plan.SLOs = append(plan.SLOs, r.sloOf(i))
	}
	return plan
}

// reportShape puts the report into the file.
func (r *Run) reportShape(file *record.RunFile) (limitFound bool) {
	if r.collector.follower == nil {
		return false
	}
	result := r.collector.follower.Finish()
	file.Steps, file.Report = result.Steps, result.Report
	return result.LimitFound
}
