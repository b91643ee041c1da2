package postgres

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgconn"
)

// options are the URL options that are accepted: those that say how to connect, and run-time settings that change what a
// benchmark measures. All other settings go through "options".
var options = []string{
	"application_name", "channel_binding", "commit_delay", "connect_timeout", "database", "dbname",
	"default_transaction_isolation", "enable_seqscan", "host", "idle_in_transaction_session_timeout", "jit",
	"lock_timeout", "max_parallel_workers_per_gather", "max_protocol_version", "min_protocol_version", "options",
	"passfile", "password", "plan_cache_mode", "port", "require_auth", "search_path", "service", "servicefile",
	"sslcert", "sslcertmode", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert", "sslsni",
	"statement_timeout", "synchronous_commit", "target_session_attrs", "timezone", "user", "work_mem",
}

const urlForm = "postgres://user:password@host:port/database?sslmode=require"

// parseURL makes pgconn's configuration of a URL. Its errors quote nothing of a URL
// that does not parse: any part of it may be the password.
func parseURL(raw string) (*pgconn.Config, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// Several hosts with ports (host1:5432,host2:5433) are fine for PostgreSQL, but not for net/url.
		u = parseHosts(raw)
	}
	if u == nil {
		return nil, &driver.Error{
			Kind:    driver.KindUsage,
			Message: "the target's URL does not parse; expected is " + urlForm,
			Hint:    "Characters such as @ : / ? # % in a user name or a password must be percent-encoded (%40 for @)",
		}
	}
	if scheme := strings.ToLower(u.Scheme); scheme != "postgres" && scheme != "postgresql" {
		return nil, driver.Usagef("PostgreSQL's URLs start with postgres:// or postgresql://; expected is %s", urlForm)
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, driver.Usagef("the options after the ? of the target's URL do not parse; expected is name=value&name=value")
	}
	for name, values := range query {
		if !slices.Contains(options, name) {
			return nil, &driver.Error{
				Kind:    driver.KindUsage,
				Message: "PostgreSQL's URLs have no option " + quoteForMessage(name) + "; accepted are " + strings.Join(options, ", "),
				Hint:    "Any other server setting can be given as options=-c%20name%3Dvalue",
			}
		}
		if len(values) > 1 {
			return nil, driver.Usagef("the URL's option %s is given %d times", name, len(values))
		}
	}
	config, err := pgconn.ParseConfig(raw)
	if err != nil {
		return nil, &driver.Error{
			Kind:    driver.KindUsage,
			Message: "the target's URL is not accepted: " + configMistake(err, u, query),
			Hint:    "Expected is " + urlForm,
		}
	}
	return config, nil
}

// parseHosts parses a URL with several hosts by putting another host in their place.
func parseHosts(raw string) *url.URL {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found {
		return nil
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	user, hosts, found := strings.Cut(rest[:end], "@")
	if !found {
		user, hosts = "", rest[:end]
	} else {
		user += "@"
	}
	if !strings.Contains(hosts, ",") || strings.Contains(hosts, "@") {
		return nil
	}
	u, err := url.Parse(scheme + "://" + user + "hosts" + rest[end:])
	if err != nil {
		return nil
	}
	return u
}

// configMistake is the reason why pgconn does not accept a URL, without what surrounds it (the URL) and
// without the password, should it be quoted.
func configMistake(err error, u *url.URL, query url.Values) string {
	text := err.Error()
	var parse *pgconn.ParseConfigError
	if errors.As(err, &parse) {
		// Its text is "cannot parse `url`: reason".
		if end := strings.LastIndex(text, "`: "); end >= 0 {
			text = text[end+3:]
		}
	}
	secrets := []string{query.Get("password"), query.Get("sslpassword")}
	if password, has := u.User.Password(); has {
		secrets = append(secrets, password, url.QueryEscape(password), url.PathEscape(password))
	}
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, driver.RedactedPassword)
		}
	}
	return text
}

func quoteForMessage(s string) string {
	if len(s) > 60 {
		s = s[:60] + "…"
	}
	return "\"" + s + "\""
}
