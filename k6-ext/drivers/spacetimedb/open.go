package spacetimedb

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// knownSchema is the database's schema if it was read already.
func (t *target) knownSchema() *schema {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.schema
}

// prepare makes sure that the program is bound to the database's schema, which is read by the first session of the target.
func (t *target) prepare(ctx context.Context, p *program) error {
	if p == nil {
		return nil
	}
	known := t.knownSchema()
	if known == nil {
		read, err := t.fetchSchema(ctx)
		if err != nil {
			return err
		}
		t.mutex.Lock()
		t.schema = read
		t.mutex.Unlock()
		known = read
	}
	p.binding.Lock()
	defer p.binding.Unlock()
	if p.bound {
		return nil
	}
	if err := p.bind(known); err != nil {
		// A module that is published after this is read by the next session.
		t.mutex.Lock()
		t.schema = nil
		t.mutex.Unlock()
		return err
	}
	p.bound = true
	return nil
}

// fetchSchema asks for the module's schema, on a connection of its own.
func (t *target) fetchSchema(ctx context.Context) (*schema, error) {
	a, err := t.fetch(ctx, http.MethodGet, t.path("/schema?version=9"), t.token)
	if err != nil {
		return nil, err
	}
	read, err := readSchema(a.body)
	if err != nil {
		return nil, t.notSpacetime(err.Error(), err)
	}
	return read, nil
}

// fetch sends a first request on a connection of its own, within the connect timeout, and expects the status 200.
func (t *target) fetch(ctx context.Context, method, path, token string) (answer, error) {
	l, err := t.openLane(ctx)
	if err != nil {
		return answer{}, err
	}
	defer l.close()
	a, failure := l.do(ctx, watchdog.Deadline(t.connectTimeout), t.appendRequest(nil, method, path, token, "", nil))
	if failure != nil {
		return a, t.unreached(ctx, failure)
	}
	if a.status != http.StatusOK {
		return a, t.connectError(ctx, t.judge(ctx, &a))
	}
	return a, nil
}

// unreached says of a first request that broke what it is for a connection: nobody there, or somebody else.
func (t *target) unreached(ctx context.Context, cause *driver.Error) *driver.Error {
	if cause.Kind == driver.KindTimeout {
		cause = &driver.Error{Kind: driver.KindUnreachable, Message: fmt.Sprintf("nobody answers at %s in time", t.address), Retryable: true,
			Hint: "Check host and port, or raise the connect timeout"}
		return cause
	}
	if cause.Err != nil {
		return t.connectError(ctx, cause.Err)
	}
	return cause
}

// healthAnswer is what /v1/health tells.
type healthAnswer struct {
	Package     string `json:"package_name"`
	Version     string `json:"version"`
	Schedulable bool   `json:"schedulable"`
}

// health asks a server for its version, which proves that it is SpacetimeDB.
func (t *target) health(ctx context.Context) (healthAnswer, error) {
	var told healthAnswer
	l, err := t.openLane(ctx)
	if err != nil {
		return told, err
	}
	defer l.close()
	a, failure := l.do(ctx, watchdog.Deadline(t.connectTimeout), t.appendRequest(nil, http.MethodGet, "/v1/health", "", "", nil))
	if failure != nil {
		return told, t.unreached(ctx, failure)
	}
	if a.status != http.StatusOK || json.Unmarshal(a.body, &told) != nil || !strings.Contains(told.Package, "spacetimedb") {
		return told, t.notSpacetime(fmt.Sprintf("GET /v1/health answers status %d and %.80q", a.status, a.body), nil)
	}
	return told, nil
}

// guestToken is the user's token or, without one, that of an identity which the server makes once for this target.
func (t *target) guestToken(ctx context.Context) (string, error) {
	if t.token != "" {
		return t.token, nil
	}
	t.guesting.Lock()
	defer t.guesting.Unlock()
	if t.guest != "" {
		return t.guest, nil
	}
	a, err := t.fetch(ctx, http.MethodPost, "/v1/identity", "")
	if err != nil {
		return "", err
	}
	var made struct {
		Token string `json:"token"`
	}
	if json.Unmarshal(a.body, &made) != nil || made.Token == "" {
		return "", t.notSpacetime("POST /v1/identity gives no token", nil)
	}
	t.guest = made.Token
	return t.guest, nil
}
