package postgres

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// modes runs a test in every mode.
func modes(t *testing.T, test func(t *testing.T, mode string)) {
	for _, mode := range []string{ModePrepared, ModeStatement, ModeSimple} {
		t.Run(mode, func(t *testing.T) { test(t, mode) })
	}
}

func TestATransactionCommitsItsStepsAndPassesCapturedColumnsOn(t *testing.T) {
	execute(t, "CREATE TABLE accounts (id int8 PRIMARY KEY, owner text, balance numeric(20,2), ref uuid DEFAULT gen_random_uuid(), seen timestamptz DEFAULT now())",
		"CREATE TABLE transfers (account int8, owner text, balance numeric(20,2), ref uuid, seen timestamptz, mode text)",
		`INSERT INTO accounts VALUES (1, 'O''Neil \ Söhne', 12345.67)`)
	modes(t, func(t *testing.T, mode string) {
		s := openSession(t, openTarget(t, driver.Config{Mode: mode}), driver.Operation{
			Name: "transfer", Kind: driver.Write, Parameters: []string{"id", "owner", "balance", "ref", "seen", "mode"},
			Transaction: &driver.Transaction{Isolation: "Repeatable  Read"},
			Steps: []driver.Step{
				{
					Statement: "SELECT owner, balance, ref, seen FROM accounts WHERE id = $1", Parameters: []string{"id"},
					Capture: []driver.Capture{{Column: 0, Parameter: "owner"}, {Column: 1, Parameter: "balance"}, {Column: 2, Parameter: "ref"}, {Column: 3, Parameter: "seen"}},
					Expect:  &driver.RowRange{Minimum: 1, Maximum: 1},
				},
				{
					Statement:  "INSERT INTO transfers VALUES ($1, $2, $3, $4, $5, $6)",
					Parameters: []string{"id", "owner", "balance", "ref", "seen", "mode"},
				},
			},
		})
		c := do(t, s, 0, intValue(1), driver.Value{}, driver.Value{}, driver.Value{}, driver.Value{}, textValue(mode))
		if c.Err != nil || c.RowsRead != 1 || c.RowsWritten != 1 {
			t.Fatalf("%+v %v", c, c.Err)
		}
		same := query(t, s, `SELECT count(*) FROM transfers t JOIN accounts a ON a.id = t.account AND a.owner = t.owner AND a.balance = t.balance
			AND a.ref = t.ref AND a.seen = t.seen WHERE t.mode = $1`, mode)
		if same[0][0] != int64(1) {
			t.Fatalf("the captured columns did not arrive: %v", query(t, s, "SELECT * FROM transfers"))
		}
	})
}

func TestAnErrorRollsTheTransactionBackAndLeavesTheSessionUsable(t *testing.T) {
	execute(t, "CREATE TABLE rolled (id int8 PRIMARY KEY)", "INSERT INTO rolled VALUES (7)")
	modes(t, func(t *testing.T, mode string) {
		insert := func(name string) driver.Step {
			return driver.Step{Statement: "INSERT INTO rolled VALUES ($1)", Parameters: []string{name}}
		}
		nobody := driver.Step{Statement: "UPDATE rolled SET id = id WHERE id = -5", Expect: &driver.RowRange{Minimum: 1, Maximum: 1}}
		s := openSession(t, openTarget(t, driver.Config{Mode: mode}),
			driver.Operation{Name: "twice", Kind: driver.Write, Parameters: []string{"a", "b"}, Transaction: &driver.Transaction{}, Steps: []driver.Step{insert("a"), insert("b")}},
			driver.Operation{Name: "unexpected", Kind: driver.Write, Parameters: []string{"a"}, Transaction: &driver.Transaction{}, Steps: []driver.Step{insert("a"), nobody}})
		c := do(t, s, 0, intValue(100), intValue(7))
		if c.Err == nil || c.Err.Kind != driver.KindConstraint || c.Err.OutcomeUnknown || c.RowsWritten != 0 {
			t.Fatalf("%+v %v", c, c.Err)
		}
		c = do(t, s, 1, intValue(101))
		if c.Err == nil || c.Err.Kind != driver.KindValidation || !strings.Contains(c.Err.Message, "0 rows; 1 expected") {
			t.Fatalf("%+v", c.Err)
		}
		if rows := query(t, s, "SELECT count(*) FROM rolled"); rows[0][0] != int64(1) {
			t.Fatalf("%v rows are left, want 1", rows[0][0])
		}
	})
}

func TestSerializationFailuresAndDeadlocksAreRetryable(t *testing.T) {
	execute(t, "CREATE TABLE contended (id int8 PRIMARY KEY, n int8)", "INSERT INTO contended VALUES (1, 0), (2, 0)")
	step := func(parameter string, think time.Duration) driver.Step {
		return driver.Step{Statement: "UPDATE contended SET n = n + 1 WHERE id = $1", Parameters: []string{parameter}, Think: think}
	}
	for name, c := range map[string]struct {
		operation driver.Operation
		kind      driver.ErrorKind
		code      string
		second    [2]int64
	}{
		"serialization": {driver.Operation{Transaction: &driver.Transaction{Isolation: "serializable"}, Steps: []driver.Step{
			{Statement: "SELECT 1 FROM contended WHERE id = $1", Parameters: []string{"b"}, Think: 200 * time.Millisecond}, step("a", 0)}}, driver.KindSerialization, "40001", [2]int64{1, 2}},
		"deadlock": {driver.Operation{Transaction: &driver.Transaction{}, Steps: []driver.Step{step("a", 200*time.Millisecond), step("b", 0)}},
			driver.KindDeadlock, "40P01", [2]int64{2, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			c.operation.Name, c.operation.Kind, c.operation.Parameters = name, driver.Write, []string{"a", "b"}
			opened := openTarget(t, driver.Config{})
			results := make(chan driver.Completion, 2)
			for _, ids := range [][2]int64{{1, 2}, c.second} {
				s := openSession(t, opened, c.operation)
				go func() { results <- do(t, s, 0, intValue(ids[0]), intValue(ids[1])) }()
			}
			var failed []*driver.Error
			for range 2 {
				if c := <-results; c.Err != nil {
					failed = append(failed, c.Err)
				}
			}
			if len(failed) != 1 || failed[0].Kind != c.kind || failed[0].Code != c.code || !failed[0].Retryable || failed[0].SessionLost || failed[0].OutcomeUnknown {
				t.Fatalf("%+v", failed)
			}
		})
	}
}

func TestAReadOnlyTransactionRefusesToWrite(t *testing.T) {
	execute(t, "CREATE TABLE untouched (id int8)")
	s := openSession(t, openTarget(t, driver.Config{}), driver.Operation{
		Name: "write", Kind: driver.Write, Transaction: &driver.Transaction{ReadOnly: true}, Steps: []driver.Step{{Statement: "INSERT INTO untouched VALUES (1)"}},
	})
	if c := do(t, s, 0); c.Err == nil || c.Err.Code != "25006" {
		t.Fatalf("%+v", c.Err)
	}
}

func TestThinkTimeIsNotPartOfTheTimeout(t *testing.T) {
	s := openSession(t, openTarget(t, driver.Config{Timeout: 200 * time.Millisecond}), driver.Operation{
		Name: "slow thinker", Kind: driver.Read, Steps: []driver.Step{{Statement: "SELECT 1", Think: 400 * time.Millisecond}, {Statement: "SELECT 2"}},
	})
	start := time.Now()
	if c := do(t, s, 0); c.Err != nil || c.RowsRead != 2 || time.Since(start) < 400*time.Millisecond {
		t.Fatalf("%+v %v after %v", c, c.Err, time.Since(start))
	}
}

func TestThinkTimeEndsWithTheContextAndWithClose(t *testing.T) {
	operation := driver.Operation{Name: "thinker", Kind: driver.Read, Transaction: &driver.Transaction{}, Steps: []driver.Step{{Statement: "SELECT 1", Think: time.Minute}}}
	opened := openTarget(t, driver.Config{})
	ctx, cancel := context.WithCancel(context.Background())
	for name, c := range map[string]struct {
		end  func(driver.Session)
		kind driver.ErrorKind
	}{
		"context": {func(driver.Session) { cancel() }, driver.KindCanceled},
		"close":   {func(s driver.Session) { s.Close(context.Background()) }, driver.KindConnection},
	} {
		t.Run(name, func(t *testing.T) {
			s := openSession(t, opened, operation)
			if err := s.Submit(ctx, &driver.Request{}); err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(50*time.Millisecond, func() { c.end(s) })
			start := time.Now()
			waiting := ctx
			if name == "close" {
				waiting = context.Background()
			}
			done := s.Deliver(waiting, nil)
			if len(done) != 1 || done[0].Err == nil || done[0].Err.Kind != c.kind || !done[0].Err.SessionLost || done[0].Err.OutcomeUnknown {
				t.Fatalf("%+v", done)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Fatalf("it took %v", took)
			}
		})
	}
}

func TestAnOperationOfSeveralRoundTripsKeepsTheSessionForItself(t *testing.T) {
	opened := openTarget(t, driver.Config{})
	alone := driver.Operation{Name: "two", Kind: driver.Read, Steps: []driver.Step{{Statement: "SELECT 1"}, {Statement: "SELECT 2"}}}
	compiled, err := opened.Compile([]driver.Operation{read("SELECT 1"), alone})
	if err != nil || compiled.MaximumDepth() != 1 {
		t.Fatalf("depth %d, %v", compiled.MaximumDepth(), err)
	}
	compiled, err = opened.Compile([]driver.Operation{read("SELECT 1")})
	if err != nil || compiled.MaximumDepth() < 100 {
		t.Fatalf("depth %d, %v", compiled.MaximumDepth(), err)
	}
	s := openSession(t, opened, read("SELECT 1"), alone)
	ctx := context.Background()
	if err := s.Submit(ctx, &driver.Request{Operation: 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(ctx, &driver.Request{}); err == nil || err.Kind != driver.KindUsage {
		t.Fatalf("a second one was accepted: %v", err)
	}
	if done := s.Deliver(ctx, nil); len(done) != 1 || done[0].Err != nil || done[0].RowsRead != 2 {
		t.Fatalf("%+v", done)
	}
}

func TestALostCommitIsUnknownAndALostStepIsNot(t *testing.T) {
	execute(t, "CREATE TABLE deferred (id int8)",
		`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(5); RETURN NULL; END'`,
		"CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON deferred DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow()")
	transaction := func(statement string) driver.Operation {
		return driver.Operation{Name: "lost", Kind: driver.Write, Transaction: &driver.Transaction{}, Steps: []driver.Step{{Statement: statement}}}
	}
	for name, c := range map[string]struct {
		operation driver.Operation
		unknown   bool
	}{
		"in the commit": {transaction("INSERT INTO deferred VALUES (1)"), true},
		"in a step":     {transaction("SELECT pg_sleep(5)"), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := openSession(t, openTarget(t, driver.Config{Timeout: 250 * time.Millisecond}), c.operation)
			done := do(t, s, 0)
			if done.Err == nil || done.Err.Kind != driver.KindTimeout || done.Err.OutcomeUnknown != c.unknown || !errors.Is(done.Err, context.DeadlineExceeded) {
				t.Fatalf("%+v", done.Err)
			}
		})
	}
}

func TestAfterATimeoutTheServerStopsWorking(t *testing.T) {
	opened := openTarget(t, driver.Config{Timeout: 200 * time.Millisecond})
	s := openSession(t, opened, read("SELECT pg_sleep(60) /* left over */"))
	if c := do(t, s, 0); c.Err == nil || c.Err.Kind != driver.KindTimeout {
		t.Fatalf("%+v", c.Err)
	}
	opened.Close() // waits for the cancel request
	other := openSession(t, openTarget(t, driver.Config{}))
	const left = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%left over%' AND pid <> pg_backend_pid() AND state = 'active'"
	for end := time.Now().Add(3 * time.Second); query(t, other, left)[0][0] != int64(0); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server still works on a statement that was given up")
		}
	}
}

func TestASessionThatTheServerEndsSaysWhy(t *testing.T) {
	s := openSession(t, openTarget(t, driver.Config{}), read("SELECT pg_sleep(30)"))
	pid := query(t, s, "SELECT pg_backend_pid()")[0][0]
	other := openSession(t, openTarget(t, driver.Config{}))
	time.AfterFunc(100*time.Millisecond, func() {
		other.Query(context.Background(), driver.Statement{Text: "SELECT pg_terminate_backend($1)", Arguments: []any{pid}})
	})
	c := do(t, s, 0)
	if c.Err == nil || c.Err.Kind != driver.KindConnection || c.Err.Code != "57P01" || !c.Err.SessionLost || !c.Err.OutcomeUnknown {
		t.Fatalf("%+v", c.Err)
	}
	if c = do(t, s, 0); c.Err == nil || !c.Err.SessionLost || c.Err.OutcomeUnknown {
		t.Fatalf("after the loss: %+v", c.Err)
	}
}
