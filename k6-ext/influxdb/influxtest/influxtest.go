// Package influxtest is a double of InfluxDB 1.x and 2.x for tests: as strict as the documented write protocol of both, with points that
// overwrite each other as there, and with the faults that a test asks for.
package influxtest

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/influxdata/line-protocol/v2/lineprotocol"
)

// Server is the double. Its fields are set before the first request, or with the methods.
type Server struct {
	*httptest.Server
	// Username and Password are asked for by 1.x, Token by 2.x; empty: nobody is asked.
	Username, Password, Token string
	// Databases of 1.x, and Buckets of 2.x as organisation/bucket.
	Databases, Buckets map[string]bool
	// MayMake says whether databases may be made.
	MayMake bool

	test  *testing.T
	mutex sync.Mutex
	// fault answers a write instead of the server; nil: none. It gets the number of the write, from 1.
	fault    func(write int, w http.ResponseWriter, r *http.Request) bool
	writes   int
	points   map[string]map[string]float64
	received int
}

// Start starts a double that ends with the test.
func Start(t *testing.T) *Server {
	s := &Server{test: t, Databases: map[string]bool{}, Buckets: map[string]bool{}, points: map[string]map[string]float64{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// Fault lets writes be answered by a function, which says whether it did.
func (s *Server) Fault(fault func(write int, w http.ResponseWriter, r *http.Request) bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.fault = fault
}

// Points are the values of the points that are there, by field, by `measurement,tag=value time`; and how many were received, those that replaced others too.
func (s *Server) Points() (points map[string]map[string]float64, received int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	points = map[string]map[string]float64{}
	for key, fields := range s.points {
		points[key] = fields
	}
	return points, s.received
}

// Sum of a field over all points of a measurement.
func (s *Server) Sum(measurement, field string) (sum float64) {
	points, _ := s.Points()
	for key, fields := range points {
		if strings.HasPrefix(key, measurement+",") {
			sum += fields[field]
		}
	}
	return sum
}

// Writes is the number of writes so far, those that were answered with a fault too, and those of no points.
func (s *Server) Writes() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.writes
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodPost:
		s.violation(w, "%s %s: both versions write with POST", r.Method, r.URL.Path)
	case r.URL.Path == "/write":
		s.write(w, r, s.admit1)
	case r.URL.Path == "/api/v2/write":
		s.write(w, r, s.admit2)
	case r.URL.Path == "/query":
		s.query(w, r)
	default:
		s.violation(w, "there is nothing at %s", r.URL.Path)
	}
}

// violation fails the test: the client broke the protocol.
func (s *Server) violation(w http.ResponseWriter, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	s.test.Errorf("the double of InfluxDB: %s", message)
	http.Error(w, message, http.StatusBadRequest)
}

func (s *Server) write(w http.ResponseWriter, r *http.Request, admit func(http.ResponseWriter, *http.Request) bool) {
	s.mutex.Lock()
	s.writes++
	write, fault := s.writes, s.fault
	s.mutex.Unlock()
	if fault != nil && fault(write, w, r) {
		return
	}
	if !admit(w, r) {
		return
	}
	if precision := r.URL.Query().Get("precision"); precision != "ns" {
		s.violation(w, "the precision is %q", precision)
		return
	}
	if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") {
		s.violation(w, "the content type is %q", kind)
		return
	}
	body, err := bodyOf(r)
	if err != nil {
		s.violation(w, "the body cannot be read: %v", err)
		return
	}
	if err := s.keep(body); err != nil {
		s.violation(w, "the lines cannot be read: %v", err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func bodyOf(r *http.Request) ([]byte, error) {
	switch encoding := r.Header.Get("Content-Encoding"); encoding {
	case "":
		return io.ReadAll(r.Body)
	case "gzip":
		reader, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, err
		}
		// A batch is one stream: not every server reads on behind the first.
		reader.Multistream(false)
		text, err := io.ReadAll(reader)
		if err != nil {
			return nil, err
		}
		if rest, _ := io.ReadAll(r.Body); len(rest) > 0 {
			return nil, fmt.Errorf("%d bytes are behind the compressed stream", len(rest))
		}
		return text, nil
	default:
		return nil, fmt.Errorf("the encoding is %q", encoding)
	}
}

// keep reads lines, strictly: tags in order and once, numbers finite, a time of its own for each.
func (s *Server) keep(body []byte) error {
	decoder := lineprotocol.NewDecoderWithBytes(body)
	for decoder.Next() {
		measurement, err := decoder.Measurement()
		if err != nil {
			return err
		}
		key, last := string(measurement), ""
		for {
			name, value, err := decoder.NextTag()
			if err != nil {
				return err
			}
			if name == nil {
				break
			}
			if string(name) <= last || string(name) == "time" {
				return fmt.Errorf("the tag %q is out of order or reserved", name)
			}
			last = string(name)
			key += fmt.Sprintf(",%s=%s", name, value)
		}
		fields := map[string]float64{}
		for {
			name, value, err := decoder.NextField()
			if err != nil {
				return err
			}
			if name == nil {
				break
			}
			fields[string(name)] = value.FloatV()
		}
		at, err := decoder.Time(lineprotocol.Nanosecond, time.Time{})
		if err != nil {
			return err
		}
		if at.IsZero() {
			return fmt.Errorf("a point of %s has no time", key)
		}
		s.mutex.Lock()
		s.points[key+" "+strconv.FormatInt(at.UnixNano(), 10)] = fields
		s.received++
		s.mutex.Unlock()
	}
	return nil
}

func (s *Server) admit1(w http.ResponseWriter, r *http.Request) bool {
	if !s.known(w, r) {
		return false
	}
	name := r.URL.Query().Get("db")
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.Databases[name] {
		answer(w, http.StatusNotFound, fmt.Sprintf(`{"error":"database not found: \"%s\""}`, name))
		return false
	}
	return true
}

func (s *Server) known(w http.ResponseWriter, r *http.Request) bool {
	if username, password, _ := r.BasicAuth(); s.Username != "" && (username != s.Username || password != s.Password) {
		answer(w, http.StatusUnauthorized, `{"error":"authorization failed"}`)
		return false
	}
	return true
}

func (s *Server) admit2(w http.ResponseWriter, r *http.Request) bool {
	if s.Token != "" && r.Header.Get("Authorization") != "Token "+s.Token {
		answer(w, http.StatusUnauthorized, `{"code":"unauthorized","message":"unauthorized access"}`)
		return false
	}
	options := r.URL.Query()
	if !s.Buckets[options.Get("org")+"/"+options.Get("bucket")] {
		answer(w, http.StatusNotFound, fmt.Sprintf(`{"code":"not found","message":"bucket \"%s\" not found"}`, options.Get("bucket")))
		return false
	}
	return true
}

// query knows CREATE DATABASE.
func (s *Server) query(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	form, err := url.ParseQuery(string(text))
	name, makes := strings.CutPrefix(form.Get("q"), "CREATE DATABASE ")
	if err != nil || !makes {
		s.violation(w, "the query is %q", text)
		return
	}
	if !s.known(w, r) {
		return
	}
	if !s.MayMake {
		answer(w, http.StatusForbidden, `{"error":"error authorizing query: requires admin privilege"}`)
		return
	}
	unquoted, err := strconv.Unquote(name)
	if err != nil {
		s.violation(w, "the name %s is not quoted: %v", name, err)
		return
	}
	s.mutex.Lock()
	s.Databases[unquoted] = true
	s.mutex.Unlock()
	answer(w, http.StatusOK, `{"results":[{"statement_id":0}]}`)
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
