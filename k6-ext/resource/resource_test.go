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

func TestThisProcessIsMeasured(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not known there")
	}
	before := Self()
	burn(100 * time.Millisecond)
	after := Self()
	if used := after.CPU - before.CPU; used < 20*time.Millisecond {
		t.Errorf("a busy 100 ms used %v", used)
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
	s.Sample(time.Now(), true)
	burn(100 * time.Millisecond)
	sample := s.Sample(time.Now(), true)
	if sample.CPUSeconds == nil || *sample.CPUSeconds < 0.02 || *sample.CPUSeconds > 5 || sample.MemoryBytes == nil || sample.Server != nil {
		t.Errorf("sample %+v", sample)
	}
	if h := s.Harness(); h.CPUAverage == nil || *h.CPUAverage < 0.1 || s.Server() != nil || s.ServerLabel() != "" {
		t.Errorf("harness %+v", h)
	}
}
