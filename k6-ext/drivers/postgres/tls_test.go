package postgres

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/postgres/postgrestest"
)

// withOptions gives a URL other options.
func withOptions(t *testing.T, raw string, options url.Values) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = options.Encode()
	return u.String()
}

func TestTLSEncryptsAndVerifies(t *testing.T) {
	secure, certificate := postgrestest.RunTLS(t)
	cases := map[string]struct {
		options url.Values
		refused bool
	}{
		"require":                             {url.Values{"sslmode": {"require"}}, false},
		"prefer":                              {url.Values{"sslmode": {"prefer"}}, false},
		"verify-full with the certificate":    {url.Values{"sslmode": {"verify-full"}, "sslrootcert": {certificate}}, false},
		"verify-full without the certificate": {url.Values{"sslmode": {"verify-full"}}, true},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			target := openTarget(t, driver.Config{URL: withOptions(t, secure.URL(), test.options), Timeout: 5 * time.Second})
			program, err := target.Compile([]driver.Operation{{
				Name: "encrypted", Kind: driver.Read,
				Steps: []driver.Step{{
					Statement: "SELECT 1 FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl", Expect: &driver.RowRange{Minimum: 1, Maximum: 1},
				}},
			}})
			if err != nil {
				t.Fatal(err)
			}
			session, err := target.OpenSession(context.Background(), program)
			if test.refused {
				if err == nil {
					t.Fatal("a certificate that nobody vouches for was accepted")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer session.Close(context.Background())
			for tag := range uint64(100) {
				if failure := session.Submit(context.Background(), &driver.Request{Tag: tag}); failure != nil {
					t.Fatal(failure)
				}
			}
			var done []driver.Completion
			for len(done) < 100 {
				done = session.Deliver(context.Background(), done)
			}
			for _, completion := range done {
				if completion.Err != nil {
					t.Fatal(completion.Err)
				}
			}
		})
	}
}
