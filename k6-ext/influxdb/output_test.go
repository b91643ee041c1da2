package influxdb

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.k6.io/k6/v2/metrics"

	"github.com/dbmark/dbmark/k6-ext/influxdb/influxtest"
)

// hasty is a patience that is short, and long enough for a busy machine.
var hasty = patience{
	first: 3 * time.Millisecond, longest: 50 * time.Millisecond, refused: 50 * time.Millisecond,
	closing: 5 * time.Second, stranger: 2 * time.Second, closingAll: 15 * time.Second,
}

// watched is an output with what it told.
type watched struct {
	*Output
	registered
	t     *testing.T
	mutex sync.Mutex
	told  []Report
	// operations that were given to it.
	operations float64
	second     int
}

func watch(t *testing.T, url string, environment map[string]string, patience patience) *watched {
	t.Helper()
	configuration, err := Configure(url, environment)
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{registered: register(t), t: t}
	w.Output = newOutput(configuration, "0", func(r Report) {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.told = append(w.told, r)
	}, patience)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	return w
}

// give hands it a second of a run, and samples of k6 beside it, and has it queue them.
func (w *watched) give(operations float64) {
	w.second++
	at := start.Add(time.Duration(w.second) * time.Second)
	w.operations += operations
	w.AddMetricSamples([]metrics.SampleContainer{
		secondOf(&w.registered, at, operations),
		metrics.Samples{w.sample(w.gauge, at, 5), w.sample(w.trend, at, 1), w.sample(w.trend, at, 2)},
	})
	// What is done once a second.
	w.flush(time.Now(), false)
}

// states that were told, and the last message.
func (w *watched) states() (states []State, message string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, report := range w.told {
		states, message = append(states, report.State), report.Message
	}
	return states, message
}

// until waits for something that happens soon.
func (w *watched) until(what string, holds func() bool) {
	w.t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("waited for %s in vain", what)
		}
	}
}

// finish stops it and gives its last report.
func (w *watched) finish() Report {
	w.t.Helper()
	if err := w.Stop(); err != nil {
		w.t.Error(err)
	}
	last := w.told[len(w.told)-1]
	if last.State != Finished {
		w.t.Errorf("the last report is %v", last)
	}
	return last
}

// balances checks that every operation is in the database, or told as lost.
func (w *watched) balances(server *influxtest.Server, report Report) {
	w.t.Helper()
	points, _ := server.Points()
	if there := server.Sum("transactions_total", "value"); there+float64(report.LostOperations) != w.operations || len(points) != report.Written {
		w.t.Errorf("%v operations were given; %v are there, and %d are told as lost. %d points are there, told are %d written and %d lost",
			w.operations, there, report.LostOperations, len(points), report.Written, report.Lost)
	}
}

const token = "t0ken-of-2"

// versions are a server of each, with the URL and the environment of an output to it.
var versions = []struct {
	name    string
	prepare func(*influxtest.Server) (url string, environment map[string]string)
}{
	{"1.x", func(s *influxtest.Server) (string, map[string]string) {
		s.Username, s.Password, s.Databases["load"] = "user", secret, true
		return s.URL + "/load", map[string]string{usernameVariable: "user", passwordVariable: secret}
	}},
	{"2.x", func(s *influxtest.Server) (string, map[string]string) {
		s.Token, s.Buckets["acme/load"] = token, true
		return s.URL + "?org=acme&bucket=load", map[string]string{tokenVariable: token}
	}},
}

func TestEverythingReachesBothVersions(t *testing.T) {
	for _, version := range versions {
		t.Run(version.name, func(t *testing.T) {
			server := influxtest.Start(t)
			url, environment := version.prepare(server)
			w := watch(t, url, environment, hasty)
			for i := range 50 {
				w.give(float64(1000 + i))
			}
			report := w.finish()
			w.balances(server, report)
			points, received := server.Points()
			if report.Lost != 0 || received != len(points) || !strings.Contains(report.Message, "none lost") {
				t.Errorf("%d points were sent, %d are there: %v", received, len(points), report)
			}
			if sum := server.Sum("response_time_ms_bucket", "value"); sum != 50*42 {
				t.Errorf("the buckets hold %v times, want %d", sum, 50*42)
			}
			if sum := server.Sum("timed", "count"); sum != 100 {
				t.Errorf("the trend counts %v, want 100", sum)
			}
			if states, _ := w.states(); len(states) != 1 {
				t.Errorf("told is more than the end: %v", states)
			}
		})
	}
}

func TestAServerThatComesBackGetsEverything(t *testing.T) {
	for _, version := range versions {
		t.Run(version.name, func(t *testing.T) {
			server := influxtest.Start(t)
			url, environment := version.prepare(server)
			w := watch(t, url, environment, hasty)
			w.give(10)
			w.until("the first points", func() bool { return server.Sum("transactions_total", "value") == 10 })
			server.Fault(func(write int, rw http.ResponseWriter, _ *http.Request) bool {
				switch write % 3 {
				case 0: // the connection ends without an answer
					panic(http.ErrAbortHandler)
				case 1:
					http.Error(rw, "starting", http.StatusServiceUnavailable)
				default:
					rw.Header().Set("Retry-After", "0")
					http.Error(rw, "too many", http.StatusTooManyRequests)
				}
				return true
			})
			w.give(20)
			w.until("being told", func() bool { states, _ := w.states(); return len(states) == 1 && states[0] == Failing })
			for range 30 {
				w.give(30)
			}
			server.Fault(nil)
			w.until("the rest", func() bool { return server.Sum("transactions_total", "value") == w.operations })
			report := w.finish()
			w.balances(server, report)
			if states, _ := w.states(); report.Lost != 0 || fmt.Sprint(states) != "[failing recovered finished]" {
				t.Errorf("told are %v, at the end %v", states, report)
			}
		})
	}
}

func TestAServerThatTookPointsIsWaitedForLongerThanOneThatNeverDid(t *testing.T) {
	long := patience{first: time.Millisecond, longest: time.Millisecond, refused: time.Hour, closing: time.Minute, stranger: 3 * time.Millisecond, closingAll: time.Minute}
	fail := func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return true
	}
	known := influxtest.Start(t)
	known.Databases["load"] = true
	w := watch(t, known.URL+"/load", nil, long)
	w.give(10)
	w.until("the first points", func() bool { return !w.sender.tookNothing() })
	known.Fault(fail)
	w.give(20)
	ended := make(chan Report)
	go func() { ended <- w.finish() }()
	w.until("it to be tried for a while", func() bool { return known.Writes() > 50 })
	known.Fault(nil)
	report := <-ended
	w.balances(known, report)
	if report.Lost != 0 {
		t.Errorf("a server that came back after the end: %v", report)
	}

	stranger := influxtest.Start(t)
	stranger.Databases["load"] = true
	stranger.Fault(fail)
	w = watch(t, stranger.URL+"/load", nil, long)
	w.give(10)
	report = w.finish()
	w.balances(stranger, report)
	if report.Written != 0 || report.LostOperations != 10 {
		t.Errorf("a server that never took anything: %v", report)
	}
}

func TestAnAnswerThatWasLostDoublesNothing(t *testing.T) {
	server := influxtest.Start(t)
	server.Databases["load"] = true
	// The points are kept, and the client does not learn of it.
	lose := true
	server.Fault(func(_ int, _ http.ResponseWriter, r *http.Request) bool {
		if !lose || r.ContentLength == 0 {
			return false
		}
		lose = false
		server.Fault(nil)
		server.ServeHTTP(nowhere{http.Header{}}, r)
		panic(http.ErrAbortHandler)
	})
	w := watch(t, server.URL+"/load", nil, hasty)
	w.give(10)
	report := w.finish()
	w.balances(server, report)
	points, received := server.Points()
	if lose || received != 2*len(points) || report.Lost != 0 {
		t.Errorf("%d points were received, %d are there: %v", received, len(points), report)
	}
}

// nowhere is where an answer is lost.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header            { return n.header }
func (n nowhere) Write(text []byte) (int, error) { return len(text), nil }
func (n nowhere) WriteHeader(int)                {}

func TestADatabaseThatIsMissingIsMade(t *testing.T) {
	server := influxtest.Start(t)
	server.MayMake = true
	w := watch(t, server.URL+`/my%20"load"`, nil, hasty)
	w.give(10)
	report := w.finish()
	w.balances(server, report)
	if states, _ := w.states(); report.Lost != 0 || len(states) != 1 || !server.Databases[`my "load"`] {
		t.Errorf("told are %v, at the end %v; there are %v", states, report, server.Databases)
	}
}
