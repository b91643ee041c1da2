package spacetimedb

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// Describe asks for the server's version, the database and its module, and opens a session as the run's are.
func (t *target) Describe(ctx context.Context) (driver.Server, error) {
	told, err := t.health(ctx)
	if err != nil {
		return driver.Server{}, err
	}
	server := driver.Server{Product: "SpacetimeDB", Version: told.Version, Settings: map[string]string{}, Address: t.address, Mode: t.mode}
	if server.Version == "" {
		server.Version = "unknown"
	}
	a, err := t.fetch(ctx, http.MethodGet, t.path(""), t.token)
	if err != nil {
		return server, err
	}
	var database struct {
		Host    map[string]json.RawMessage `json:"host_type"`
		Program string                     `json:"initial_program"`
	}
	if err := json.Unmarshal(a.body, &database); err != nil {
		return server, t.notSpacetime("what it tells of the database can not be read", err)
	}
	for name := range database.Host {
		server.Settings["host"] = name
	}
	server.Settings["initial program"] = database.Program
	if t.mode != modeHTTP {
		server.Settings["protocol"], server.Settings["compression"] = subprotocols[t.mode], t.compression
		server.Settings["acknowledged"] = "with the transaction's update, before it is durable"
	} else {
		server.Settings["protocol"] = "HTTP/1.1"
		server.Settings["acknowledged"] = "before it is durable; each call also connects and disconnects a client"
	}
	schema, err := t.fetchSchema(ctx)
	if err != nil {
		return server, err
	}
	server.Settings["tables"], server.Settings["reducers"] = strconv.Itoa(len(schema.tables)), strconv.Itoa(len(schema.reducers))
	session, err := t.openSession(ctx, nil)
	if err != nil {
		return server, err
	}
	limited, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return server, session.Close(limited)
}
