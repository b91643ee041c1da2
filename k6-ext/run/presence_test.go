package run

import "testing"

func nothingWaits() int64 { return 0 }

// shaped has 10 workers for 2 s, goes to 20 within a second, jumps to 40 for 2 s, and back to 10.
var shaped = []Segment{
	{Seconds: 2, Workers: Line{10, 10}},
	{Seconds: 1, Workers: Line{10, 20}},
	{Seconds: 2, Workers: Line{40, 40}},
	{Seconds: 5, Workers: Line{10, 10}},
}

func TestAProfileWantsItsWorkersAtATime(t *testing.T) {
	p := newPresence(shaped, 40, nil)
	for at, want := range map[float64]int{0: 10, 1.999: 10, 2.5: 15, 2.999: 20, 3: 40, 4.999: 40, 5: 10, 9.9: 10, 100: 10} {
		if got := p.wanted(seconds(at)); got != want {
			t.Errorf("at %v s: %d workers, want %d", at, got, want)
		}
	}
}

func TestAnInstanceHasItsShareOfThem(t *testing.T) {
	p := newPresence(shaped, 20, func(n int) int { return n / 2 })
	if got := p.wanted(seconds(2.5)); got != 7 {
		t.Errorf("%d workers, want half of 15", got)
	}
}

func TestAWorkerKnowsWhenItIsWantedNext(t *testing.T) {
	p := newPresence(shaped, 40, nil)
	for _, c := range []struct {
		number         int
		now, end, want float64
	}{
		{30, 0, 10, 3},    // at the jump
		{30, 3.5, 10, 5},  // until it goes back
		{5, 0, 10, 10},    // always
		{30, 6, 10, 10},   // never again
		{14, 0, 10, 2.45}, // where the line reaches fifteen, rounded
		{30, 2.9, 2.95, 2.95},
	} {
		got := p.changes(c.number, seconds(c.now), seconds(c.end)).Seconds()
		if got < c.want-0.002 || got > c.want+0.002 {
			t.Errorf("worker %d at %v s: changes at %v s, want %v", c.number, c.now, got, c.want)
		}
	}
}

func TestAWorkerOfAPeakStaysUntilNothingWaits(t *testing.T) {
	p := newPresence(shaped, 40, nil)
	something := func() int64 { return 3 }
	if p.stays(30, seconds(1), something) {
		t.Error("a worker came before the profile wanted it")
	}
	if !p.stays(30, seconds(4), nothingWaits) || !p.stays(30, seconds(6), something) {
		t.Error("a worker of the peak left work undone")
	}
	if p.stays(30, seconds(7), nothingWaits) || p.stays(30, seconds(8), something) {
		t.Error("a worker stayed, or came back, without being wanted")
	}
	if !p.stays(5, seconds(8), nothingWaits) {
		t.Error("a worker that is wanted left")
	}
}

func TestAConstantLoadNeverLooks(t *testing.T) {
	if !newPresence([]Segment{{Seconds: 2, Workers: Line{10, 10}}}, 10, nil).constant || newPresence(shaped, 40, nil).constant {
		t.Error("constant is told wrong")
	}
}
