package record

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/histogram"
)

var update = flag.Bool("update", false, "write the fixtures in lib/result/testdata again")

// fixtures is where the TypeScript tests find run folders made by this package: they check them against the JSON Schemas, and
// that completing a crashed run gives the totals that Go wrote.
const fixtures = "../../lib/result/testdata"

func fixtureSetup(id string) Setup {
	return Setup{
		ID: id, TestID: id, StartedAt: epoch.Format(time.RFC3339),
		Suite: Suite{Name: "oltp"},
		Workload: json.RawMessage(`{"name":"oltp","system":"postgres","description":"The four canonical operations.","operations":[
			{"name":"select","kind":"read","weight":70,"parameters":[{"name":"id","generator":{"type":"zipfian","minimum":0,"maximum":99999}}],
			 "steps":[{"statement":"SELECT * FROM dbmark.oltp WHERE id = $1","parameters":["id"],"expect":{"minimum":1,"maximum":1}}],"slo":{"p95Milliseconds":20,"errorRate":0.01}},
			{"name":"insert","kind":"write","weight":30,"parameters":[{"name":"id","generator":{"type":"sequence","start":100000}}],
			 "steps":[{"statement":"INSERT INTO dbmark.oltp (id) VALUES ($1)","parameters":["id"]}],
			 "transaction":{"isolation":"serializable"},"retry":{"attempts":3,"backoffMilliseconds":1},
			 "slo":{"p99Milliseconds":100},
			 "inserts":{"count":"SELECT count(*) FROM dbmark.oltp WHERE id >= 100000","remove":"DELETE FROM dbmark.oltp WHERE id >= 100000"}}],
			"dataSet":{"name":"oltp","tables":[{"name":"dbmark.oltp","rows":100000,"columns":[{"name":"id","generator":{"type":"sequence","start":0}}]}],
			 "create":["CREATE TABLE dbmark.oltp (id bigint PRIMARY KEY)"],"drop":["DROP TABLE dbmark.oltp"],"finish":["ANALYZE dbmark.oltp"],"truncate":["TRUNCATE dbmark.oltp"]},
			"pools":[{"name":"keys","statement":"SELECT id FROM dbmark.oltp ORDER BY id","rows":1000,"hash":"00c0ffee00c0ffee"}]}`),
		Profile: json.RawMessage(`{"name":"tps2000","description":"Open loop, 2,000 operations per second.","loop":"open","segments":[
			{"phase":"warmup","seconds":2,"rate":{"from":2000,"to":2000},"workers":{"from":200,"to":200}},
			{"phase":"measure","seconds":15,"rate":{"from":2000,"to":2000},"workers":{"from":200,"to":200}}],"gracefulStopSeconds":5}`),
		Variables: map[string]string{"LOAD_PROFILE": "tps2000"},
		Seed:      1, Metrics: "windows",
		Software: Software{Dbmark: "0.1.0", GitRevision: "0000000", K6: "v2.2.0", Go: "go1.26.8", Driver: driver.Library{Name: "pgx", Version: "v5.8.0"}},
		Target: Target{System: "postgres", URL: "postgres://bench:xxxxx@127.0.0.1:5432/bench", Mode: "prepared",
			Server: driver.Server{Product: "PostgreSQL", Version: "18.4", Settings: map[string]string{"fsync": "on", "shared_buffers": "128MB"}, MaximumConnections: 300, UsedConnections: 1}},
		Host:     Host{CPUModel: "A Processor", Cores: 8, MemoryBytes: 16 << 30, Kernel: "6.1.0", OS: "Debian GNU/Linux 12", Architecture: "amd64"},
		Topology: Topology{Workers: 200, Connections: "per-worker", ConnectionCount: 200, Depth: 1, Instances: 1},
		Load:     &Load{Rows: 100_000, Seconds: pointer(1.25), RowsPerSecond: pointer(80_000.0), Connections: 2, Reason: "the target holds no data set of this name"},
	}
}

// writeFixture records a run of 17 seconds into a folder: 2,000 operations a second, a log-normal-like spread of latencies, and
// where it is bad also errors, undone operations and an interruption.
func writeFixture(t *testing.T, results string, bad bool) *Folder {
	t.Helper()
	system := "postgres"
	if bad {
		system = "postgres-bad"
	}
	folder, err := CreateFolder(results, FolderName("oltp", system, epoch))
	if err != nil {
		t.Fatal(err)
	}
	setup := fixtureSetup(folder.ID())
	planned := []PhaseSpan{{Name: "warmup", StartSecond: 0, Seconds: pointer(2.0)}, {Name: "measure", StartSecond: 2, Seconds: pointer(15.0)}}
	check(t, folder.Append(NewHeaderLine(setup, planned)))
	r := NewRecorder([]string{"select", "insert"}, 2, epoch)
	random := rand.New(rand.NewPCG(7, 7))
	for second := range 17 {
		phase := Measure
		if second < 2 {
			phase = Warmup
		}
		for n := range 2000 {
			o := observation(min(1, random.IntN(10)/7), time.Duration(200_000*(1+random.ExpFloat64()*random.ExpFloat64())))
			o.Phase, o.BytesRead, o.BytesWritten = phase, 42, 8
			o.Lag = time.Duration(random.ExpFloat64() * 60_000)
			o.Response = o.Service + o.Lag
			if o.Operation == 1 {
				o.RowsRead, o.RowsWritten, o.Attempts = 0, 1, 1+int32(random.IntN(20)/19)
			}
			if bad && random.IntN(40) == 0 {
				o.ErrorKind, o.RowsWritten = driver.KindSerialization, 0
				if random.IntN(4) == 0 {
					o.ErrorKind, o.Unknown = driver.KindConnection, true
				}
			}
			r.Shard(n).Record(&o)
		}
		if bad && second == 16 {
			r.UndoneN(0, Measure, 3*time.Second, 31)
			r.Undone(1, Measure, 2500*time.Millisecond)
			o := observation(0, 2*time.Hour)
			r.Shard(0).Record(&o)
		}
		rolled := r.Roll(at(float64(second+1) + 0.0004))
		line := NewHarnessLine(rolled, phase)
		line.CPUSeconds, line.MemoryBytes, line.Goroutines, line.WorkersActive = pointer(0.25), pointer(int64(80<<20)), 230, 200
		line.Server = &ServerLine{CPUSeconds: 0.75, Seconds: 1, MemoryBytes: 300 << 20}
		check(t, folder.Append(append(r.Lines(rolled), line)...))
	}
	finished := at(17.2).Format(time.RFC3339)
	file := NewRunFile(setup)
	file.Status, file.FinishedAt, file.Phases = Complete, finished, planned
	if bad {
		file.Status = Interrupted
	}
	check(t, folder.Append(NewEndLine(file.Status, finished, planned)))
	check(t, folder.CloseWindows())

	kinds := []string{"read", "write"}
	file.Digest = &Digest{Value: "0123456789abcdef", Operations: 34_000, Comparable: !bad}
	if bad {
		file.Digest.Reason = "operations were undone"
	}
	file.Totals = RunTotals{Warmup: r.PhaseTotalsOf(Warmup, 2, kinds), Measure: r.PhaseTotalsOf(Measure, 15, kinds)}
	file.Resources = Resources{
		Harness: ProcessResources{pointer(3.75), pointer(0.25), pointer(0.25), pointer(float64(80 << 20)), pointer(int64(80 << 20))},
		Server: &ServerResources{ProcessResources{pointer(11.25), pointer(0.75), pointer(0.75), pointer(float64(300 << 20)), pointer(int64(300 << 20))},
			"postgres (process 4711 and its children)"},
	}
	share := 2000 / 3_100_000.0
	file.Ceiling = &Ceiling{OperationsPerSecond: 3_100_000, Workers: 32, Seconds: 0.42, Share: &share}
	measured := r.Totals(Measure)
	file.SLO = append(Judge(&measured[0], SLO{P95Milliseconds: pointer(20.0), ErrorRate: pointer(0.01)}),
		Judge(&measured[1], SLO{P99Milliseconds: pointer(100.0)})...)
	inserted := measured[1].Succeeded() + r.Totals(Warmup)[1].Succeeded()
	unknown := measured[1].Unknown + r.Totals(Warmup)[1].Unknown
	file.Books = []Book{NewBook("insert", inserted, unknown, int64(inserted))}
	if bad {
		examples := NewErrorExamples([]string{"select", "insert"})
		examples.Note(1, &driver.Error{Kind: driver.KindSerialization, Code: "40001", Message: "could not serialize access due to concurrent update"})
		examples.Note(1, &driver.Error{Kind: driver.KindConnection, Message: "the server at 127.0.0.1:5432 closed the connection"})
		examples.Note(0, &driver.Error{Kind: driver.KindSerialization, Code: "40001", Message: "could not serialize access due to concurrent update"})
		examples.Note(0, &driver.Error{Kind: driver.KindConnection, Message: "the connection to 127.0.0.1:5432 was lost: connection reset by peer"})
		file.ErrorExamples = examples.List()
	}
	lag := milliseconds(r.Lag(Measure).Percentile(99))
	facts := Facts{Status: file.Status, Measured: measured, LagP99Milliseconds: &lag, OpenLoop: true, ConstantLoad: true, Seconds: r.Measured(),
		HarnessCPUCores: file.Resources.Harness.CPUAverage, AvailableCores: 8, Ceiling: file.Ceiling, Incomplete: folder.Incomplete(), Books: file.Books, SLO: file.SLO, P99Asked: bad}
	file.Validity = Validate(&facts)
	check(t, folder.WriteRun(file))
	return folder
}

func TestTheFixturesAreWhatThisPackageWrites(t *testing.T) {
	if _, err := os.Stat(filepath.Dir(fixtures)); err != nil {
		t.Skip("the fixtures are in the repository, beside this module")
	}
	results := t.TempDir()
	if *update {
		check(t, os.RemoveAll(fixtures))
		results = fixtures
	}
	for _, bad := range []bool{false, true} {
		folder := writeFixture(t, results, bad)
		for _, name := range []string{RunFileName, WindowsFileName} {
			written := canonical(t, filepath.Join(folder.Path(), name))
			kept := canonical(t, filepath.Join(fixtures, folder.ID(), name))
			if !bytes.Equal(written, kept) {
				t.Errorf("%s/%s is not what this package writes; where that is meant, run: go test ./record -run Fixtures -update", folder.ID(), name)
			}
		}
	}
}

func TestTheFixtureOfAGoodRunIsValidAndThatOfABadOneIsNot(t *testing.T) {
	for _, bad := range []bool{false, true} {
		text, err := os.ReadFile(writeFixture(t, t.TempDir(), bad).RunPath())
		check(t, err)
		var file RunFile
		check(t, json.Unmarshal(text, &file))
		if file.Validity.Valid == bad {
			t.Errorf("bad %v: %+v", bad, file.Validity)
		}
	}
}

// canonical reads JSON lines or a document and encodes its histograms anew: another version of Go may
// compress them differently.
func canonical(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out bytes.Buffer
	for decoder.More() {
		var value any
		check(t, decoder.Decode(&value))
		check(t, json.NewEncoder(&out).Encode(recode(t, value)))
	}
	return out.Bytes()
}

func recode(t *testing.T, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if text, ok := inner.(string); ok && key == "histogram" && strings.HasPrefix(text, "H") {
				h, err := histogram.DecodeBase64(text)
				check(t, err)
				v[key] = h.EncodeBase64()
			} else {
				v[key] = recode(t, inner)
			}
		}
	case []any:
		for i := range v {
			v[i] = recode(t, v[i])
		}
	}
	return value
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
