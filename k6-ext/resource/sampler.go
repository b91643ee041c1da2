package resource

import "time"

// Sampler reads the harness's own process and the server's once a second. It belongs to one goroutine.
type Sampler struct {
	server          *Processes
	harness, remote Meter
	lastHarness     Usage
	lastServer      Usage
	// lastServerAt is when lastServer was read, which is not every second where that would cost too much.
	lastServerAt time.Time
}

// Sample is what was used since the last one; nil: not known.
type Sample struct {
	CPUSeconds  *float64
	MemoryBytes *int64
	Server      *ServerSample
}

// ServerSample is what the server's processes used since they were last read.
type ServerSample struct {
	CPUSeconds float64
	// Seconds since then.
	Seconds     float64
	MemoryBytes int64
}

// NewSampler starts with a first reading; server may be nil.
func NewSampler(server *Processes) *Sampler {
	s := &Sampler{server: server, lastHarness: Self(), lastServer: unknown}
	if server != nil {
		if usage, known := server.Usage(); known {
			s.lastServer, s.lastServerAt = usage, time.Now()
		}
	}
	return s
}

// Sample reads now. measured says whether this reading is within the measured phase; the reading at its very start is
// the first one that is.
func (s *Sampler) Sample(now time.Time, measured bool) Sample {
	var sample Sample
	harness := Self()
	if harness.CPU >= 0 && s.lastHarness.CPU >= 0 {
		used := (harness.CPU - s.lastHarness.CPU).Seconds()
		sample.CPUSeconds = &used
	}
	if harness.MemoryBytes >= 0 {
		sample.MemoryBytes = &harness.MemoryBytes
	}
	s.lastHarness = harness
	if measured {
		s.harness.Add(now, harness)
	}
	if s.server == nil {
		return sample
	}
	server, known := s.server.Usage()
	if !known {
		return sample
	}
	if s.lastServer.CPU >= 0 {
		sample.Server = &ServerSample{
			CPUSeconds:  (server.CPU - s.lastServer.CPU).Seconds(),
			Seconds:     now.Sub(s.lastServerAt).Seconds(),
			MemoryBytes: server.MemoryBytes,
		}
	}
	s.lastServer, s.lastServerAt = server, now
	if measured {
		s.remote.Add(now, server)
	}
	return sample
}

// Harness sums up the measured phase.
func (s *Sampler) Harness() Summary { return s.harness.Summary() }

// Server sums up the measured phase; nil when there is no server to see, or nothing was seen of it.
func (s *Sampler) Server() *Summary {
	summary := s.remote.Summary()
	if s.server == nil || summary.CPUSecondsTotal == nil {
		return nil
	}
	return &summary
}

// ServerLabel says which processes the server's are; empty when there are none to see.
func (s *Sampler) ServerLabel() string {
	if s.server == nil {
		return ""
	}
	return s.server.Label()
}
