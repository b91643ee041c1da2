package resource

import "time"

// Meter sums up the usage of some processes over a stretch of time, such as the measured phase. The first reading only
// sets its start.
type Meter struct {
	first, last   Usage
	start, end    time.Time
	cpuMaximum    float64
	memorySum     float64
	memoryMaximum int64
	memoryCount   int
	readings      int
}

// Add takes one reading. Readings need not be evenly spaced; one of which nothing is known is left out.
func (m *Meter) Add(now time.Time, u Usage) {
	if u.CPU < 0 {
		return
	}
	if m.readings == 0 {
		m.first, m.start = u, now
	} else if seconds := now.Sub(m.end).Seconds(); seconds > 0 {
		// Readings very close to each other say more about the clock's ticks than about the processes.
		if seconds >= 0.1 {
			m.cpuMaximum = max(m.cpuMaximum, (u.CPU-m.last.CPU).Seconds()/seconds)
		}
	}
	if u.MemoryBytes >= 0 {
		m.memorySum += float64(u.MemoryBytes)
		m.memoryMaximum = max(m.memoryMaximum, u.MemoryBytes)
		m.memoryCount++
	}
	m.last, m.end = u, now
	m.readings++
}

// Summary is what a Meter found; nil: not known.
type Summary struct {
	CPUSecondsTotal *float64
	// CPUAverage and CPUMaximum (between two readings) in cores.
	CPUAverage, CPUMaximum *float64
	MemoryAverageBytes     *float64
	MemoryMaximumBytes     *int64
}

// Summary gives totals, averages and maxima of the readings so far.
func (m *Meter) Summary() (s Summary) {
	if seconds := m.end.Sub(m.start).Seconds(); m.readings > 1 && seconds > 0 {
		total := (m.last.CPU - m.first.CPU).Seconds()
		average := total / seconds
		highest := max(m.cpuMaximum, average)
		s.CPUSecondsTotal, s.CPUAverage, s.CPUMaximum = &total, &average, &highest
	}
	if m.memoryCount > 0 {
		average, highest := m.memorySum/float64(m.memoryCount), m.memoryMaximum
		s.MemoryAverageBytes, s.MemoryMaximumBytes = &average, &highest
	}
	return s
}
