package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/histogram"
)

// instanceFixtures is where the TypeScript tests find one run as one process would have written it, and as four instances would have.
const instanceFixtures = "../../lib/merge/testdata"

// fixtureInstances is the number of instances that share the run.
const fixtureInstances = 4

// sharedObservation is what the operation of an index came to, whoever ran it, and when it ended.
func sharedObservation(index int, random *rand.Rand) Observation {
	o := observation(min(1, random.IntN(10)/7), time.Duration(200_000*(1+random.ExpFloat64()*random.ExpFloat64())))
	o.Phase, o.BytesRead, o.BytesWritten, o.Lag = Measure, 42, 8, -1
	if o.Operation == 1 {
		o.RowsRead, o.RowsWritten, o.Attempts = 0, 1, 1+int32(random.IntN(20)/19)
	}
	if index%1000 == 7 {
		o.ErrorKind, o.RowsWritten = driver.KindTimeout, 0
		o.Unknown = o.Operation == 1
	}
	return o
}

// writeInstance writes the folder of one instance that ran the given share of 12,000 operations in 12 seconds; number 0 is one process
// that ran all of them. held is what the target holds when it has ended.
func writeInstance(t *testing.T, results string, number int, held int64) (*Folder, *RunFile) {
	t.Helper()
	name := "2026-11-21T09-40-12Z-oltp-postgres"
	share := 1.0
	if number > 0 {
		name += fmt.Sprintf("-%d-of-%d", number, fixtureInstances)
		share /= fixtureInstances
	}
	folder, err := CreateFolder(results, name)
	check(t, err)
	setup := fixtureSetup(folder.ID())
	setup.TestID = "2026-11-21T09-40-12Z-oltp-postgres"
	setup.Profile = json.RawMessage(`{"name":"max","description":"Closed loop.","loop":"closed","segments":[
		{"phase":"measure","seconds":30,"workers":{"from":8,"to":8}}],"gracefulStopSeconds":5,"operationCount":12000}`)
	setup.Variables = map[string]string{"LOAD_PROFILE": "max", "OPERATION_COUNT": "12000"}
	setup.Topology.Workers, setup.Topology.ConnectionCount = int(8*share), int(8*share)
	setup.Host.Machine, setup.Host.Processors = "0b9f3c1e-7f3d-4d58-9c1b-0f7d1d6f2a51", 8
	if number > 0 {
		setup.Instance = &Instance{
			Segment: []string{"0:1/4", "1/4:1/2", "1/2:3/4", "3/4:1"}[number-1], Sequence: "0,1/4,1/2,3/4,1", Number: number, Of: fixtureInstances,
			AgreedStart: instantOf(epoch), TargetClock: &TargetClock{AheadSeconds: 0.002, UncertaintySeconds: 0.0005},
		}
		setup.StartedAt = instantOf(epoch.Add(time.Duration(number) * time.Millisecond))
		if number > 1 {
			setup.Load = &Load{Rows: 100_000, Reused: true, Reason: "the first instance of the run prepared it"}
		}
	}
	planned := []PhaseSpan{{Name: "measure", StartSecond: 0}}
	check(t, folder.Append(NewHeaderLine(setup, planned)))
	r := NewRecorder([]string{"select", "insert"}, 2, epoch)
	random := rand.New(rand.NewPCG(7, 7))
	digest := uint64(0)
	executed := uint64(0)
	// PostgreSQL's driver has no instruments; these are the operations themselves.
	called, timed, calledIn, timedIn := int64(0), histogram.New(), int64(0), histogram.NewInterval()
	for second := range 12 {
		calledIn = 0
		timedIn.Reset()
		for n := range 1000 {
			index := second*1000 + n
			o, word := sharedObservation(index, random), random.Uint64()
			if number > 0 && index%fixtureInstances != number-1 {
				continue
			}
			r.Shard(n).Record(&o)
			calledIn++
			timedIn.Record(int64(o.Service))
			digest += word
			executed++
		}
		called += calledIn
		timed.MergeInterval(timedIn)
		rolled := r.Roll(at(float64(second+1) + 0.0004))
		rolled.ReadingPhase = Measure
		rolled.Readings = []Reading{{Name: "driver_calls_total", Count: calledIn}, {Name: "driver_latency_ms", Times: timedIn}}
		line := NewHarnessLine(rolled, Measure)
		line.CPUSeconds, line.MemoryBytes, line.Goroutines = pointer(0.5*share), pointer(int64(float64(80<<20)*share)), int(40*share)
		line.WorkersActive = int(8 * share)
		line.Server = &ServerLine{CPUSeconds: 0.75, Seconds: 1, MemoryBytes: 300 << 20}
		check(t, folder.Append(append(r.Lines(rolled), line)...))
	}
	finished := instantOf(at(12))
	phases := []PhaseSpan{{Name: "measure", StartSecond: 0, Seconds: pointer(12.0)}}
	check(t, folder.Append(NewEndLine(Complete, finished, phases)))
	check(t, folder.CloseWindows())

	file := NewRunFile(setup)
	file.Status, file.FinishedAt, file.Phases = Complete, finished, phases
	file.Digest = &Digest{Value: fmt.Sprintf("%016x", digest), Operations: executed, Comparable: true}
	file.Totals = RunTotals{Measure: r.PhaseTotalsOf(Measure, 12, []string{"read", "write"})}
	file.Totals.Measure.Instruments = &InstrumentTotals{
		Counts: map[string]int64{"driver_calls_total": called}, Times: map[string]Latency{"driver_latency_ms": LatencyOf(timed)},
	}
	memory := float64(80<<20) * share
	file.Resources = Resources{
		Harness: ProcessResources{pointer(6 * share), pointer(0.5 * share), pointer(0.5 * share), &memory, pointer(int64(memory))},
		Server: &ServerResources{ProcessResources{pointer(9.0), pointer(0.75), pointer(0.75), pointer(float64(300 << 20)), pointer(int64(300 << 20))},
			"postgres (process 4711 and its children)"},
	}
	used := 1000 * share / 800_000
	file.Ceiling = &Ceiling{OperationsPerSecond: 800_000, Workers: 8, Seconds: 0.42, Share: &used}
	file.Connections = &Connections{Reconnects: int64(4 * share), Retries: int64(8 * share)}
	measured := r.Totals(Measure)
	file.SLO = append(Judge(&measured[0], SLO{P95Milliseconds: pointer(20.0), ErrorRate: pointer(0.01)}),
		Judge(&measured[1], SLO{P99Milliseconds: pointer(100.0)})...)
	book := NewBook("insert", measured[1].Succeeded(), measured[1].Unknown, held)
	if number > 0 {
		book = book.OfAllInstances()
	}
	file.Books = []Book{book}
	facts := Facts{Status: Complete, Measured: measured, ConstantLoad: true, Seconds: r.Measured(),
		HarnessCPUCores: file.Resources.Harness.CPUAverage, AvailableCores: 8, Ceiling: file.Ceiling, Books: file.Books, SLO: file.SLO}
	file.Validity = Validate(&facts)
	check(t, folder.WriteRun(file))
	return folder, file
}

// instantOf is a time as the files of a run have it.
func instantOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func TestTheFixturesOfInstancesAreWhatThisPackageWrites(t *testing.T) {
	if _, err := os.Stat(filepath.Dir(filepath.Dir(instanceFixtures))); err != nil {
		t.Skip("the fixtures are in the repository, beside this module")
	}
	results := t.TempDir()
	if *update {
		check(t, os.RemoveAll(instanceFixtures))
		results = instanceFixtures
	}
	held := int64(0)
	acknowledged := func(file *RunFile) int64 { return int64(file.Books[0].Acknowledged) }
	var folders []*Folder
	for number := 1; number <= fixtureInstances; number++ {
		// They end one after another: each counts what it and those before it have inserted.
		_, alone := writeInstance(t, t.TempDir(), number, 0)
		held += acknowledged(alone)
		folder, _ := writeInstance(t, results, number, held)
		folders = append(folders, folder)
	}
	folder, _ := writeInstance(t, results, 0, held)
	for _, folder := range append(folders, folder) {
		for _, name := range []string{RunFileName, WindowsFileName} {
			written := canonical(t, filepath.Join(folder.Path(), name))
			kept := canonical(t, filepath.Join(instanceFixtures, folder.ID(), name))
			if !bytes.Equal(written, kept) {
				t.Errorf("%s/%s is not what this package writes; where that is meant, run: go test ./record -run Fixtures -update", folder.ID(), name)
			}
		}
	}
}
