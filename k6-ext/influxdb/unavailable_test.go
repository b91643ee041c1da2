package influxdb

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/influxdb/influxtest"
)

// unavailable are the ways in which a server does not take points.
var unavailable = []struct {
	name string
	// prepare gives URL and environment of the output.
	prepare func(t *testing.T, server *influxtest.Server) (url string, environment map[string]string)
	says    string
}{
	{"refuses connections", func(t *testing.T, _ *influxtest.Server) (string, map[string]string) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		return fmt.Sprintf("http://%v/load", listener.Addr()), nil
	}, "cannot be reached"},
	{"has no such name", func(*testing.T, *influxtest.Server) (string, map[string]string) {
		// Longer than a name's part may be: no resolver asks anybody, and takes its time.
		return "http://" + strings.Repeat("n", 64) + ".invalid:8086/load", nil
	}, "cannot be reached"},
	{"refuses the password", func(_ *testing.T, s *influxtest.Server) (string, map[string]string) {
		s.Username, s.Password, s.Databases["load"] = "user", "other", true
		return s.URL + "/load", map[string]string{usernameVariable: "user", passwordVariable: secret}
	}, "it answered 401 (authorization failed): check K6_INFLUXDB_USERNAME"},
	{"refuses the token", func(_ *testing.T, s *influxtest.Server) (string, map[string]string) {
		s.Token, s.Buckets["acme/load"] = token, true
		return s.URL + "?org=acme&bucket=load", map[string]string{tokenVariable: secret}
	}, "it answered 401 (unauthorized access): check"},
	{"lacks the database, which may not be made", func(_ *testing.T, s *influxtest.Server) (string, map[string]string) {
		return s.URL + "/load", nil
	}, `it answered 404 (database not found: "load"): make the database`},
	{"lacks the bucket", func(_ *testing.T, s *influxtest.Server) (string, map[string]string) {
		return s.URL + "?org=acme&bucket=load", map[string]string{tokenVariable: token}
	}, `it answered 404 (bucket "load" not found): make the database, or the bucket`},
	{"is no InfluxDB", func(_ *testing.T, s *influxtest.Server) (string, map[string]string) {
		s.Fault(func(_ int, w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "/login", http.StatusFound)
			return true
		})
		return s.URL + "/load", nil
	}, "it answered 302"},
	{"fails", func(_ *testing.T, s *influxtest.Server) (string, map[string]string) {
		s.Fault(func(_ int, w http.ResponseWriter, r *http.Request) bool {
			http.Error(w, `{"error":"engine: \n disk full"}`, http.StatusInternalServerError)
			return true
		})
		return s.URL + "/load", nil
	}, "it answered 500 (engine: disk full)"},
	{"never answers", func(t *testing.T, s *influxtest.Server) (string, map[string]string) {
		end := make(chan struct{})
		t.Cleanup(func() { close(end) })
		s.Fault(func(_ int, _ http.ResponseWriter, r *http.Request) bool {
			select {
			case <-end:
			case <-r.Context().Done():
			}
			return true
		})
		return s.URL + "/load", nil
	}, "it did not answer in time"},
}

func TestNoServerDisturbsARunAndEachIsTold(t *testing.T) {
	for _, c := range unavailable {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := influxtest.Start(t)
			url, environment := c.prepare(t, server)
			w := watch(t, url, environment, hasty)
			began := time.Now()
			for range 100 {
				w.give(7)
			}
			// Had they waited for the server that never answers, each had taken a request's timeout.
			if took := time.Since(began); took > 10*requestTimeout {
				t.Errorf("handing over 100 seconds took %v", took)
			}
			// The one that never answers is told when a request's ten seconds are over; here it is the end that comes first.
			if c.name != "never answers" {
				w.until("being told", func() bool { states, _ := w.states(); return len(states) > 0 })
				if states, message := w.states(); states[0] != Failing || !strings.Contains(message, c.says) || !strings.Contains(message, "The run goes on") {
					t.Errorf("told is %v: %s", states, message)
				}
			}
			report := w.finish()
			w.balances(server, report)
			if report.Written != 0 || report.LostOperations != 700 || !strings.Contains(report.Message, "700 operations") ||
				!strings.Contains(report.Message, c.says) {
				t.Errorf("the end is told as %+v", report)
			}
			for _, told := range w.told {
				if strings.Contains(told.Message, secret) {
					t.Errorf("the secret is in: %s", told.Message)
				}
			}
		})
	}
}

func TestPointsThatTheServerDropsAreCounted(t *testing.T) {
	for _, c := range []struct {
		text          string
		status        int
		lost, written int
	}{
		{`{"error":"partial write: points beyond retention policy dropped=2"}`, 400, 2, 4},
		{`{"error":"partial write: field type conflict dropped=6"}`, 400, 6, 0},
		{`{"error":"unable to parse 'x'"}`, 400, 6, 0},
		{`{"code":"unprocessable entity","message":"failure writing points to database"}`, 422, 6, 0},
		{`{"code":"request too large","message":"too large"}`, 413, 6, 0},
	} {
		server := influxtest.Start(t)
		server.Fault(func(write int, w http.ResponseWriter, r *http.Request) bool {
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.text)
			return true
		})
		w := watch(t, server.URL+"/load", nil, hasty)
		w.give(9)
		report := w.finish()
		if report.Lost != c.lost || report.Written != c.written || !strings.Contains(report.Message, fmt.Sprintf("it answered %d", c.status)) {
			t.Errorf("%s: the end is told as %+v", c.text, report)
		}
		if wholly := c.written == 0; (report.LostOperations == 9) != wholly {
			t.Errorf("%s: %d operations are told as lost", c.text, report.LostOperations)
		}
		if server.Writes() > 2 {
			t.Errorf("%s: tried %d times", c.text, server.Writes())
		}
	}
}

// While the server takes its time for the first request, two hundred seconds pass.
func TestASlowServerGetsEverythingInFewRequests(t *testing.T) {
	server := influxtest.Start(t)
	server.Databases["load"] = true
	given := make(chan struct{})
	server.Fault(func(int, http.ResponseWriter, *http.Request) bool {
		<-given
		return false
	})
	w := watch(t, server.URL+"/load", nil, hasty)
	for range 200 {
		w.give(3)
	}
	close(given)
	report := w.finish()
	w.balances(server, report)
	if report.Lost != 0 || server.Writes() > 20 {
		t.Errorf("%d requests: %v", server.Writes(), report)
	}
}
