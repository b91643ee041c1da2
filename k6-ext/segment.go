package dbmark

import (
	"go.k6.io/k6/v2/lib"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/pacing"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// segmentOf is this instance's part of a run that k6 splits with --execution-segment.
type segmentOf struct {
	stripe       pacing.Stripe
	scaleWorkers func(int) int
	// instance is the segment, or "0" for a run that is not split.
	instance string
	// part is nil for a run that is not split.
	part *record.Instance
}

func readSegment(options lib.Options) (segmentOf, error) {
	if options.ExecutionSegment == nil {
		return segmentOf{pacing.WholeStripe(), func(n int) int { return n }, instanceOf(options), nil}, nil
	}
	tuple, err := lib.NewExecutionTuple(options.ExecutionSegment, options.ExecutionSegmentSequence)
	if err != nil {
		return segmentOf{}, driver.Usagef("--execution-segment: %v", err)
	}
	start, steps, period := tuple.GetStripedOffsets()
	stripe := pacing.Stripe{Period: period}
	for at, i := start, 0; at < period && i < len(steps); i++ {
		stripe.Offsets = append(stripe.Offsets, at)
		at += steps[i]
	}
	if err := stripe.Validate(); err != nil {
		return segmentOf{}, driver.Usagef("--execution-segment %v: %v", options.ExecutionSegment, err)
	}
	scale := func(n int) int { return int(tuple.ScaleInt64(int64(n))) }
	if period == 1 {
		return segmentOf{stripe, scale, instanceOf(options), nil}, nil
	}
	part := &record.Instance{
		Segment: options.ExecutionSegment.String(), Sequence: tuple.Sequence.String(),
		Number: tuple.SegmentIndex + 1, Of: len(tuple.Sequence.ExecutionSegmentSequence),
	}
	return segmentOf{stripe, scale, instanceOf(options), part}, nil
}

// instanceOf is the tag that keeps the samples of instances apart.
func instanceOf(options lib.Options) string {
	if options.ExecutionSegment == nil {
		return "0"
	}
	return options.ExecutionSegment.String()
}
