package spacetimedbtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"
)

// client of the kit's own: without idle connections, so that tests that count connections or goroutines see none of them.
var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// Publish makes a database of the module, or gives an existing one its newest form. The owner is Token, an identity that is made where
// there is none yet.
func (s *Server) Publish(t testing.TB, database string) {
	t.Helper()
	path, err := moduleFile()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s.PublishProgram(t, database, program)
}

// PublishProgram makes a database of any module, given as WebAssembly.
func (s *Server) PublishProgram(t testing.TB, database string, program []byte) {
	t.Helper()
	if s.Token == "" {
		s.Token = s.Identity(t)
	}
	s.must(t, http.MethodPut, "/v1/database/"+database, program)
}

// Identity makes one, and gives its token.
func (s *Server) Identity(t testing.TB) string {
	t.Helper()
	var identity struct{ Token string }
	if err := json.Unmarshal(s.must(t, http.MethodPost, "/v1/identity", nil), &identity); err != nil {
		t.Fatal(err)
	}
	return identity.Token
}

// SQL is the rows that a statement gives on Database, as the owner. Numbers are json.Number.
func (s *Server) SQL(t testing.TB, statement string) [][]any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(s.must(t, http.MethodPost, "/v1/database/"+Database+"/sql", []byte(statement))))
	decoder.UseNumber()
	var results []struct{ Rows [][]any }
	if err := decoder.Decode(&results); err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	for _, result := range results {
		rows = append(rows, result.Rows...)
	}
	return rows
}

// Sum adds up the numbers that a statement gives: a COUNT(*), or the values of all counters.
func (s *Server) Sum(t testing.TB, statement string) int64 {
	t.Helper()
	var sum int64
	for _, row := range s.SQL(t, statement) {
		for _, cell := range row {
			number, isNumber := cell.(json.Number)
			value, err := number.Int64()
			if !isNumber || err != nil {
				t.Fatalf("%s gives %v, which is no whole number", statement, cell)
			}
			sum += value
		}
	}
	return sum
}

// Call calls a reducer of Database by HTTP, and gives its error: nil where it committed.
func (s *Server) Call(t testing.TB, reducer string, arguments ...any) error {
	t.Helper()
	if arguments == nil {
		arguments = []any{}
	}
	body, err := json.Marshal(arguments)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.request(http.MethodPost, "/v1/database/"+Database+"/call/"+reducer, body)
	return err
}

func (s *Server) must(t testing.TB, method, path string, body []byte) []byte {
	t.Helper()
	answer, err := s.request(method, path, body)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.Log())
	}
	return answer
}

func (s *Server) request(method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequest(method, "http://"+s.Address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if s.Token != "" {
		request.Header.Set("Authorization", "Bearer "+s.Token)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer)
	}
	return answer, err
}
