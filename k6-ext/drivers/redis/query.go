package redis

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

// Query runs one command: Command, or Text split like a shell does, and Arguments after it, those of an array one by one. In the reply, an
// array's elements are rows of one column, a map's entries rows of two; anything else, null too, is one row. It takes the target's timeout
// at most.
func (s *session) Query(ctx context.Context, statement driver.Statement) (*driver.ResultSet, error) {
	if s.count > 0 {
		return nil, driver.Usagef("a query while %d requests are in flight; deliver them first", s.count)
	}
	words, mistake := commandWords(statement)
	if mistake != nil {
		return nil, mistake
	}
	if why := refusal(words); why != "" {
		return nil, driver.Usagef("%s", why)
	}
	return s.query(ctx, watchdog.Deadline(s.target.timeout), words)
}

// query runs one command until the deadline of the watchdog's clock.
func (s *session) query(ctx context.Context, deadline int64, words []string) (*driver.ResultSet, error) {
	if err := s.refusal(ctx); err != nil {
		return nil, err
	}
	s.watch.Arm(ctx.Done(), deadline)
	value, failed, err := s.ask(words)
	reason := s.watch.Disarm()
	if err == nil && reason != watchdog.None {
		err, reason = s.conn.SetDeadline(time.Time{}), watchdog.None
	}
	if err != nil {
		cause := s.cause(ctx, err, reason)
		s.abandon(cause, nil)
		answer := *cause
		answer.OutcomeUnknown = true
		return nil, &answer
	}
	if failed != nil {
		return nil, failed
	}
	return resultSet(words, value), nil
}

func (s *session) ask(words []string) (value any, failed *driver.Error, err error) {
	if _, err := s.conn.Write(appendCommand(nil, words...)); err != nil {
		return nil, nil, err
	}
	value, err = s.reader.value(1)
	if e, isError := value.(*driver.Error); isError {
		return nil, e, err
	}
	return value, nil, err
}

// value reads a reply and keeps it: nil, int64, float64, bool, string, []any, map[string]any, or the server's *driver.Error.
func (r *reader) value(nesting int) (any, error) {
	if nesting > maximumNesting {
		return nil, protocolError("arrays nested too deep")
	}
	kind, line, n, err := r.header()
	if err != nil {
		return nil, err
	}
	switch kind {
	case ':':
		return n, nil
	case '-':
		return serverError(line), nil
	case '#':
		return string(line) == "t", nil
	case ',':
		if f, err := strconv.ParseFloat(string(line), 64); err == nil {
			return f, nil
		}
	case '_':
		return nil, nil
	case '$', '=', '!':
		return r.bulkValue(kind, n)
	case '*', '~':
		if n < 0 {
			return nil, nil
		}
		list := make([]any, 0, min(n, 1024))
		for range n {
			element, err := r.value(nesting + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		return list, nil
	case '%':
		entries := make(map[string]any, min(n, 1024))
		for range n {
			key, err := r.value(nesting + 1)
			if err != nil {
				return nil, err
			}
			if entries[fmt.Sprint(key)], err = r.value(nesting + 1); err != nil {
				return nil, err
			}
		}
		return entries, nil
	}
	return string(line), nil
}

func (r *reader) bulkValue(kind byte, n int64) (any, error) {
	if n < 0 {
		return nil, nil
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r.buffer, text); err != nil {
		return nil, err
	}
	if err := r.endOfBulk(); err != nil {
		return nil, err
	}
	switch {
	case kind == '!':
		return serverError(text), nil
	case kind == '=' && len(text) >= 4: // "txt:" goes before the text
		text = text[4:]
	}
	return string(text), nil
}

func resultSet(words []string, value any) *driver.ResultSet {
	set := &driver.ResultSet{Columns: []string{"value"}}
	o := step{counting: countings[strings.ToUpper(words[0])], kind: driver.Read}
	if o.counting == arguments {
		o.values = values(words)
	}
	r := reply{kind: '$', elements: 1}
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			set.Rows = append(set.Rows, []any{element})
		}
		r = reply{kind: '*', elements: int64(len(v))}
	case map[string]any:
		set.Columns = []string{"key", "value"}
		for key, element := range v {
			set.Rows = append(set.Rows, []any{key, element})
		}
		r = reply{kind: '%', elements: int64(len(v))}
	default:
		set.Rows = [][]any{{value}}
		if n, isNumber := value.(int64); isNumber {
			r = reply{kind: ':', number: n, elements: 1}
		} else if value == nil {
			r = reply{kind: nullKind}
		}
	}
	_, set.RowsAffected = o.rows(&r)
	return set
}

func commandWords(statement driver.Statement) ([]string, *driver.Error) {
	words := append([]string{}, statement.Command...)
	if len(words) == 0 {
		var closed bool
		if words, closed = split(statement.Text); !closed {
			return nil, driver.Usagef("command %q has a quote that does not end", statement.Text)
		}
	}
	if len(words) == 0 || words[0] == "" {
		return nil, driver.Usagef(`no command; expected something like "GET user:1"`)
	}
	for i, argument := range statement.Arguments {
		switch a := argument.(type) {
		case nil:
			return nil, driver.Usagef("argument %d is null, but Redis has no null", i+1)
		case []any: // as many words
			elements, err := commandWords(driver.Statement{Command: words, Arguments: a})
			if err != nil {
				return nil, err
			}
			words = elements
		case bool:
			words = append(words, map[bool]string{true: "1", false: "0"}[a])
		case []byte:
			words = append(words, string(a))
		case time.Time:
			words = append(words, strconv.FormatInt(a.UnixMicro(), 10))
		default:
			words = append(words, fmt.Sprint(a))
		}
	}
	return words, nil
}

// split takes a command apart at spaces, but not within quotes ("…" with \ before a quote, '…').
func split(text string) (words []string, closed bool) {
	var word []byte
	inWord, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote == '"' && c == '\\' && i+1 < len(text):
			i++
			word = append(word, text[i])
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, inWord = c, true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			if inWord {
				words, word, inWord = append(words, string(word)), nil, false
			}
		default:
			word, inWord = append(word, c), true
		}
	}
	if inWord {
		words = append(words, string(word))
	}
	return words, quote == 0
}
