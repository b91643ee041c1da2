package postgres

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// receive appends a completion for each reply that is complete, and returns when there is at least one and no further whole
// message has come. Rows are counted by their headers; only a captured one is looked at.
func (s *session) receive(dst []driver.Completion) ([]driver.Completion, error) {
	c := s.wire
	delivered := false
	for {
		if c.skip > 0 {
			n := min(c.skip, c.w-c.r)
			c.r += n
			c.skip -= n
		}
		need := headerSize
		if c.skip == 0 && c.w-c.r >= headerSize {
			kind := c.in[c.r]
			length, err := c.messageLength()
			if err != nil {
				return dst, err
			}
			if kind == 'D' && !s.wantsRow() {
				if c.w-c.r >= headerSize+2 {
					columns := int64(binary.BigEndian.Uint16(c.in[c.r+headerSize:]))
					s.reply.rows++
					s.reply.bytes += int64(length) - headerSize - 2 - 4*columns
					available := min(length, c.w-c.r)
					c.r += available
					c.skip = length - available
					continue
				}
				need = headerSize + 2
			} else if c.w-c.r >= length {
				body := c.in[c.r+headerSize : c.r+length]
				c.r += length
				if kind == 'Z' && len(body) == 1 {
					s.status = body[0]
					dst = append(dst, s.complete())
					s.pop()
					delivered = true
					if s.first == len(s.pending) {
						return dst, nil
					}
					continue
				}
				if err := s.handle(kind, body); err != nil {
					return dst, err
				}
				continue
			} else {
				need = length
			}
		}
		if delivered {
			return dst, nil
		}
		if err := c.read(need); err != nil {
			return dst, err
		}
	}
}

// wantsRow: a column of the row to come is to be captured.
func (s *session) wantsRow() bool {
	step := s.pending[s.first].step
	return step != nil && len(step.capture) > 0 && !s.reply.captured
}

// complete makes the completion of the reply that has just ended.
func (s *session) complete() driver.Completion {
	p, r := &s.pending[s.first], &s.reply
	done := driver.Completion{
		Tag: p.tag, RowsRead: r.rows, RowsWritten: r.written, BytesRead: r.bytes, BytesWritten: p.bytesWritten, Err: r.err,
	}
	switch {
	case r.err != nil:
		done.RowsWritten = 0
	case p.step == nil:
		if r.rolledBack {
			done.Err = &driver.Error{Kind: driver.KindStatement, Message: "the server rolled the transaction back instead of committing it"}
		}
	default:
		if !r.captured {
			for _, target := range p.step.targets {
				p.parameters[target].Kind = driver.Null
			}
		}
		if p.step.expect != nil {
			done.Err = p.step.check(r.rows, r.written)
		}
	}
	return done
}

// check compares the number of rows to what the step expects.
func (step *compiledStep) check(read, written int64) *driver.Error {
	n, what := read, "returned"
	if n == 0 {
		n = written
		if n > 0 {
			what = "wrote"
		}
	}
	if step.expect.Contains(n) {
		return nil
	}
	expected := fmt.Sprintf("%d to %d", step.expect.Minimum, step.expect.Maximum)
	if step.expect.Minimum == step.expect.Maximum {
		expected = fmt.Sprintf("%d", step.expect.Minimum)
	}
	return &driver.Error{
		Kind:    driver.KindValidation,
		Message: fmt.Sprintf("%s %s %d rows; %s expected", step.label, what, n, expected),
	}
}

var errCopy = errors.New("COPY to or from the client is not possible in an operation or a query")

// handle takes every message but rows that are only counted and the end of a reply.
func (s *session) handle(kind byte, body []byte) error {
	switch kind {
	case '1', '2', '3', 'n', 's', 'I', 't', 'N', 'A':
		// complete: parse, bind, close; no data, portal suspended, empty; parameters; notices, notifications
	case 'T':
		if s.target.mode == ModeSimple && s.first < len(s.pending) && s.wantsRow() {
			var err error
			s.simpleColumns, err = columnsOf(body)
			return err
		}
	case 'C':
		s.reply.tag(body)
	case 'D':
		return s.captureRow(body)
	case 'E':
		if s.reply.err == nil {
			s.reply.err = serverError(body)
		}
	case 'S':
		s.wire.parameterStatus(body)
	case 'G', 'H', 'W':
		return errCopy
	default:
		return &protocolError{fmt.Sprintf("a message of the unknown type %q", kind)}
	}
	return nil
}

// tag reads the number of rows in "INSERT 0 5", "UPDATE 5", "DELETE 5" or "MERGE 5".
func (r *reply) tag(body []byte) {
	if len(body) < 3 {
		return
	}
	switch body[0] {
	case 'I', 'U', 'D':
	case 'M':
		if body[1] != 'E' {
			return // MOVE
		}
	case 'R':
		r.rolledBack = r.rolledBack || body[1] == 'O'
		return
	default:
		return
	}
	n, factor := int64(0), int64(1)
	for i := len(body) - 2; i >= 0 && body[i] >= '0' && body[i] <= '9'; i-- {
		n += int64(body[i]-'0') * factor
		factor *= 10
	}
	r.written += n
}

// parameterStatus notes the one setting that changes how texts are written.
func (c *wire) parameterStatus(body []byte) {
	const name = "standard_conforming_strings\x00"
	if len(body) > len(name) && string(body[:len(name)]) == name {
		c.standardStrings = string(body[len(name):len(body)-1]) != "off"
	}
}
