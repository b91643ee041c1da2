package dbmark

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.k6.io/k6/v2/lib"
	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/live"
	"github.com/dbmark/dbmark/k6-ext/record"
	"github.com/dbmark/dbmark/k6-ext/run"
)

// sharedRun is a run that the VUs of a process share, with what makes k6 samples of it.
type sharedRun struct {
	*run.Run
	nextWorker atomic.Int64
	tagging    atomic.Pointer[tagging]

	mutex sync.Mutex
	// waiting are the seconds, and samples of the same seconds, that no VU has handed to k6 yet.
	waiting []metrics.SampleContainer
	// waits says whether there are any, without the lock.
	waits atomic.Bool
}

// declare gives every VU that declares the same run the same one.
func (root *RootModule) declare(text []byte) (*sharedRun, error) {
	root.mutex.Lock()
	defer root.mutex.Unlock()
	if shared, ok := root.runs[string(text)]; ok {
		root.latest = shared
		return shared, nil
	}
	declaration, err := run.DecodeDeclaration(text)
	if err != nil {
		return nil, err
	}
	made, err := run.New(declaration, root.registry)
	if err != nil {
		return nil, err
	}
	shared := &sharedRun{Run: made}
	root.runs[string(text)] = shared
	root.latest = shared
	return shared, nil
}

// join gives the run that was declared last.
func (root *RootModule) join() (*sharedRun, error) {
	root.mutex.Lock()
	defer root.mutex.Unlock()
	if root.latest == nil {
		return nil, driver.Usagef("joinRun() was called, but no VU has declared a run; call declareRun() in the init context where __VU is 0, " +
			"and joinRun() in the default function")
	}
	return root.latest, nil
}

// open is run.Run's Open with the environment that k6 gives.
func (s *sharedRun) open(ctx context.Context, state *lib.State, set *metricSet, events *run.Events) (driver.Server, error) {
	if err := set.refuseUnfilled(s.Declaration().Metrics, state.Options.Thresholds); err != nil {
		return driver.Server{}, err
	}
	segment, err := readSegment(state.Options)
	if err != nil {
		return driver.Server{}, err
	}
	environment := run.Environment{
		Events:       events,
		Log:          func(format string, args ...any) { state.Logger.Infof("dbmark: "+format, args...) },
		K6Version:    k6Version(),
		Stripe:       segment.stripe,
		ScaleWorkers: segment.scaleWorkers,
		Instance:     segment.instance,
		Part:         segment.part,
	}
	if s.Declaration().Metrics == run.OperationsMode {
		environment.Rehearse = rehearseSamples
	}
	environment.Listener = func(rolled *record.Rolled, harness record.HarnessLine, end time.Time) {
		s.keepSecond(set, rolled, &harness, end)
	}
	return s.Open(ctx, environment)
}

// tag fixes the tags of the samples, once the run has a name.
func (s *sharedRun) tag(state *lib.State) {
	var operations []taggedOperation
	for _, operation := range s.Workload().Operations {
		operations = append(operations, taggedOperation{operation.Name, operation.Kind, operation.Check})
	}
	// setup() is a group of its own, which the samples of the run are not in.
	base := state.Tags.GetCurrentValues().Tags.Without("group")
	s.tagging.Store(newTagging(base, s.System(), s.Instance(), s.TestID(), operations))
}

// keepSecond queues a second: only a VU may hand samples to k6.
func (s *sharedRun) keepSecond(set *metricSet, rolled *record.Rolled, harness *record.HarnessLine, end time.Time) {
	t := s.tagging.Load()
	if t == nil {
		return
	}
	second := &live.Second{At: end, Samples: harnessSamples(set, t, rolled, harness, end), Histograms: histogramsOf(t, rolled), TestID: s.ID(), Instance: s.Instance()}
	var values metrics.Samples
	second.Samples = slices.Concat(second.Samples, checkSums(set, t, rolled, end), instrumentCounts(set, t, rolled, end))
	percentiles := append(windowPercentiles(set, t, rolled, end), instrumentPercentiles(set, t, rolled, end)...)
	if s.Declaration().Metrics == run.OperationsMode {
		second.Percentiles = percentiles
		values = instrumentValues(set, t, rolled, end)
	} else {
		second.Samples = slices.Concat(second.Samples, windowSums(set, t, rolled, end), percentiles)
		second.Buckets = bucketSamples(set, second.Histograms, end)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.waiting = append(s.waiting, second)
	if len(values) > 0 {
		s.waiting = append(s.waiting, values) // apart from the second, whose samples are one for each series
	}
	s.waits.Store(true)
}

// handOver gives k6 the samples that wait.
func (s *sharedRun) handOver(state *lib.State) {
	// Iterations may be as short as one operation: only one of a second's takes the lock.
	if !s.waits.Load() {
		return
	}
	s.mutex.Lock()
	waiting := s.waiting
	s.waiting = nil
	s.waits.Store(false)
	s.mutex.Unlock()
	for _, samples := range waiting {
		state.Samples <- samples
	}
}

// finish ends the run, and tells k6 which SLOs were missed.
func (s *sharedRun) finish(ctx context.Context, state *lib.State, set *metricSet) error {
	file, err := s.Finish(ctx)
	s.handOver(state)
	if file == nil {
		return err
	}
	if samples := sloSamples(set, s.tagging.Load(), file.SLO, time.Now()); len(samples) > 0 {
		state.Samples <- samples
	}
	return err
}

// result is run.json as text; null before the run has finished.
func (s *sharedRun) result() any {
	if text := s.Result(); json.Valid(text) {
		return string(text)
	}
	return nil
}

// k6Version is the version of k6 that was compiled in.
func k6Version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == "go.k6.io/k6/v2" {
				return dependency.Version
			}
		}
		if info.Main.Path == "go.k6.io/k6/v2" {
			return info.Main.Version
		}
	}
	return "unknown"
}
