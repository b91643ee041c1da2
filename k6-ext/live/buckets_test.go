package live

import (
	"slices"
	"testing"
	"time"
)

func TestBucketsGoFromAMicrosecondToEightySecondsInTenStepsADecade(t *testing.T) {
	if first, last := BucketLimits[0], BucketLimits[len(BucketLimits)-1]; first != int64(time.Microsecond) || last != int64(80*time.Second) {
		t.Errorf("buckets go from %d to %d ns", first, last)
	}
	for i := range len(BucketLimits) - 1 {
		if ratio := float64(BucketLimits[i+1]) / float64(BucketLimits[i]); ratio < 1.24 || ratio > 1.29 {
			t.Errorf("from %d to %d ns are %v times", BucketLimits[i], BucketLimits[i+1], ratio)
		}
	}
}

func TestBucketsAreNamedByTheirLimitInMilliseconds(t *testing.T) {
	if len(BucketLabels) != len(BucketLimits)+1 || BucketLabels[len(BucketLimits)] != "+Inf" {
		t.Fatalf("%d labels for %d limits: %v", len(BucketLabels), len(BucketLimits), BucketLabels)
	}
	for _, c := range []struct {
		limit time.Duration
		label string
	}{{time.Microsecond, "0.001"}, {1250 * time.Nanosecond, "0.00125"}, {3150 * time.Microsecond, "3.15"}, {80 * time.Second, "80000"}} {
		at := slices.Index(BucketLimits, int64(c.limit))
		if at < 0 || BucketLabels[at] != c.label {
			t.Errorf("%v is bucket %d of %v", c.limit, at, BucketLabels)
		}
	}
}
