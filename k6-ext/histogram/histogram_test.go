package histogram

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var percentiles = []float64{0, 0.1, 1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100}

// sample draws times whose logarithm is uniform over the whole range, so that every octave is met.
func sample(seed uint64, n int) []int64 {
	random := rand.New(rand.NewPCG(seed, 1))
	values := make([]int64, n)
	for i := range values {
		values[i] = clamp(int64(math.Exp(random.Float64() * math.Log(float64(Highest)))))
	}
	return values
}

func recorded(values []int64) *Histogram {
	h := New()
	for _, v := range values {
		h.Record(v)
	}
	return h
}

func TestEveryBucketHoldsItsBoundsAndIsNarrow(t *testing.T) {
	next := int64(0)
	for index := range bucketCount {
		lowest, highest := bounds(index)
		if lowest != next || highest < lowest {
			t.Fatalf("bucket %d spans %d to %d, want it to begin at %d", index, lowest, highest, next)
		}
		next = highest + 1
		if indexOf(lowest) != index || indexOf(highest) != index {
			t.Fatalf("bucket %d does not hold its own bounds %d and %d", index, lowest, highest)
		}
		if highest-lowest > lowest/1000 {
			t.Fatalf("bucket %d (%d to %d) is wider than a thousandth", index, lowest, highest)
		}
	}
	if next <= Highest {
		t.Fatalf("the last bucket ends at %d, below %d", next-1, Highest)
	}
}

func TestPercentilesAreWithinAThousandthOfTheExactOnes(t *testing.T) {
	for seed := range uint64(20) {
		values := sample(seed, 1+int(seed)*997)
		h := recorded(values)
		slices.Sort(values)
		for _, p := range percentiles {
			exact := values[rankOf(p, uint64(len(values)))-1]
			got := h.Percentile(p)
			if difference := math.Abs(float64(got - exact)); difference > float64(exact)/1000 {
				t.Errorf("seed %d: p%v is %d, exactly %d", seed, p, got, exact)
			}
		}
	}
}

func TestCountMinimumMaximumAndSumAreExact(t *testing.T) {
	values := sample(7, 5000)
	h := recorded(values)
	var sum int64
	for _, v := range values {
		sum += v
	}
	if h.Count() != 5000 || h.Min() != slices.Min(values) || h.Max() != slices.Max(values) {
		t.Errorf("count %d, minimum %d, maximum %d", h.Count(), h.Min(), h.Max())
	}
	if h.Sum() != float64(sum) || h.Mean() != float64(sum)/5000 {
		t.Errorf("sum %v, mean %v, want %v and %v", h.Sum(), h.Mean(), sum, float64(sum)/5000)
	}
}

func TestTheSumPassesSixtyFourBits(t *testing.T) {
	h := New()
	const times = 20_000_000 // hours: 2283 years
	h.RecordN(Highest, times)
	want := float64(Highest) * times
	if h.Sum() != want || h.Mean() != float64(Highest) {
		t.Errorf("sum %v, mean %v, want %v and %v", h.Sum(), h.Mean(), want, Highest)
	}
	h.Merge(recorded([]int64{Highest}))
	if h.Mean() != float64(Highest) {
		t.Errorf("mean after a merge %v, want %v", h.Mean(), Highest)
	}
}

func TestATotalPassesThirtyTwoBitsInOneBucket(t *testing.T) {
	i := NewInterval()
	i.RecordN(1000, math.MaxUint32)
	h := New()
	h.MergeInterval(i)
	h.MergeInterval(i)
	if want := uint64(2 * math.MaxUint32); h.Count() != want || h.counts[indexOf(1000)] != want {
		t.Errorf("count %d, bucket %d, want %d", h.Count(), h.counts[indexOf(1000)], want)
	}
}

func TestAMergeOfPartsIsTheWhole(t *testing.T) {
	for seed := range uint64(10) {
		values := sample(seed, 3000)
		values = append(values, -5, 0, Highest+1)
		random := rand.New(rand.NewPCG(seed, 2))
		parts := []*Interval{NewInterval(), NewInterval(), NewInterval(), NewInterval()}
		for _, v := range values {
			parts[random.IntN(3)].Record(v) // the last part stays empty
		}
		merged, inIntervals := New(), NewInterval()
		for _, part := range parts {
			merged.MergeInterval(part)
			inIntervals.Merge(part)
		}
		again := New()
		again.Merge(merged)
		if whole := recorded(values); *merged != *whole || *again != *whole {
			t.Errorf("seed %d: the merge of the parts is not the whole", seed)
		}
		if inIntervals.Count() != merged.Count() || inIntervals.Percentile(99) != merged.Percentile(99) || inIntervals.EncodeBase64() != merged.EncodeBase64() {
			t.Errorf("seed %d: intervals merged differ from a histogram", seed)
		}
	}
}

func TestRecordNIsRecordNTimes(t *testing.T) {
	one, many := New(), New()
	for n, v := range []int64{5, 123_456, Highest + 10, -1} {
		many.RecordN(v, uint32(n))
		for range n {
			one.Record(v)
		}
	}
	if *one != *many {
		t.Error("they differ")
	}
}

func TestScalingEveryValueScalesThePercentiles(t *testing.T) {
	values := sample(3, 2000)
	for i := range values {
		values[i] = 1 + values[i]%1_000_000_000
	}
	h := recorded(values)
	scaled := New()
	for _, v := range values {
		scaled.Record(v * 1000)
	}
	for _, p := range percentiles {
		want := float64(h.Percentile(p)) * 1000
		if got := float64(scaled.Percentile(p)); math.Abs(got-want) > want*0.002 {
			t.Errorf("p%v of values × 1000 is %v, want about %v", p, got, want)
		}
	}
	repeated := New()
	for range 3 {
		repeated.Merge(h)
	}
	slices.Sort(values)
	for _, p := range percentiles {
		exact := values[(rankOf(p, repeated.Count())-1)/3]
		if got := repeated.Percentile(p); math.Abs(float64(got-exact)) > float64(exact)/1000 {
			t.Errorf("p%v of everything three times is %d, exactly %d", p, got, exact)
		}
	}
}

func TestValuesOutsideOfTheLimitsAreClampedAndCounted(t *testing.T) {
	h := recorded([]int64{math.MinInt64, -1, 0, Lowest, Highest, Highest + 1, math.MaxInt64})
	if h.Count() != 7 || h.Clamped() != 5 || h.Min() != Lowest || h.Max() != Highest {
		t.Errorf("count %d, clamped %d, minimum %d, maximum %d", h.Count(), h.Clamped(), h.Min(), h.Max())
	}
	if got := h.Percentile(50); got != 1 && got < Highest {
		t.Errorf("p50 is %d", got)
	}
}

func TestNothingRecordedIsZero(t *testing.T) {
	h := New()
	h.RecordN(100, 0)
	if h.Count() != 0 || h.Min() != 0 || h.Max() != 0 || h.Mean() != 0 || h.Sum() != 0 || h.Percentile(99) != 0 {
		t.Error("an empty histogram is not all zeros")
	}
}

func TestAResetHistogramIsAsNew(t *testing.T) {
	h := recorded(append(sample(1, 1000), -1))
	h.Reset()
	if *h != *New() {
		t.Error("something is left after Reset")
	}
}

func TestPercentilesOutOfRangeAreTheEnds(t *testing.T) {
	h := recorded([]int64{10, 20, 30})
	for p, want := range map[float64]int64{-5: 10, 0: 10, 100: 30, 200: 30} {
		if got := h.Percentile(p); got != want {
			t.Errorf("p%v is %d, want %d", p, got, want)
		}
	}
	if got := h.Percentile(math.NaN()); got != 10 {
		t.Errorf("the percentile NaN is %d", got)
	}
}

func TestRecordingAndMergingDoNotAllocate(t *testing.T) {
	i, h, total := NewInterval(), New(), New()
	if n := testing.AllocsPerRun(100, func() {
		i.Record(12_345)
		i.RecordN(1_000_000, 3)
		h.Record(99)
		total.MergeInterval(i)
		total.Merge(h)
		i.Reset()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
