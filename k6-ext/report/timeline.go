package report

// timeline is the measured phase as time: which part a second belongs to, and the rate that the profile asks for in it.
type timeline struct {
	// start and end of the measured phase, in seconds since the run's start.
	start, end float64
	parts      []part
	spans      []span
}

// part is a stretch of the measured phase with a name.
type part struct {
	name       string
	start, end float64
	// offered is the average rate in operations per second, held the one at its end; open: there are such.
	offered, held float64
	open          bool
}

// span is a measured segment with its place.
type span struct {
	start, end float64
	from, to   float64
}

func newTimeline(segments []Segment) timeline {
	t := timeline{start: -1}
	now := 0.0
	for _, segment := range segments {
		from := now
		now += segment.Seconds
		if !segment.Measured {
			continue
		}
		if t.start < 0 {
			t.start = from
		}
		t.end = now
		t.spans = append(t.spans, span{from, now, segment.From, segment.To})
		if segment.Part == "" {
			continue
		}
		operations := segment.Seconds * (segment.From + segment.To) / 2
		if last := len(t.parts) - 1; last >= 0 && t.parts[last].name == segment.Part {
			p := &t.parts[last]
			p.offered = (p.offered*(p.end-p.start) + operations) / (now - p.start)
			p.end, p.held = now, segment.To
			continue
		}
		t.parts = append(t.parts, part{segment.Part, from, now, operations / segment.Seconds, segment.To, segment.Open})
	}
	return t
}

// partOf is the part in which the middle of a second lies; inside is false after the end, when it is the last one. -1: none.
func (t *timeline) partOf(second int) (number int, inside bool) {
	at := float64(second) + 0.5
	for i := range t.parts {
		if at >= t.parts[i].start && at < t.parts[i].end {
			return i, true
		}
	}
	if last := len(t.parts) - 1; last >= 0 && at >= t.parts[last].end && t.parts[last].end == t.end {
		return last, false
	}
	return -1, false
}

// measured says whether the middle of a second lies in the measured phase.
func (t *timeline) measured(second int) bool {
	at := float64(second) + 0.5
	return at >= t.start && at < t.end
}

// rateAt is the profile's rate in the middle of a second.
func (t *timeline) rateAt(second int) float64 {
	at := float64(second) + 0.5
	for _, s := range t.spans {
		if at >= s.start && at < s.end {
			return s.from + (s.to-s.from)*(at-s.start)/(s.end-s.start)
		}
	}
	return 0
}
