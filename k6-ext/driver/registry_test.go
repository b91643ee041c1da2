package driver

import (
	"strings"
	"testing"
)

func TestRedactLeavesNoPartOfAPassword(t *testing.T) {
	for _, url := range []string{
		"postgres://user:SECRET@host/db",
		"postgres://user:SECRET%40SECRET@host/db",
		"postgres://user:SECRET@SECRET@host/db",
		"postgres://user:SECRET/SECRET@host/db",
		"postgres://user:SECRET#SECRET@host/db",
		"postgres://user:SECRET?SECRET@host/db",
		"postgres://user:SECRET%zz@host/db",
		"postgres://user:SECRET",
		"postgres://user:SECRET@[:x/db",
		"postgres://host/db?user=u&password=SECRET",
		"postgres://host/db?sslpassword=SECRET",
		"user:SECRET@host",
		"://user:SECRET@host",
	} {
		if redacted := Redact(url); strings.Contains(redacted, "SECRET") {
			t.Errorf("%s became %s", url, redacted)
		}
	}
}
