package dataset

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/workload"
)

// plainTarget keeps rows that single statements add, and nothing about them: it is no driver.Store.
type plainTarget struct {
	driver.Target
	mutex      sync.Mutex
	rows       map[string]int
	statements []string
	// refuse is a row that is not taken.
	refuse   string
	sessions int
}

type plainProgram struct{ operation driver.Operation }

func (plainProgram) MaximumDepth() int { return 5 }

func (t *plainTarget) Compile(operations []driver.Operation) (driver.Program, error) {
	return plainProgram{operations[0]}, nil
}

func (t *plainTarget) OpenSession(_ context.Context, program driver.Program) (driver.Session, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.sessions++
	return &plainSession{target: t, program: program}, nil
}

type plainSession struct {
	driver.Session
	target  *plainTarget
	program driver.Program
	flying  []*driver.Request
	closed  bool
}

func (s *plainSession) Submit(_ context.Context, request *driver.Request) *driver.Error {
	s.flying = append(s.flying, request)
	return nil
}

// Deliver reads the parameters as late as it may: they belong to the session until then.
func (s *plainSession) Deliver(_ context.Context, dst []driver.Completion) []driver.Completion {
	s.target.mutex.Lock()
	defer s.target.mutex.Unlock()
	for _, request := range s.flying {
		operation := s.program.(plainProgram).operation
		row := operation.Steps[0].Statement
		for i := range request.Parameters {
			row += fmt.Sprintf(" %v", request.Parameters[i].Any())
		}
		completion := driver.Completion{Tag: request.Tag}
		if s.target.refuse != "" && strings.Contains(row, s.target.refuse) {
			completion.Err = &driver.Error{Kind: driver.KindConstraint, Message: "no"}
		} else {
			s.target.rows[row]++
		}
		dst = append(dst, completion)
	}
	s.flying = s.flying[:0]
	return dst
}

func (s *plainSession) Query(_ context.Context, statement driver.Statement) (*driver.ResultSet, error) {
	s.target.statements = append(s.target.statements, statement.Text)
	switch statement.Text {
	case "three":
		return &driver.ResultSet{Rows: [][]any{{int64(1)}, {"40"}, {int64(-2)}}}, nil
	case "wide":
		return &driver.ResultSet{Rows: [][]any{{int64(1), int64(2)}}}, nil
	case "words":
		return &driver.ResultSet{Rows: [][]any{{"many"}}}, nil
	default:
		return &driver.ResultSet{}, nil
	}
}

func (s *plainSession) Close(context.Context) error {
	s.target.mutex.Lock()
	defer s.target.mutex.Unlock()
	if !s.closed {
		s.closed = true
		s.target.sessions--
	}
	return nil
}

// plainPeople is a data set that is loaded by statements.
func plainPeople(rows int64) *workload.DataSet {
	declared := people(rows)
	declared.Create, declared.Truncate = nil, []string{"empty it"}
	declared.Tables[0].Insert = "add"
	return declared
}

func TestATargetThatKeepsNoRecordIsEmptiedAndLoadedEveryTime(t *testing.T) {
	target := &plainTarget{rows: map[string]int{}}
	for range 2 {
		clear(target.rows)
		target.statements = nil
		result, err := PrepareAnew(context.Background(), target, plainPeople(12_001), Options{Seed: 1, Connections: 3})
		if err != nil {
			t.Fatal(err)
		}
		if result.Rows != 12_001 || result.Reused || result.Connections != 3 || !strings.Contains(result.Reason, "no record") {
			t.Errorf("%+v", result)
		}
		// Each row has a number of its own: none was overwritten while it was in flight.
		if len(target.rows) != 12_001 || fmt.Sprint(target.statements) != "[empty it]" || target.sessions != 0 {
			t.Errorf("%d rows, statements %v, %d sessions left open", len(target.rows), target.statements, target.sessions)
		}
	}
}

func TestARowThatIsNotTakenEndsALoadByStatements(t *testing.T) {
	target := &plainTarget{rows: map[string]int{}, refuse: "add 777 "}
	_, err := PrepareAnew(context.Background(), target, plainPeople(2000), Options{Seed: 1, Connections: 2})
	if driver.KindOf(err) != driver.KindConstraint || !strings.Contains(err.Error(), `a row of table "people" could not be loaded: no`) || target.sessions != 0 {
		t.Errorf("%v, %d sessions left open", err, target.sessions)
	}
}

func TestATableWithoutAnInsertCannotBeLoadedByStatements(t *testing.T) {
	declared := plainPeople(1)
	declared.Tables[0].Insert = ""
	target := &plainTarget{rows: map[string]int{}}
	_, err := PrepareAnew(context.Background(), target, declared, Options{})
	if driver.KindOf(err) != driver.KindUsage || len(target.statements) > 0 {
		t.Errorf("%v after %v", err, target.statements)
	}
}

func TestCountAddsUpRows(t *testing.T) {
	target := &plainTarget{}
	for statement, want := range map[string]int64{"three": 39, "none": 0} {
		if got, err := Count(context.Background(), target, driver.Statement{Text: statement}); got != want || err != nil {
			t.Errorf("%s: %d, %v; want %d", statement, got, err, want)
		}
	}
	for _, statement := range []string{"wide", "words"} {
		if _, err := Count(context.Background(), target, driver.Statement{Text: statement}); err == nil {
			t.Errorf("%s: no error", statement)
		}
	}
}
