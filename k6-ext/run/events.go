package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/record"
)

// EventsVariable names the environment variable with the number of the file descriptor that events are written to.
const EventsVariable = "DBMARK_EVENTS_FD"

// Events tells whoever started this process how the run goes: one JSON object a line. Nobody may be listening. Sending
// never blocks the measurement: a reader that does not read loses what does not fit.
type Events struct {
	queue  chan any
	closed chan struct{}
	// told are the instants that the listener told, one at most; closed when it can tell no more.
	told chan time.Time
}

// eventsKept is how many events wait for a slow reader.
const eventsKept = 1024

// NewEvents sends to the writer; nil sends to nobody.
func NewEvents(writer io.Writer) *Events {
	if writer == nil {
		return &Events{told: closedInstants()}
	}
	e := &Events{queue: make(chan any, eventsKept), closed: make(chan struct{}), told: make(chan time.Time, 1)}
	started := newParent()
	if stream, both := writer.(io.Reader); both {
		go func() {
			defer close(e.told)
			started.watch(stream, e.hear)
		}()
	} else {
		close(e.told)
	}
	go func() {
		defer close(e.closed)
		encoder := json.NewEncoder(writer)
		encoder.SetEscapeHTML(false)
		for event := range e.queue {
			if done, isDone := event.(chan struct{}); isDone {
				close(done)
				continue
			}
			started.wrote(encoder.Encode(event))
		}
	}()
	return e
}

// EventsFromEnvironment sends to the file descriptor that the environment names, if it does. All of a process get the same: a
// descriptor has one owner.
var EventsFromEnvironment = sync.OnceValue(func() *Events {
	number, err := strconv.Atoi(os.Getenv(EventsVariable))
	if err != nil || number < 3 {
		return NewEvents(nil)
	}
	return NewEvents(os.NewFile(uintptr(number), "events"))
})

func closedInstants() chan time.Time {
	told := make(chan time.Time)
	close(told)
	return told
}

// Told gives the instant at which the listener wants the run to start; it is closed where nobody can tell one any more.
func (e *Events) Told() <-chan time.Time { return e.told }

// hear reads what the listener tells: {"startAt": "2026-11-21T10:46:42.500Z"}. The first one counts.
func (e *Events) hear(line []byte) {
	var message struct {
		StartAt time.Time `json:"startAt"`
	}
	if json.Unmarshal(line, &message) != nil || message.StartAt.IsZero() {
		return
	}
	select {
	case e.told <- message.StartAt:
	default:
	}
}

// Listening says whether anybody was named to hear.
func (e *Events) Listening() bool { return e.queue != nil }

// Send queues an event, or drops it when the reader is far behind.
func (e *Events) Send(event any) {
	if e.queue == nil {
		return
	}
	select {
	case e.queue <- event:
	default:
	}
}

// Flush waits until what was sent so far is written.
func (e *Events) Flush() {
	if e.queue == nil {
		return
	}
	done := make(chan struct{})
	e.queue <- done
	<-done
}

// The events.
type (
	connectedEvent struct {
		Event  string `json:"event"`
		Server any    `json:"server"`
	}
	workloadEvent struct {
		Event    string          `json:"event"`
		Workload json.RawMessage `json:"workload"`
	}
	loadEvent struct {
		Event   string  `json:"event"`
		State   string  `json:"state"`
		Rows    int64   `json:"rows"`
		Total   int64   `json:"total"`
		Seconds float64 `json:"seconds"`
		Reason  string  `json:"reason,omitempty"`
	}
	startedEvent struct {
		Event          string   `json:"event"`
		Folder         string   `json:"folder"`
		TotalSeconds   *float64 `json:"totalSeconds"`
		OperationCount *int64   `json:"operationCount"`
		Loop           string   `json:"loop"`
	}
	windowEvent struct {
		Event      string `json:"event"`
		Second     int    `json:"second"`
		Phase      string `json:"phase"`
		Operations uint64 `json:"operations"`
		Errors     uint64 `json:"errors"`
		// ErrorKinds are the errors by type.
		ErrorKinds      map[string]uint64 `json:"errorKinds"`
		P50Milliseconds float64           `json:"p50Milliseconds"`
		P99Milliseconds float64           `json:"p99Milliseconds"`
		TargetRate      *float64          `json:"targetRate"`
		Backlog         int64             `json:"backlog"`
		Total           uint64            `json:"total"`
		// Seconds that the window covers; a search has some that are shorter than one.
		Seconds float64 `json:"seconds"`
		// Step of a search that goes on; nil: none does.
		Step *windowStep `json:"step,omitempty"`
	}
	windowStep struct {
		Number int     `json:"number"`
		Of     string  `json:"of"`
		Load   float64 `json:"load"`
	}
	// stepEvent tells that a step of a search has started, or what came of it.
	stepEvent struct {
		Event   string  `json:"event"`
		Number  int     `json:"number"`
		Of      string  `json:"of"`
		Load    float64 `json:"load"`
		Purpose string  `json:"purpose"`
		// Outcome is one of record's, or "started".
		Outcome string `json:"outcome"`
		// Step is nil when it has started.
		Step *record.Step `json:"step,omitempty"`
	}
	finishingEvent struct {
		Event string `json:"event"`
	}
	outputEvent struct {
		Event   string `json:"event"`
		State   string `json:"state"`
		Message string `json:"message"`
		// Points that were written and lost, and the operations that the lost ones counted; known at the end.
		Written        int `json:"written"`
		Lost           int `json:"lost"`
		LostOperations int `json:"lostOperations"`
	}
	// readyEvent asks for the instant at which to start.
	readyEvent struct {
		Event string `json:"event"`
	}
	errorEvent struct {
		Event    string `json:"event"`
		Kind     string `json:"kind"`
		ExitCode int    `json:"exitCode"`
		Message  string `json:"message"`
	}
	finishedEvent struct {
		Event   string `json:"event"`
		Folder  string `json:"folder"`
		RunFile string `json:"runFile"`
		Status  string `json:"status"`
		Valid   bool   `json:"valid"`
		SlosMet bool   `json:"slosMet"`
		// Run is the content of run.json where it could not be written, and Failure why not.
		Run     json.RawMessage `json:"run,omitempty"`
		Failure string          `json:"failure,omitempty"`
	}
)

func newStepEvent(of, outcome string, number int, load float64, step *record.Step, purpose string) stepEvent {
	return stepEvent{Event: "step", Number: number, Of: of, Load: load, Purpose: purpose, Outcome: outcome, Step: step}
}

// NewOutputEvent tells how an output of k6 is doing: "failing", "recovered" or "finished".
func NewOutputEvent(state, message string, written, lost, lostOperations int) any {
	return outputEvent{"output", state, message, written, lost, lostOperations}
}

// EmitWorkload sends a workload to whoever started this process or, where nobody listens, prints it.
func EmitWorkload(events *Events, text json.RawMessage) {
	if !events.Listening() {
		var indented bytes.Buffer
		_ = json.Indent(&indented, text, "", "  ")
		_, _ = fmt.Fprintln(os.Stdout, indented.String())
		return
	}
	events.Send(workloadEvent{"workload", text})
	events.Flush()
}
