package driver

import (
	"fmt"
	"net/url"
	"sort"
	"strings"
)

// Registry holds the drivers that are compiled in, by URL scheme.
type Registry struct {
	byScheme map[string]Driver
	drivers  []Driver
}

// NewRegistry registers the drivers; two drivers of one scheme are a programming error and panic.
func NewRegistry(drivers ...Driver) *Registry {
	r := &Registry{byScheme: map[string]Driver{}}
	for _, d := range drivers {
		for _, scheme := range d.Schemes() {
			if other, taken := r.byScheme[scheme]; taken {
				panic(fmt.Sprintf("drivers %s and %s both claim %s://", other.System(), d.System(), scheme))
			}
			r.byScheme[scheme] = d
		}
		r.drivers = append(r.drivers, d)
	}
	return r
}

// Drivers lists the drivers in the order of their registration.
func (r *Registry) Drivers() []Driver { return r.drivers }

// Find gives the driver of a target's URL, or an *Error of KindUsage that lists the known schemes.
func (r *Registry) Find(target string) (Driver, error) {
	scheme, _, found := strings.Cut(target, "://")
	if !found {
		return nil, Usagef("target %q is not a URL; expected something like %s", Redact(target), r.known())
	}
	d, ok := r.byScheme[strings.ToLower(scheme)]
	if !ok {
		return nil, Usagef("target %q is of an unknown system; known are %s", Redact(target), r.known())
	}
	return d, nil
}

func (r *Registry) known() string {
	schemes := make([]string, 0, len(r.byScheme))
	for scheme := range r.byScheme {
		schemes = append(schemes, scheme+"://")
	}
	sort.Strings(schemes)
	return strings.Join(schemes, ", ")
}

// RedactedPassword stands in URLs where a password was.
const RedactedPassword = "xxxxx"

// Redact replaces the password of a URL, and the value of every query parameter whose name
// speaks of a secret. A URL that does not parse is redacted by its shape: all between the scheme and
// the last "@" goes or, where the host was forgotten, all after the user.
func Redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || (u.User == nil && strings.Contains(raw, "@")) {
		return redactByShape(raw)
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), RedactedPassword)
	}
	if u.RawQuery != "" {
		query := u.Query()
		for name := range query {
			if isSecretName(name) {
				query.Set(name, RedactedPassword)
			}
		}
		u.RawQuery = query.Encode()
	}
	return u.String()
}

func redactByShape(raw string) string {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found {
		scheme, rest = "", raw
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = RedactedPassword + rest[at:]
	} else if colon := strings.Index(rest, ":"); colon >= 0 {
		rest = rest[:colon+1] + RedactedPassword
	}
	if query := strings.Index(rest, "?"); query >= 0 {
		rest = rest[:query] + "?" + RedactedPassword
	}
	if !found {
		return rest
	}
	return scheme + "://" + rest
}

func isSecretName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"password", "passwd", "secret", "token", "apikey", "api_key"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
