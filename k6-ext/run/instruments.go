package run

import (
	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/histogram"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// Instruments are what the target counts and times besides operations; none for most systems.
func (r *Run) Instruments() []driver.Instrument {
	if target, ok := r.target.(driver.Instrumented); ok {
		return target.Instruments()
	}
	return nil
}

// meter reads the target's instruments once a second. What happens between two readings belongs to the phase in the middle.
type meter struct {
	instruments []driver.Instrument
	readings    []record.Reading
	// before are the counts at the last reading.
	before []int64
	totals map[record.Phase]*metered
}

// metered is what was read in one phase, in the order of the instruments.
type metered struct {
	counts []int64
	times  []*histogram.Histogram
}

// newMeter starts at zero, whatever the target has counted so far: loading its data is no part of the run.
func newMeter(instruments []driver.Instrument) *meter {
	m := &meter{
		instruments: instruments, readings: make([]record.Reading, len(instruments)), before: make([]int64, len(instruments)),
		totals: map[record.Phase]*metered{},
	}
	for i := range instruments {
		m.readings[i].Name = instruments[i].Name
		if instruments[i].Times != nil {
			m.readings[i].Times = histogram.NewInterval()
		}
	}
	m.read()
	return m
}

// read takes what has happened since the last reading.
func (m *meter) read() {
	for i := range m.instruments {
		reading := &m.readings[i]
		if instrument := &m.instruments[i]; instrument.Times != nil {
			reading.Times.Reset()
			instrument.Times(reading.Times)
		} else {
			now := instrument.Count()
			reading.Count, m.before[i] = now-m.before[i], now
		}
	}
}

// roll reads, and adds what it read to a phase. The readings are good until the next one.
func (m *meter) roll(phase record.Phase) []record.Reading {
	m.read()
	total := m.of(phase)
	for i := range m.readings {
		total.counts[i] += m.readings[i].Count
		if m.readings[i].Times != nil {
			total.times[i].MergeInterval(m.readings[i].Times)
		}
	}
	return m.readings
}

func (m *meter) of(phase record.Phase) *metered {
	if known, ok := m.totals[phase]; ok {
		return known
	}
	total := &metered{counts: make([]int64, len(m.instruments)), times: make([]*histogram.Histogram, len(m.instruments))}
	for i := range m.instruments {
		if m.instruments[i].Times != nil {
			total.times[i] = histogram.New()
		}
	}
	m.totals[phase] = total
	return total
}

// file is what the result says of a phase; nil where there are no instruments.
func (m *meter) file(phase record.Phase) *record.InstrumentTotals {
	if len(m.instruments) == 0 {
		return nil
	}
	totals := &record.InstrumentTotals{Counts: map[string]int64{}, Times: map[string]record.Latency{}}
	total := m.of(phase)
	for i := range m.instruments {
		if name := m.instruments[i].Name; m.instruments[i].Times != nil {
			totals.Times[name] = record.LatencyOf(total.times[i])
		} else {
			totals.Counts[name] = total.counts[i]
		}
	}
	return totals
}
