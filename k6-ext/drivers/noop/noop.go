// Package noop is a target without a system: it answers at once, so that a workload run on it shows what the
// harness itself can do. With options it is a double whose service time is known,
// to prove what the harness measures:
//
//		noop://local?latency=5ms&errors=0.01&stall_at=10s&stall_for=2s&rows=1&row_bytes=100
//
//	  - latency: the service time of each step, in parallel for everything in flight; 0 without it
//	  - capacity: requests that are served in a second, one after another in the order in which they were sent, as by a single server with a
//	    queue; the latency comes on top. 0, as without it: no limit
//	  - errors: the share of requests that fail, spread evenly: of N requests exactly floor(N × errors)
//	  - stall_at, stall_for: when nothing is served, counted from the opening of the first session, as if the
//	    server's process were stopped for that time
//	  - rows: the rows of each step. Without it a step gives as many as it expects, one if it does not say
//	  - row_bytes: what each row read counts as payload
package noop

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// New makes the driver. Its targets of one host name share what their stores hold, as long as the driver lives.
func New() driver.Driver { return &noop{memories: map[string]*memory{}} }

type noop struct {
	mutex    sync.Mutex
	memories map[string]*memory
}

func (*noop) System() string          { return "noop" }
func (*noop) Schemes() []string       { return []string{"noop"} }
func (*noop) Library() driver.Library { return driver.Library{Name: "built in", Version: "1"} }

func (d *noop) Open(config driver.Config) (driver.Target, error) {
	if config.Mode != "" {
		return nil, driver.Usagef("mode %q is not known to noop, which has none; leave it empty", config.Mode)
	}
	u, err := url.Parse(config.URL)
	if err != nil || u.Host == "" {
		return nil, driver.Usagef("target %q is not a URL; expected something like noop://local", driver.Redact(config.URL))
	}
	o, err := parseOptions(u)
	if err != nil {
		return nil, err
	}
	timeout := config.Timeout
	if timeout <= 0 {
		timeout = driver.DefaultTimeout
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.memories[u.Host] == nil {
		d.memories[u.Host] = newMemory()
	}
	return &target{url: driver.Redact(config.URL), options: o, timeout: timeout, memory: d.memories[u.Host]}, nil
}

// options are those of the URL.
type options struct {
	latency, stallAt, stallFor time.Duration
	errors, capacity           float64
	rows                       int64 // -1: as many as expected
	rowBytes                   int64
}

const acceptedOptions = "latency, capacity, errors, stall_at, stall_for, rows, row_bytes"

func parseOptions(u *url.URL) (options, error) {
	o := options{rows: -1, rowBytes: 100}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return o, driver.Usagef("the options of target %q can not be read; expected something like ?latency=5ms&errors=0.01",
			driver.Redact(u.String()))
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		value := query.Get(name)
		accepted := ""
		switch name {
		case "latency":
			accepted = o.duration(&o.latency, value)
		case "stall_at":
			accepted = o.duration(&o.stallAt, value)
		case "stall_for":
			accepted = o.duration(&o.stallFor, value)
		case "rows":
			accepted = o.count(&o.rows, value)
		case "row_bytes":
			accepted = o.count(&o.rowBytes, value)
		case "errors":
			if o.errors, err = strconv.ParseFloat(value, 64); err != nil || !(o.errors >= 0 && o.errors <= 1) {
				accepted = "a share from 0 to 1"
			}
		case "capacity":
			if o.capacity, err = strconv.ParseFloat(value, 64); err != nil || !(o.capacity >= 0 && o.capacity <= 1e9) {
				accepted = "requests per second from 0 to 1,000,000,000"
			}
		default:
			return o, driver.Usagef("option %q is not known to noop; known are %s", name, acceptedOptions)
		}
		if accepted != "" {
			return o, driver.Usagef("option %s=%q of noop: expected %s", name, value, accepted)
		}
	}
	if query.Has("stall_at") != query.Has("stall_for") {
		return o, driver.Usagef("options stall_at and stall_for of noop belong together; give both or none")
	}
	return o, nil
}

func (*options) duration(to *time.Duration, value string) (accepted string) {
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		return `a time with its unit, like "5ms" or "2s"`
	}
	*to = d
	return ""
}

func (*options) count(to *int64, value string) (accepted string) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return "a whole number from 0"
	}
	*to = n
	return ""
}

// settings are the options as Describe reports them.
func (o *options) settings() map[string]string {
	settings := map[string]string{
		"latency": o.latency.String(), "errors": strconv.FormatFloat(o.errors, 'g', -1, 64),
		"row_bytes": strconv.FormatInt(o.rowBytes, 10), "rows": "as expected",
	}
	if o.rows >= 0 {
		settings["rows"] = strconv.FormatInt(o.rows, 10)
	}
	if o.capacity > 0 {
		settings["capacity"] = strconv.FormatFloat(o.capacity, 'f', -1, 64)
	}
	if o.stallFor > 0 {
		settings["stall"] = strings.Join([]string{"at", o.stallAt.String(), "for", o.stallFor.String()}, " ")
	}
	return settings
}
