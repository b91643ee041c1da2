// Package redis drives Redis and what speaks its protocol (RESP2 or RESP3): commands, pipelines and
// MULTI/EXEC, with many requests in flight on a connection.
//
// The protocol is spoken here and not by a client library, because the known ones allocate for each
// command and wait for each reply; a command is compiled to segments once, and sending it and counting
// its reply allocates nothing.
//
//	redis://[user[:password]@]host[:port][/database][?protocol=3]
//	rediss://… the same over TLS; ?ca=FILE trusts that authority, ?insecure=true trusts anybody
//	redis+unix://[user[:password]@]/path/to/socket[?database=1]
package redis

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// New makes the driver.
func New() driver.Driver { return redisDriver{} }

type redisDriver struct{}

func (redisDriver) System() string    { return "redis" }
func (redisDriver) Schemes() []string { return []string{"redis", "rediss", "redis+unix"} }
func (redisDriver) Library() driver.Library {
	return driver.Library{Name: "built in (RESP)", Version: "1"}
}

// target is one server, and how to be let in.
type target struct {
	url                     string // redacted
	network, address        string
	user, password          string
	database                int
	protocol                int
	tls                     *tls.Config
	timeout, connectTimeout time.Duration
}

func (redisDriver) Open(config driver.Config) (driver.Target, error) {
	if config.Mode != "" {
		return nil, driver.Usagef("mode %q is not known to redis, which has one way to send commands; leave it empty", config.Mode)
	}
	shown := driver.Redact(config.URL)
	u, err := url.Parse(config.URL)
	if err != nil {
		// The parser's own message would show the URL with its password.
		return nil, driver.Usagef("target %q is not a URL; expected something like redis://user:password@localhost:6379/0", shown)
	}
	t := &target{
		url: shown, network: "tcp", protocol: 2, timeout: config.Timeout, connectTimeout: config.ConnectTimeout,
	}
	if t.timeout <= 0 {
		t.timeout = driver.DefaultTimeout
	}
	if t.connectTimeout <= 0 {
		t.connectTimeout = driver.DefaultConnectTimeout
	}
	if u.User != nil {
		t.user = u.User.Username()
		password, given := u.User.Password()
		t.password = password
		if t.user != "" && !given {
			return nil, driver.Usagef("target %q has a user without a password; expected redis://user:password@… or redis://:password@…", shown)
		}
	}
	database := strings.Trim(u.Path, "/")
	switch u.Scheme {
	case "redis+unix":
		if u.Host != "" || u.Path == "" {
			return nil, driver.Usagef("target %q names no socket; expected redis+unix:///path/to/socket", shown)
		}
		t.network, t.address, database = "unix", u.Path, ""
	default:
		if u.Hostname() == "" {
			return nil, driver.Usagef("target %q names no host; expected something like redis://localhost:6379", shown)
		}
		port := u.Port()
		if port == "" {
			port = "6379"
		}
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, driver.Usagef("port %q of target %q: expected a number from 1 to 65535", port, shown)
		}
		t.address = net.JoinHostPort(u.Hostname(), port)
	}
	if u.Scheme == "rediss" {
		t.tls = &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	}
	if err := t.readDatabase(database); err != nil {
		return nil, err
	}
	if err := t.readOptions(u); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *target) readDatabase(text string) error {
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return driver.Usagef("database %q of target %q: expected a whole number from 0", text, t.url)
	}
	t.database = n
	return nil
}

func (t *target) readOptions(u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return driver.Usagef("the options of target %q can not be read; expected something like ?protocol=3", t.url)
	}
	for name := range query {
		value := query.Get(name)
		switch {
		case name == "protocol" && (value == "2" || value == "3"):
			t.protocol = int(value[0] - '0')
		case name == "protocol":
			return driver.Usagef("option protocol=%q of redis: expected 2 or 3", value)
		case name == "database" && t.network == "unix":
			if err := t.readDatabase(value); err != nil {
				return err
			}
		case name == "insecure" && t.tls != nil && (value == "true" || value == "false"):
			t.tls.InsecureSkipVerify = value == "true"
		case name == "insecure" && t.tls != nil:
			return driver.Usagef("option insecure=%q of rediss: expected true or false", value)
		case name == "ca" && t.tls != nil:
			pem, err := os.ReadFile(value)
			if err != nil {
				return driver.Usagef("option ca=%q of rediss: %v", value, err)
			}
			t.tls.RootCAs = x509.NewCertPool()
			if !t.tls.RootCAs.AppendCertsFromPEM(pem) {
				return driver.Usagef("option ca=%q of rediss: the file holds no certificate in PEM form", value)
			}
		default:
			return driver.Usagef("option %q is not known to %s; known are protocol, with redis+unix database, with rediss ca and insecure",
				name, u.Scheme)
		}
	}
	return nil
}

func (t *target) URL() string  { return t.url }
func (t *target) Close() error { return nil }
