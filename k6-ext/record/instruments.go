package record

import "github.com/dbmark/dbmark/k6-ext/histogram"

// Reading is what one of the driver's instruments counted, or timed, between two rolls.
type Reading struct {
	// Name of the instrument, which is that of the k6 metric.
	Name  string
	Count int64
	// Times is nil for an instrument that counts. It is good until the next reading.
	Times *histogram.Interval
}

// InstrumentsLine is what the driver's instruments counted and timed in one second, by name; what did not happen is left out.
type InstrumentsLine struct {
	// Phase in the middle of the second.
	Phase  string                   `json:"phase"`
	Counts map[string]int64         `json:"counts"`
	Times  map[string]WindowLatency `json:"times"`
}

// InstrumentTotals is what they counted and timed in one phase; what never happened is there with its zero.
type InstrumentTotals struct {
	Counts map[string]int64   `json:"counts"`
	Times  map[string]Latency `json:"times"`
}

// instrumentsLine is nil where there are no instruments.
func instrumentsLine(rolled *Rolled) *InstrumentsLine {
	readings := rolled.Readings
	if len(readings) == 0 {
		return nil
	}
	line := &InstrumentsLine{Phase: rolled.ReadingPhase.String(), Counts: map[string]int64{}, Times: map[string]WindowLatency{}}
	for i := range readings {
		switch reading := &readings[i]; {
		case reading.Times == nil && reading.Count != 0:
			line.Counts[reading.Name] = reading.Count
		case reading.Times != nil && reading.Times.Count() > 0:
			line.Times[reading.Name] = WindowLatencyOf(reading.Times)
		}
	}
	return line
}
