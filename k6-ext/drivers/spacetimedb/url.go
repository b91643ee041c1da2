package spacetimedb

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

const exampleURL = "spacetimedb://localhost:3000/benchmark"

// databaseName is what a database may be called: its name, or its identity in hexadecimal.
var databaseName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)

func pathEscape(s string) string { return url.PathEscape(s) }

func (t *target) readURL(raw string) error {
	shown := driver.Redact(raw)
	t.url = shown
	u, err := url.Parse(raw)
	if err != nil {
		// The parser's own message would show the URL with its token.
		return driver.Usagef("target %q is not a URL; expected something like %s", shown, exampleURL)
	}
	if u.Hostname() == "" {
		return driver.Usagef("target %q names no host; expected something like %s", shown, exampleURL)
	}
	if u.User != nil {
		if u.User.Username() != "" {
			return driver.Usagef("target %q has a user, but SpacetimeDB has none; expected a token alone: spacetimedb://:TOKEN@host:port/database", shown)
		}
		t.token, _ = u.User.Password()
		if strings.ContainsAny(t.token, " \t\r\n") {
			return driver.Usagef("the token of target %q has spaces or line ends in it", shown)
		}
	}
	port := defaultPort
	if text := u.Port(); text != "" {
		if port, err = strconv.Atoi(text); err != nil || port < 1 || port > 65535 {
			return driver.Usagef("port %q of target %q: expected a number from 1 to 65535", text, shown)
		}
	}
	t.host, t.address = u.Hostname(), joinHostPort(u.Hostname(), port)
	t.database = strings.Trim(u.Path, "/")
	if t.database == "" {
		return driver.Usagef("target %q names no database; expected something like %s", shown, exampleURL)
	}
	if !databaseName.MatchString(t.database) {
		return driver.Usagef("database %q of target %q: expected a name of letters, digits, -, _ and dots", t.database, shown)
	}
	return t.readOptions(u)
}

func (t *target) readOptions(u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return driver.Usagef("the options of target %q can not be read; expected something like ?compression=gzip", t.url)
	}
	secure := u.Scheme == "spacetimedbs"
	if query.Has("ssl") {
		chosen, err := readBool("ssl", query.Get("ssl"))
		if err != nil {
			return err
		}
		if secure && !chosen {
			return driver.Usagef("target %q says TLS by its scheme and ssl=false by its options; leave one out", t.url)
		}
		secure = chosen
	}
	if secure {
		t.tls = &tls.Config{ServerName: t.host, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	}
	for name := range query {
		if err := t.readOption(name, query.Get(name)); err != nil {
			return err
		}
	}
	return nil
}

func (t *target) readOption(name, value string) (err error) {
	switch name {
	case "ssl": // read before the others
	case "compression":
		known := map[string]string{"none": "None", "brotli": "Brotli", "gzip": "Gzip"}
		if t.compression = known[strings.ToLower(value)]; t.compression == "" {
			return driver.Usagef("option compression=%q of spacetimedb: expected none, brotli or gzip", value)
		}
	case "ping":
		t.ping, err = readDuration(name, value, "30s, or 0 for none")
	case "retry_delay":
		t.retryDelay, err = readDuration(name, value, "1s")
	case "retries":
		if t.retries, err = strconv.Atoi(value); err != nil || t.retries < 0 || t.retries > 1000 {
			return driver.Usagef("option retries=%q of spacetimedb: expected a whole number from 0 to 1000", value)
		}
	case "discard":
		t.discard, err = readBool(name, value)
	case "insecure", "ca":
		if t.tls == nil {
			return driver.Usagef("option %s of spacetimedb is for TLS; use spacetimedbs:// or ?ssl=true", name)
		}
		if name == "insecure" {
			t.tls.InsecureSkipVerify, err = readBool(name, value)
			return err
		}
		return t.readAuthority(value)
	case "token":
		return driver.Usagef("option token of spacetimedb is not taken, because URLs with options are often shown; " +
			"put it where a password is: spacetimedb://:TOKEN@host:port/database")
	default:
		return driver.Usagef("option %q is not known to spacetimedb; known are ca, compression, discard, insecure, ping, retries, retry_delay, ssl", name)
	}
	return err
}

func (t *target) readAuthority(file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return driver.Usagef("option ca=%q of spacetimedb: %v", file, err)
	}
	t.tls.RootCAs = x509.NewCertPool()
	if !t.tls.RootCAs.AppendCertsFromPEM(pem) {
		return driver.Usagef("option ca=%q of spacetimedb: the file holds no certificate in PEM form", file)
	}
	return nil
}

func readBool(name, value string) (bool, error) {
	if value != "true" && value != "false" {
		return false, driver.Usagef("option %s=%q of spacetimedb: expected true or false", name, value)
	}
	return value == "true", nil
}

func readDuration(name, value, example string) (time.Duration, error) {
	duration, err := time.ParseDuration(value)
	if err != nil || duration < 0 {
		return 0, driver.Usagef("option %s=%q of spacetimedb: expected a duration like %s", name, value, example)
	}
	return duration, nil
}
