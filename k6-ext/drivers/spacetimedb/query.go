package spacetimedb

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// Query runs one statement of SQL, or CALL, over HTTP in every mode: there, SpacetimeDB counts and deletes. It takes the target's timeout at most.
func (s *session) Query(ctx context.Context, statement driver.Statement) (*driver.ResultSet, error) {
	if s.inFlight > 0 {
		return nil, driver.Usagef("a query while %d requests are in flight; deliver them first", s.inFlight)
	}
	s.acquire()
	defer s.release()
	if err := s.refusal(ctx); err != nil {
		return nil, err
	}
	request, reducer, err := s.target.queryRequest(statement, s.link.token)
	if err != nil {
		return nil, err
	}
	side, err := s.openSide(ctx)
	if err != nil {
		return nil, err
	}
	return s.target.query(ctx, side, request, reducer)
}

// openSide gives the connection for queries.
func (s *session) openSide(ctx context.Context) (*lane, error) {
	if s.side != nil && !s.side.closed.Load() {
		return s.side, nil
	}
	opened, err := s.target.openLane(ctx)
	if err != nil {
		return nil, err
	}
	s.exchanging.Lock()
	defer s.exchanging.Unlock()
	if s.closed.Load() {
		opened.close()
		return nil, errClosed
	}
	s.side = opened
	return opened, nil
}

// queryRequest makes the request of a statement for Session.Query, and names the reducer that it calls; empty: it is SQL.
func (t *target) queryRequest(statement driver.Statement, token string) (request []byte, reducer string, err error) {
	if len(statement.Command) > 0 && statement.Text == "" {
		return nil, "", driver.Usagef("SpacetimeDB has no commands; write SQL, or CALL reducer(…)")
	}
	parsed, err := parse(statement.Text)
	if err != nil {
		return nil, "", driver.Usagef("statement %.80q can not be read: %v", statement.Text, err)
	}
	if parsed.placeholders != len(statement.Arguments) {
		return nil, "", driver.Usagef("statement %.80q has %d placeholders, and %d arguments are given", statement.Text, parsed.placeholders, len(statement.Arguments))
	}
	values := make([]driver.Value, len(statement.Arguments))
	s := &step{statement: parsed}
	for i, argument := range statement.Arguments {
		if err := driver.SetAny(&values[i], argument); err != nil {
			return nil, "", driver.Usagef("argument %d: %v", i+1, err)
		}
		s.sources = append(s.sources, i)
	}
	switch parsed.verb {
	case verbCall:
		body, wrong := s.appendNaturalArguments(values)
		if wrong != "" {
			return nil, "", driver.Usagef("%s", wrong)
		}
		return t.appendRequest(nil, http.MethodPost, t.path("/call/"+parsed.reducer), token, "application/json", body), parsed.reducer, nil
	case verbQuery:
		sql, wrong := s.appendSQL(nil, values)
		if wrong != "" {
			return nil, "", driver.Usagef("%s", wrong)
		}
		return t.appendRequest(nil, http.MethodPost, t.path("/sql"), token, "text/plain", sql), "", nil
	default:
		return nil, "", driver.Usagef("statement %.80q is only for operations of a workload; a query takes SQL or CALL", statement.Text)
	}
}

// appendNaturalArguments makes the array of a call whose schema nobody has asked for: each value in its own type.
func (s *step) appendNaturalArguments(values []driver.Value) (body []byte, wrong string) {
	body = []byte{'['}
	for i := range s.arguments {
		if i > 0 {
			body = append(body, ',')
		}
		v := s.value(&s.arguments[i], values)
		switch v.Kind {
		case driver.Int, driver.Float, driver.Bool:
			body = appendScalarText(body, v)
		default:
			if body, _, wrong = appendJSON(body, nil, typeString, v); wrong != "" {
				return nil, fmt.Sprintf("argument %d of reducer %s: %s", i+1, s.reducer, wrong)
			}
		}
	}
	return append(body, ']'), ""
}

// query sends a request of queryRequest.
func (t *target) query(ctx context.Context, l *lane, request []byte, reducer string) (*driver.ResultSet, error) {
	a, failure := l.do(ctx, watchdog.Deadline(t.timeout), request)
	if failure != nil {
		return nil, failure
	}
	if a.status != http.StatusOK {
		if reducer != "" {
			return nil, t.callFailure(&a, reducer)
		}
		return nil, t.sqlFailure(&a)
	}
	if reducer != "" {
		return &driver.ResultSet{RowsAffected: 1}, nil
	}
	result, err := readResult(a.body)
	if err != nil {
		return nil, t.notSpacetime(err.Error(), err)
	}
	return result, nil
}

// statusReducerFailed is what SpacetimeDB answers to a call whose reducer failed.
const statusReducerFailed = 530

// callFailure makes an error of an answer to a call.
func (t *target) callFailure(a *answer, reducer string) *driver.Error {
	text := shorten(a.body)
	switch {
	case a.status == statusReducerFailed, a.status == http.StatusBadRequest:
		return reducerError(reducer, text)
	case a.status == http.StatusNotFound && strings.Contains(text, "reducer"):
		return reducerError(reducer, text)
	}
	return t.refusal(a)
}

// sqlFailure makes an error of an answer to SQL.
func (t *target) sqlFailure(a *answer) *driver.Error {
	if a.status == http.StatusBadRequest {
		return queryError(shorten(a.body))
	}
	return t.refusal(a)
}

// sqlAnswer is one statement's part of an answer to SQL.
type sqlAnswer struct {
	Schema struct {
		Elements []struct {
			Name struct {
				Some string `json:"some"`
			} `json:"name"`
		} `json:"elements"`
	} `json:"schema"`
	Rows  []json.RawMessage `json:"rows"`
	Stats struct {
		Inserted int64 `json:"rows_inserted"`
		Deleted  int64 `json:"rows_deleted"`
		Updated  int64 `json:"rows_updated"`
	} `json:"stats"`
}

func (a *sqlAnswer) written() int64 { return a.Stats.Inserted + a.Stats.Deleted + a.Stats.Updated }

func readAnswers(body []byte) ([]sqlAnswer, error) {
	var answers []sqlAnswer
	if err := json.Unmarshal(body, &answers); err != nil {
		return nil, fmt.Errorf("its answer to SQL can not be read: %w", err)
	}
	return answers, nil
}

func readResult(body []byte) (*driver.ResultSet, error) {
	answers, err := readAnswers(body)
	if err != nil {
		return nil, err
	}
	result := &driver.ResultSet{}
	for i := range answers {
		result.RowsAffected += answers[i].written()
		for _, e := range answers[i].Schema.Elements {
			result.Columns = append(result.Columns, e.Name.Some)
		}
		for _, raw := range answers[i].Rows {
			decoder := json.NewDecoder(bytes.NewReader(raw))
			decoder.UseNumber()
			var row []any
			if err := decoder.Decode(&row); err != nil {
				return nil, fmt.Errorf("a row of its answer to SQL can not be read: %w", err)
			}
			for i := range row {
				row[i] = natural(row[i])
			}
			result.Rows = append(result.Rows, row)
		}
	}
	return result, nil
}

// natural makes numbers of those that JSON has: int64 where it is one, else float64.
func natural(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = natural(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = natural(v[key])
		}
	}
	return value
}
