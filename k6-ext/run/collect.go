package run

import (
	"runtime"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/histogram"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/report"
	"github.com/dbmark/dbmark/k6-ext/resource"
)

// collector takes what was recorded, once a second, to the windows file, to whoever listens, and to k6.
type collector struct {
	run      *Run
	sampler  *resource.Sampler
	follower *report.Follower
	response *histogram.Interval
	total    uint64
	logged   time.Duration
	// stamped is the end of the second that was told to the listener last.
	stamped time.Time

	// rollAt takes whom to tell of a roll between two seconds.
	rollAt  chan chan struct{}
	quit    chan struct{}
	stopped sync.WaitGroup
}

const collectEvery = time.Second

// startCollecting writes the header, and collects until stop.
func (r *Run) startCollecting() {
	r.setup.StartedAt = instant(r.engine.Start())
	if r.setup.Instance != nil && !r.startAt.IsZero() {
		r.setup.Instance.AgreedStart = instant(r.startAt)
	}
	_ = r.folder.Append(record.NewHeaderLine(r.setup, r.phases))
	c := &collector{
		run:      r,
		sampler:  resource.NewSampler(r.findServer()),
		follower: r.followShape(),
		response: &histogram.Interval{},
		rollAt:   make(chan chan struct{}),
		quit:     make(chan struct{}),
	}
	r.collector = c
	c.stopped.Add(1)
	go c.collect()
}

func (c *collector) collect() {
	defer c.stopped.Done()
	next := c.run.engine.Start()
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for {
		next = next.Add(collectEvery)
		timer.Reset(time.Until(next))
		select {
		case <-timer.C:
			c.roll(time.Now())
		case done := <-c.rollAt:
			c.roll(time.Now())
			next = next.Add(-collectEvery)
			close(done)
		case <-c.quit:
			return
		}
	}
}

// rollNow takes a window that ends now, and returns when it was taken.
func (c *collector) rollNow() {
	done := make(chan struct{})
	c.rollAt <- done
	<-done
}

// stop collects for the last time.
func (c *collector) stop() {
	close(c.quit)
	c.stopped.Wait()
	c.roll(time.Now())
}

// roll takes one window. A file that cannot be written is remembered by the folder, and does not stop the run.
func (c *collector) roll(now time.Time) {
	r := c.run
	elapsed := now.Sub(r.engine.Start())
	phase := r.engine.PhaseAt(elapsed)
	step, load, ofStep := r.searcher.current()
	if r.searcher != nil {
		phase = ofStep
	}
	rolled := r.engine.Recorder().Roll(now)
	// Half of a second later it may be the next phase, in which hardly anything of this second happened. A search ends its seconds with its steps.
	rolled.ReadingPhase = phase
	if r.searcher == nil {
		rolled.ReadingPhase = r.engine.PhaseAt(elapsed - seconds(rolled.Seconds/2))
	}
	rolled.Readings = r.meter.roll(rolled.ReadingPhase)
	sample := c.sampler.Sample(now, c.withinMeasure(elapsed) && phase == record.Measure)
	lines := r.engine.Recorder().LinesOfStep(rolled, step)
	harness := record.NewHarnessLine(rolled, phase)
	harness.Step = step
	harness.CPUSeconds, harness.MemoryBytes = sample.CPUSeconds, sample.MemoryBytes
	harness.Goroutines, harness.WorkersActive, harness.Backlog = runtime.NumGoroutine(), r.presence.wanted(elapsed), r.engine.Backlog()
	if sample.Server != nil {
		server := sample.Server
		harness.Server = &record.ServerLine{CPUSeconds: server.CPUSeconds, Seconds: server.Seconds, MemoryBytes: server.MemoryBytes}
	}
	if r.searcher != nil {
		harness.WorkersActive = r.searcher.workers()
		var server *float64
		if sample.Server != nil {
			server = &sample.Server.CPUSeconds
		}
		r.searcher.add(rolled, sample.CPUSeconds, server)
	}
	_ = r.folder.Append(append(lines, harness)...)
	if c.follower != nil {
		follow := report.Sample{Backlog: harness.Backlog, HarnessMemory: sample.MemoryBytes}
		if sample.Server != nil {
			follow.ServerMemory = &sample.Server.MemoryBytes
		}
		c.follower.Add(rolled, follow)
	}
	c.tell(rolled, phase, elapsed, harness.Backlog, step, load)
	if r.environment.Listener != nil {
		r.environment.Listener(rolled, harness, c.stamp(rolled.Second, now))
	}
}

// stamp is the end of a second: whole seconds after the run's start, so that what is drawn by seconds has one value in each. The last roll
// comes before its second ends, and may be the second one within it. No stamp is given twice, not even to the millisecond: what has the same
// instant and the same tags would overwrite each other in InfluxDB, and Prometheus refuses it.
func (c *collector) stamp(second int, now time.Time) time.Time {
	end := c.run.engine.Start().Add(time.Duration(second+1) * collectEvery)
	if end.After(now) {
		end = now
	}
	if !end.After(c.stamped) {
		end = c.stamped.Add(time.Millisecond)
	}
	c.stamped = end
	return end
}

// withinMeasure says whether a reading belongs to the measured phase; the one at its very start does, within the precision of the
// collector's clock.
func (c *collector) withinMeasure(elapsed time.Duration) bool {
	for _, span := range c.run.config.Phases {
		if span.Phase != record.Measure {
			continue
		}
		const tolerance = collectEvery / 2
		ends := span.Duration > 0 && c.run.declaration.OperationCount == 0 && !c.run.declaration.Executors
		return elapsed >= span.Start-tolerance && (!ends || elapsed <= span.Start+span.Duration+tolerance)
	}
	return false
}

// tell sends the second to whoever started the process or, where nobody listens, now and then to a person.
func (c *collector) tell(rolled *record.Rolled, phase record.Phase, elapsed time.Duration, backlog int64, step int, load float64) {
	r := c.run
	all := rolled.All()
	c.total += all.Operations
	rolled.Response(c.response)
	event := windowEvent{
		Event: "window", Second: rolled.Second, Phase: phase.String(), Operations: all.Operations, Errors: all.Failed,
		ErrorKinds: all.Errors.Map(),
		Backlog:    backlog, Total: c.total, Seconds: rolled.Seconds,
	}
	if step > 0 {
		event.Step = &windowStep{Number: step, Of: r.searcher.declared.Of, Load: load}
	}
	if c.response.Count() > 0 {
		event.P50Milliseconds = float64(c.response.Percentile(50)) / 1e6
		event.P99Milliseconds = float64(c.response.Percentile(99)) / 1e6
	}
	if schedule := r.config.Schedule; schedule != nil {
		rate := schedule.RateAt(elapsed-collectEvery/2) * r.config.Stripe.Share()
		event.TargetRate = &rate
	} else if step > 0 && r.config.Open {
		event.TargetRate = &load
	}
	r.environment.Events.Send(event)
	if !r.environment.Events.Listening() && elapsed-c.logged >= logEvery {
		c.logged = elapsed
		r.environment.Log("%s %3.0f s: %d operations in the last second, p50 %.3g ms, p99 %.3g ms, %d errors%s",
			phase, elapsed.Seconds(), all.Operations, event.P50Milliseconds, event.P99Milliseconds, all.Failed, inBrackets(all.Errors.String()))
	}
}

// inBrackets appends a text that may be empty.
func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// instant is a time in the form of the files.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
