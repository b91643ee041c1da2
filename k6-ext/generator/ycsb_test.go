package generator

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
)

// These are the definitions of YCSB (Cooper et al., "Benchmarking cloud serving systems with YCSB", 2010) that its workloads rest on.

func TestHashedKeysAreThoseOfYCSB(t *testing.T) {
	g := made(t, `{"type":"key","prefix":"user","digits":1,"start":0,"hashed":true}`)
	// As YCSB's own client prints them for records 0, 1 and 2 with its default insertorder.
	for index, want := range []string{"user6284781860667377211", "user8517097267634966620", "user1820151046732198393"} {
		if v := value(g, uint64(index)); string(v.Bytes) != want {
			t.Errorf("record %d: %q, want %q", index, v.Bytes, want)
		}
	}
}

func TestHashedKeysAreDifferent(t *testing.T) {
	g := made(t, `{"type":"key","prefix":"","digits":19,"start":0,"hashed":true}`)
	seen := map[string]bool{}
	for index := range uint64(1_000_000) {
		v := value(g, index)
		if len(v.Bytes) != 19 || seen[string(v.Bytes)] {
			t.Fatalf("record %d has the key %q for the second time, or one of another length", index, v.Bytes)
		}
		seen[string(v.Bytes)] = true
	}
}

// grayShares is the distribution of YCSB's ZipfianGenerator (the approximation of Gray et al., "Quickly generating billion-record synthetic
// databases", 1994): the probability of a rank below each limit.
func grayShares(n, theta, zeta float64, limits []float64) []float64 {
	zeta2 := 1 + math.Pow(0.5, theta)
	eta := (1 - math.Pow(2/n, 1-theta)) / (1 - zeta2/zeta)
	shares := make([]float64, len(limits))
	for i, limit := range limits {
		switch {
		case limit <= 1:
			shares[i] = 1 / zeta
		case limit <= 2:
			shares[i] = zeta2 / zeta
		default: // n · (η·u − η + 1)^(1/(1−θ)) < limit, solved for u
			shares[i] = (math.Pow(limit/n, 1-theta) - 1 + eta) / eta
		}
	}
	return shares
}

func TestZipfianHasTheFrequenciesOfYCSB(t *testing.T) {
	const (
		theta = 0.99
		n     = 10_000_000_000    // ScrambledZipfianGenerator draws from so many items, whatever the number of records
		zeta  = 26.46902820178302 // and this is the sum over them that it holds
		count = 1_000_000
	)
	g := made(t, fmt.Sprintf(`{"type":"zipfian","minimum":0,"maximum":%d,"scrambled":false}`, n-1))
	limits := []float64{1, 2, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}
	below := make([]float64, len(limits))
	for index := range uint64(count) {
		v := value(g, index)
		for i, limit := range limits {
			if float64(v.Number) < limit {
				below[i] += 1.0 / count
			}
		}
	}
	for i, want := range grayShares(n, theta, zeta, limits) {
		// The first two ranks are exact in YCSB, so only chance is allowed; the others are its approximation of what is exact here.
		tolerance := 4 * math.Sqrt(want*(1-want)/count)
		if i >= 2 {
			tolerance += 0.01
		}
		if math.Abs(below[i]-want) > tolerance {
			t.Errorf("%.4f of the draws are below rank %.0f, and %.4f of YCSB's (tolerance %.4f)", below[i], limits[i], want, tolerance)
		}
	}
}

func TestTheHottestKeyHasTheShareThatItHasInYCSB(t *testing.T) {
	counts := numbers(made(t, `{"type":"zipfian","minimum":0,"maximum":99999,"items":10000000000}`), draws)
	hottest := 0.0
	for _, n := range counts {
		hottest = max(hottest, n/draws)
	}
	if want := 1 / 26.46902820178302; math.Abs(hottest-want) > 4*math.Sqrt(want/draws)+1e-4 {
		t.Errorf("the hottest of 100,000 keys gets %.4f of the draws, and %.4f of YCSB's", hottest, want)
	}
}

func TestLatestAsksOnlyForWhatWasAcknowledged(t *testing.T) {
	const workers, each, size = 16, 20_000, 1000
	past := &Past{}
	g := madeIn(t, fmt.Sprintf(`{"type":"latest","minimum":0,"maximum":%d}`, size-1), Scope{Seed: 1, Past: past})
	var held [workers * each]atomic.Bool // by the target
	var misses, fresh atomic.Int64
	var group sync.WaitGroup
	for worker := range int64(workers) {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range int64(each) {
				index := i*workers + worker
				switch {
				case index%7 == 3: // fails: the row is never there
				case index%2 == 0:
					held[index].Store(true)
					past.Acknowledge(index)
					past.Add(1)
				default:
					key := value(g, uint64(index)).Number
					if key < 0 || (key >= size && !held[key-size].Load()) {
						misses.Add(1)
					}
					if key >= size {
						fresh.Add(1)
					}
				}
			}
		}()
	}
	group.Wait()
	if misses.Load() > 0 || fresh.Load() < workers*each/10 {
		t.Errorf("%d reads missed; %d asked for rows that were inserted", misses.Load(), fresh.Load())
	}
	if got := past.Inserts(); got < workers*each/3 {
		t.Errorf("%d inserts", got)
	}
	for n := range past.Inserts() {
		if index, known := past.Insert(n); !known || !held[index].Load() {
			t.Fatalf("insert %d is that of index %d, known: %v", n, index, known)
		}
	}
}
