// Package influxdb is the output dbmark-influxdb of k6: it writes what k6 measures, by the second, to InfluxDB 1.x and 2.x.
//
// A measurement is never disturbed by it: samples are summed up by second and series as they come (aggregator), written as lines (lines), and
// wait compressed, within a bound, for a server that may be slow or away (queue, sender). What is lost is counted and told at the end.
package influxdb

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"

	"github.com/dbmark/dbmark/k6-ext/live"
)

// Name is what the output is called in --out.
const Name = "dbmark-influxdb"

// flushEvery is how often seconds that are over are queued.
const flushEvery = time.Second

// State is how an output is doing.
type State string

// States of an output.
const (
	// Failing: points wait, and are tried again.
	Failing State = "failing"
	// Recovered: what waited is being written.
	Recovered State = "recovered"
	// Finished: the run is over, and so is the output.
	Finished State = "finished"
)

// Report is what an output tells of itself.
type Report struct {
	State State
	// Message says it to a person.
	Message string
	// Written and Lost are points so far, LostOperations the operations that lost points counted. Known where State is Finished.
	Written, Lost, LostOperations int
}

// Output implements k6's interface of this name.
type Output struct {
	configuration *Configuration
	tell          func(Report)

	aggregator *aggregator
	lines      *lines
	queue      *queue
	sender     *sender

	mutex sync.Mutex
	// seconds of runs that wait to be queued.
	seconds []*live.Second

	// flushing is for lines, which one goroutine at a time can use.
	flushing sync.Mutex

	quit    chan struct{}
	stopped sync.WaitGroup
}

// Constructor makes outputs that tell what they do; where listener is nil, or says that nobody hears, to k6's log.
func Constructor(listener func() func(Report)) output.Constructor {
	return func(params output.Params) (output.Output, error) {
		configuration, err := Configure(params.ConfigArgument, params.Environment)
		if err != nil {
			return nil, err
		}
		instance := "0"
		if params.ScriptOptions.ExecutionSegment != nil {
			instance = params.ScriptOptions.ExecutionSegment.String()
		}
		var tell func(Report)
		if listener != nil {
			tell = listener()
		}
		if tell == nil {
			tell = toLog(params.Logger)
		}
		return newOutput(configuration, instance, tell, usualPatience), nil
	}
}

func newOutput(configuration *Configuration, instance string, tell func(Report), patience patience) *Output {
	o := &Output{
		configuration: configuration, tell: tell,
		aggregator: newAggregator(time.Now()), lines: newLines(instance), queue: newQueue(mostQueuedBytes), quit: make(chan struct{}),
	}
	o.sender = newSender(o.queue, newClient(configuration), patience, o.tellFailing, o.tellRecovered)
	return o
}

// toLog tells k6's log.
func toLog(logger logrus.FieldLogger) func(Report) {
	return func(r Report) {
		if r.State == Failing || r.Lost > 0 {
			logger.Warn("dbmark: " + r.Message)
		} else {
			logger.Info("dbmark: " + r.Message)
		}
	}
}

// Description implements output.Output.
func (o *Output) Description() string { return o.configuration.String() }

// Start implements output.Output. It does not wait for the server: a run goes on without it.
func (o *Output) Start() error {
	o.stopped.Add(1)
	go o.flushAlways()
	go o.sender.run()
	return nil
}

// AddMetricSamples implements output.Output.
func (o *Output) AddMetricSamples(containers []metrics.SampleContainer) {
	for _, container := range containers {
		second, ok := container.(*live.Second)
		if !ok {
			o.aggregator.add(container.GetSamples())
			continue
		}
		o.mutex.Lock()
		o.seconds = append(o.seconds, second)
		o.mutex.Unlock()
	}
}

func (o *Output) flushAlways() {
	defer o.stopped.Done()
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			o.flush(time.Now(), false)
		case <-o.quit:
			o.flush(time.Now(), true)
			return
		}
	}
}

// flush queues the seconds that are over.
func (o *Output) flush(now time.Time, all bool) {
	o.mutex.Lock()
	seconds := o.seconds
	o.seconds = nil
	o.mutex.Unlock()
	o.flushing.Lock()
	defer o.flushing.Unlock()
	for _, second := range seconds {
		o.lines.of(second)
		o.lines.second(second)
	}
	aggregates, crowded := o.aggregator.take(now, all)
	for i := range aggregates {
		o.lines.aggregate(&aggregates[i])
	}
	text, points, operations, refused := o.lines.take()
	o.queue.add(text, tally{points, operations})
	o.sender.lose(tally{points: refused}, "they hold numbers that InfluxDB cannot (NaN or infinite)")
	o.sender.lose(tally{points: int(crowded)}, fmt.Sprintf("more than %d series were filled in one second: give requests a `name`, and leave out tags "+
		"that differ each time", mostSeries))
	o.sender.lose(o.queue.forgot(), fmt.Sprintf("more than %d MB waited for the server", mostQueuedBytes>>20))
}

// Stop implements output.Output: it writes what is left, and tells what became of everything.
func (o *Output) Stop() error {
	close(o.quit)
	o.stopped.Wait()
	totals := o.sender.close()
	report := Report{State: Finished, Written: totals.written.points, Lost: totals.lost.points, LostOperations: int(totals.lost.operations)}
	if report.Lost == 0 {
		report.Message = fmt.Sprintf("%v: %s written, none lost", o.configuration, count(report.Written, "point"))
	} else {
		operations := ""
		if report.LostOperations > 0 {
			operations = fmt.Sprintf(", with %s,", count(report.LostOperations, "operation"))
		}
		report.Message = fmt.Sprintf("%v: %s lost%s and %s written: %s. The measurement and its result are not touched by that",
			o.configuration, count(report.Lost, "point"), operations, count(report.Written, "point"), totals.reason)
	}
	o.tell(report)
	return nil
}

func (o *Output) tellFailing(reason string) {
	o.tell(Report{State: Failing, Message: fmt.Sprintf("%v takes no points: %s. The run goes on; points wait, and are tried again until some seconds after its end", o.configuration, reason)})
}

func (o *Output) tellRecovered() {
	o.tell(Report{State: Recovered, Message: fmt.Sprintf("%v takes points again", o.configuration)})
}

// count is a number of things in words.
func count(n int, thing string) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	if n != 1 {
		thing += "s"
	}
	return strings.Join([]string{text, thing}, " ")
}
