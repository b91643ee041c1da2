package resource

import (
	"math"
	"runtime"
	"testing"
	"time"
)

// burn keeps one core busy.
func burn(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		math.Sqrt(2)
	}
}

// work takes at least 60 ms of a core, however long a busy machine takes to give them: a chain of 100 million
// multiplications, 3 cycles or more each.
func work() {
	state := uint64(1)
	for range 100_000_000 {
		state = state*6364136223846793005 + 1442695040888963407
	}
	runtime.KeepAlive(state)
}

func TestThisProcessIsMeasured(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not known there")
	}
	before := Self()
	work()
	after := Self()
	if used := after.CPU - before.CPU; used < 40*time.Millisecond {
		t.Errorf("more than 60 ms of work used %v", used)
	}
	if after.MemoryBytes < 1<<20 {
		t.Errorf("memory %d bytes", after.MemoryBytes)
	}
}

func TestTheHostIsDescribed(t *testing.T) {
	h := ThisHost()
	if h.Cores < 1 || h.OS == "" || h.Architecture != runtime.GOARCH {
		t.Errorf("host %+v", h)
	}
	if runtime.GOOS == "linux" && (h.Kernel == "" || h.MemoryBytes < 64<<20) {
		t.Errorf("host %+v", h)
	}
}

func TestAMeterGivesAveragesAndMaxima(t *testing.T) {
	var m Meter
	start := time.Now()
	for i, u := range []Usage{{10 * time.Second, 100}, {10500 * time.Millisecond, 200}, unknown, {13500 * time.Millisecond, 300}} {
		m.Add(start.Add(time.Duration(i)*time.Second), u)
	}
	s := m.Summary()
	if *s.CPUSecondsTotal != 3.5 || math.Abs(*s.CPUAverage-3.5/3) > 1e-9 || *s.CPUMaximum != 1.5 {
		t.Errorf("CPU %v, %v, %v", *s.CPUSecondsTotal, *s.CPUAverage, *s.CPUMaximum)
	}
	if *s.MemoryAverageBytes != 200 || *s.MemoryMaximumBytes != 300 {
		t.Errorf("memory %v, %v", *s.MemoryAverageBytes, *s.MemoryMaximumBytes)
	}
}

func TestAMeterWithoutReadingsKnowsNothing(t *testing.T) {
	var m Meter
	m.Add(time.Now(), unknown)
	if s := m.Summary(); s != (Summary{}) {
		t.Errorf("summary %+v", s)
	}
}

func TestASamplerGivesWhatWasUsedSinceTheLastSample(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not known there")
	}
	s := NewSampler(nil)
	start := time.Now()
	s.Sample(start, true)
	work()
	end := time.Now()
	sample := s.Sample(end, true)
	if sample.CPUSeconds == nil || *sample.CPUSeconds < 0.04 || *sample.CPUSeconds > 5 || sample.MemoryBytes == nil || sample.Server != nil {
		t.Errorf("sample %+v", sample)
	}
	if h := s.Harness(); h.CPUAverage == nil || math.Abs(*h.CPUAverage-*sample.CPUSeconds/end.Sub(start).Seconds()) > 1e-6 || s.Server() != nil || s.ServerLabel() != "" {
		t.Errorf("harness %+v", h)
	}
}
