package histogram

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestValuesAreCountedUpToTheLimitThatTheyDoNotExceed(t *testing.T) {
	h := NewInterval()
	for _, value := range []int64{1, 10, 11, 100, 101, 1000, 1001} {
		h.Record(value)
	}
	h.RecordN(Highest, 5)
	counts := make([]uint64, 4)
	h.CountUpTo([]int64{10, 100, 1000}, counts)
	if want := []uint64{2, 2, 2, 6}; !slices.Equal(counts, want) {
		t.Errorf("counted %v, want %v", counts, want)
	}
	h.CountUpTo([]int64{10, 100, 1000}, counts)
	if want := []uint64{4, 4, 4, 12}; !slices.Equal(counts, want) {
		t.Errorf("counted twice %v, want %v", counts, want)
	}
}

func TestNoValueIsLostBetweenLimits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	limits := []int64{1_000, 31_500, 1_000_000, 80_000_000}
	h, exact := New(), make([]uint64, len(limits)+1)
	for range 20_000 {
		value := int64(1) << random.IntN(38)
		value += random.Int64N(value)
		h.Record(value)
		at, _ := slices.BinarySearch(limits, value)
		exact[at]++
	}
	counts := make([]uint64, len(limits)+1)
	h.CountUpTo(limits, counts)
	var sum uint64
	for i := range counts {
		sum += counts[i]
		// Only the values of the bucket that a limit cuts may be on its other side.
		if difference := int64(counts[i]) - int64(exact[i]); difference > 20 || difference < -20 {
			t.Errorf("up to limit %d are %d, exactly %d", i, counts[i], exact[i])
		}
	}
	if sum != h.Count() {
		t.Errorf("counted %d of %d", sum, h.Count())
	}
}

func TestEachGivesEveryValueWithinAThousandth(t *testing.T) {
	h := NewInterval()
	recorded := []int64{5, 1_234_567, 1_234_567, 987_654_321}
	for _, value := range recorded {
		h.Record(value)
	}
	var given []int64
	h.Each(func(value int64, count uint64) {
		for range count {
			given = append(given, value)
		}
	})
	if len(given) != len(recorded) {
		t.Fatalf("recorded %v, given %v", recorded, given)
	}
	for i, value := range given {
		if ratio := float64(value) / float64(recorded[i]); ratio < 0.999 || ratio > 1.001 {
			t.Errorf("recorded %d, given %d", recorded[i], value)
		}
	}
	if given[0] != 5 || given[3] > 987_654_321 {
		t.Errorf("given %v: beyond the least or the greatest", given)
	}
}
