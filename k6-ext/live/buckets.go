package live

import (
	"math"
	"strconv"
	"time"
)

// preferred are the preferred numbers R10 of ISO 3: ten steps of nearly the same ratio to a decade, in figures that a person can read.
var preferred = [...]float64{1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8}

const (
	firstDecade = -3 // a microsecond
	decades     = 8  // to 80 s
)

// BucketLimits are the upper limits of the buckets in nanoseconds, ascending: the same for all runs, so that buckets of
// operations, seconds, instances and runs can be added and laid over each other.
var BucketLimits = bucketLimits()

// BucketSuffix is what the name of a metric of buckets has after that of the times, and BucketTag the tag with the bucket's label.
const (
	BucketSuffix = "_bucket"
	BucketTag    = "le"
)

// BucketLabels name the buckets by their upper limit in milliseconds, the last one "+Inf".
var BucketLabels = bucketLabels()

func bucketLimits() []int64 {
	var limits []int64
	for decade := range decades {
		for _, number := range preferred {
			limits = append(limits, int64(math.Round(number*math.Pow10(firstDecade+decade)*float64(time.Millisecond))))
		}
	}
	return limits
}

func bucketLabels() []string {
	var labels []string
	for _, limit := range BucketLimits {
		labels = append(labels, strconv.FormatFloat(float64(limit)/float64(time.Millisecond), 'f', -1, 64))
	}
	return append(labels, "+Inf")
}
