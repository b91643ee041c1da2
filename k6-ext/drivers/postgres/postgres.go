// Package postgres drives PostgreSQL. The package pgconn of github.com/jackc/pgx makes the connections (TLS,
// authentication, PG* variables, several hosts); from then on the driver speaks the wire protocol itself, because
// the loop wants two things that client libraries do not offer together: several requests in flight with
// replies that are counted instead of read, and not one allocation for each operation.
package postgres

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	system       = "postgres"
	library      = "github.com/jackc/pgx/v5"
	maximumDepth = 1024
)

// The ways to send a statement (driver.Config.Mode).
const (
	// ModePrepared prepares each statement once in a session, and then binds and executes it.
	ModePrepared = "prepared"
	// ModeStatement parses, binds and executes the unnamed statement every time.
	ModeStatement = "statement"
	// ModeSimple sends texts with the parameters written into them, in the simple query protocol.
	ModeSimple = "simple"
)

type postgres struct{}

// New gives the driver of PostgreSQL.
func New() driver.Driver { return postgres{} }

func (postgres) System() string { return system }

func (postgres) Schemes() []string { return []string{"postgres", "postgresql"} }

func (postgres) Library() driver.Library {
	version := "v5.12.0"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == library {
				version = module.Version
			}
		}
	}
	return driver.Library{Name: library, Version: version}
}

// Open checks the URL, its options and the mode. It does not connect.
func (postgres) Open(config driver.Config) (driver.Target, error) {
	t := &target{
		url:            driver.Redact(config.URL),
		mode:           config.Mode,
		timeout:        config.Timeout,
		connectTimeout: config.ConnectTimeout,
	}
	switch t.mode {
	case "":
		t.mode = ModePrepared
	case ModePrepared, ModeStatement, ModeSimple:
	default:
		return nil, driver.Usagef("PostgreSQL has no mode %q; accepted are %s, %s and %s",
			t.mode, ModePrepared, ModeStatement, ModeSimple)
	}
	if t.timeout < 0 || t.connectTimeout < 0 {
		return nil, driver.Usagef("a timeout is negative (%v, %v to connect); accepted are positive durations",
			t.timeout, t.connectTimeout)
	}
	if t.timeout == 0 {
		t.timeout = driver.DefaultTimeout
	}
	var err error
	if t.config, err = parseURL(config.URL); err != nil {
		return nil, err
	}
	switch {
	case t.connectTimeout > 0:
	case t.config.ConnectTimeout > 0:
		t.connectTimeout = t.config.ConnectTimeout
	default:
		t.connectTimeout = driver.DefaultConnectTimeout
	}
	t.prepareConfig()
	return t, nil
}

// target is one PostgreSQL database.
type target struct {
	url                     string
	mode                    string
	config                  *pgconn.Config
	timeout, connectTimeout time.Duration
	// background counts the cancel requests that are under way.
	background sync.WaitGroup
}

func (t *target) URL() string { return t.url }

// Close waits for cancel requests that are still on their way, which takes cancelTimeout at most.
func (t *target) Close() error {
	t.background.Wait()
	return nil
}

// with opens a session without a program, hands it over and closes it.
func (t *target) with(ctx context.Context, use func(*session) error) error {
	s, err := t.open(ctx, nil)
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	return use(s)
}

// OpenSession connects and prepares the program's statements.
func (t *target) OpenSession(ctx context.Context, p driver.Program) (driver.Session, error) {
	var compiled *program
	if p != nil {
		var ok bool
		if compiled, ok = p.(*program); !ok {
			return nil, driver.Usagef("the program was compiled by another system's driver (%T)", p)
		}
	}
	s, err := t.open(ctx, compiled)
	if err != nil {
		return nil, err
	}
	return s, nil
}
