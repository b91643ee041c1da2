package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// unlockTimeout limits giving a lock back.
const unlockTimeout = time.Second

// manifestTable is in the first schema of the search path that may be written to.
const manifestTable = "dbmark_manifest"

const createManifestTable = "CREATE TABLE IF NOT EXISTS " + manifestTable + " (name text PRIMARY KEY, manifest jsonb NOT NULL)"

// relationQuery finds a relation that can be read from, by schema ("" is the search path) and name.
const relationQuery = `
SELECT c.oid::int8 FROM pg_class c
WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`

// TableExists finds tables, partitioned and foreign ones, and views.
func (t *target) TableExists(ctx context.Context, table string) (bool, error) {
	schema, name, _, err := ParseName(table)
	if err != nil {
		return false, err
	}
	exists := false
	err = t.with(ctx, func(s *session) error {
		result, failed := s.query(ctx, t.timeout, relationQuery, []any{quoteName(schema, name)})
		if failed != nil {
			return failed
		}
		exists = len(result.Rows) > 0
		return nil
	})
	return exists, err
}

// Execute runs statements in the simple protocol, so that one text may hold several. The transaction of a text is its own.
func (t *target) Execute(ctx context.Context, statements []string) error {
	return t.with(ctx, func(s *session) error {
		for i, statement := range statements {
			if failed := s.simple(ctx, statement); failed != nil {
				e := *failed
				e.Message = fmt.Sprintf("statement %d of %d (%s): %s", i+1, len(statements), abbreviate(statement), e.Message)
				return &e
			}
		}
		return nil
	})
}

// simple runs a text in the simple protocol without a timeout.
func (s *session) simple(ctx context.Context, text string) *driver.Error {
	if strings.IndexByte(text, 0) >= 0 {
		return driver.Usagef("the statement holds the character U+0000")
	}
	if ctx.Err() != nil {
		return &driver.Error{Kind: driver.KindCanceled, Message: "the statement was canceled before it was sent", Err: ctx.Err()}
	}
	if failed := s.gone(); failed != nil {
		return failed
	}
	s.wire.query(text)
	return s.guarded(ctx, forever, s.untilReady)
}

// untilReady reads a reply whose rows nobody wants.
func (s *session) untilReady() error {
	s.reply = reply{}
	for {
		kind, body, err := s.wire.next()
		if err != nil {
			return err
		}
		switch kind {
		case 'D':
		case 'Z':
			failed := s.reply.err
			s.reply = reply{}
			if len(body) == 1 {
				s.status = body[0]
			}
			if failed != nil {
				return failed
			}
			return nil
		default:
			if err := s.handle(kind, body); err != nil {
				return err
			}
		}
	}
}

// abbreviate shortens a statement for a message.
func abbreviate(statement string) string {
	short := []rune(strings.Join(strings.Fields(statement), " "))
	if len(short) > 80 {
		return string(short[:80]) + "…"
	}
	return string(short)
}

// Manifest reads a data set's manifest.
func (t *target) Manifest(ctx context.Context, name string) (*driver.Manifest, error) {
	var found *driver.Manifest
	err := t.with(ctx, func(s *session) error {
		result, failed := s.query(ctx, t.timeout, "SELECT manifest::text FROM "+manifestTable+" WHERE name = $1", []any{name})
		if failed != nil {
			if failed.Code == "42P01" { // no table yet
				return nil
			}
			return failed
		}
		if len(result.Rows) == 0 {
			return nil
		}
		found = &driver.Manifest{}
		if err := json.Unmarshal([]byte(text(result, 0, 0)), found); err != nil {
			return &driver.Error{
				Kind:    driver.KindStatement,
				Message: fmt.Sprintf("the manifest of data set %q in table %s cannot be read: %v", name, manifestTable, err),
				Hint:    "It was written by another version of dbmark: load the data set again (--reload)",
			}
		}
		return nil
	})
	return found, err
}

// SaveManifest writes a manifest, and makes its table when there is none.
func (t *target) SaveManifest(ctx context.Context, m *driver.Manifest) error {
	content, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return t.with(ctx, func(s *session) error {
		save := func() *driver.Error {
			_, failed := s.query(ctx, t.timeout, "INSERT INTO "+manifestTable+
				" VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET manifest = excluded.manifest", []any{m.Name, string(content)})
			return failed
		}
		failed := save()
		if failed != nil && failed.Code == "42P01" {
			// Two at once may both make the table: then one of them gets an error, and finds the table.
			if made := s.simple(ctx, createManifestTable); made != nil && made.Code != "23505" && made.Code != "42P07" && made.Code != "42710" {
				return made
			}
			failed = save()
		}
		if failed != nil {
			return failed
		}
		return nil
	})
}

// Lock takes an advisory lock of the database on a connection of its own.
func (t *target) Lock(ctx context.Context, name string) (unlock func(), err error) {
	s, err := t.open(ctx, nil)
	if err != nil {
		return nil, err
	}
	hash := fnv.New64a()
	hash.Write([]byte("dbmark data set " + name))
	if _, failed := s.query(ctx, forever, "SELECT pg_advisory_lock($1)", []any{int64(hash.Sum64())}); failed != nil {
		s.Close(ctx)
		if errors.Is(failed, context.Canceled) {
			e := *failed
			e.Message = fmt.Sprintf("waiting for the lock of data set %q, which another dbmark holds, was ended", name)
			return nil, &e
		}
		return nil, failed
	}
	// Closing the session would release the lock when the server notices; this does it before we return. A server that does not answer
	// keeps nobody waiting.
	return func() {
		s.query(context.Background(), min(t.timeout, unlockTimeout), "SELECT pg_advisory_unlock_all()", nil)
		s.Close(context.Background())
	}, nil
}
