package redis

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// reader reads replies of RESP2 and RESP3, and counts them without keeping them.
type reader struct {
	buffer *bufio.Reader
}

// readBuffer holds some hundred ordinary replies; what is larger flows through.
const readBuffer = 16 << 10

// maximumNesting of arrays in arrays: more is not a server that means well.
const maximumNesting = 64

// maximumLength of a string or an aggregate; a server's own limit is 512 MB by default.
const maximumLength = 1 << 32

// reply is what is kept of one reply.
type reply struct {
	// kind is the first byte on the wire; nullKind for every form of null.
	kind byte
	// number of an integer, or the length of an aggregate.
	number int64
	// elements that are not null: of an aggregate its own, each pair of a map one; of anything else 1, or 0 for a null.
	elements int64
	// bytes of payload, nested ones too.
	bytes int64
	// text of an error or a simple string, until the next reply is read.
	text []byte
}

const nullKind = '_'

func (r *reply) isError() bool { return r.kind == '-' || r.kind == '!' }

// capture copies the column of a reply to the parameter at an index.
type capture struct{ column, parameter int }

// protocolError is what is not RESP.
type protocolError string

func (e protocolError) Error() string { return string(e) }

// whole says whether b begins with a complete reply, so that reading it will not block. What is no
// reply at all counts as one: reading it fails at once.
func whole(b []byte) bool {
	for pending := int64(1); pending > 0; pending-- {
		end := bytes.IndexByte(b, '\n')
		if end < 0 {
			return false
		}
		kind, line := b[0], b[1:max(1, end-1)]
		b = b[end+1:]
		if !hasLength(kind) {
			continue
		}
		n, ok := parseInt(line)
		if !ok || n > maximumLength {
			return true
		}
		if n < 0 {
			continue
		}
		switch kind {
		case '$', '=', '!':
			if int64(len(b)) < n+2 {
				return false
			}
			b = b[n+2:]
		case '*', '~':
			pending += n
		case '%':
			pending += 2 * n
		case '>': // not a reply: the reply follows it
			pending += n + 1
		case '|':
			pending += 2*n + 1
		}
	}
	return true
}

func hasLength(kind byte) bool {
	switch kind {
	case '$', '=', '!', '*', '~', '%', '>', '|':
		return true
	}
	return false
}

// ready says whether a complete reply is in the buffer.
func (r *reader) ready() bool {
	n := r.buffer.Buffered()
	if n == 0 {
		return false
	}
	b, _ := r.buffer.Peek(n)
	return whole(b)
}

// line reads a line without its end; it is valid until the next read.
func (r *reader) line() ([]byte, error) {
	b, err := r.buffer.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		return nil, protocolError("a line without an end")
	}
	if err != nil {
		return nil, err
	}
	if len(b) < 3 || b[len(b)-2] != '\r' {
		return nil, protocolError("a line that does not end as it should")
	}
	return b[:len(b)-2], nil
}

// header reads the line that a reply begins with, passing over pushes and attributes, which are no replies.
func (r *reader) header() (kind byte, line []byte, n int64, err error) {
	for {
		if line, err = r.line(); err != nil {
			return 0, nil, 0, err
		}
		kind, line = line[0], line[1:]
		switch kind {
		case '+', '-', '_', ',', '#', '(':
			return kind, line, 0, nil
		case ':', '$', '=', '!', '*', '~', '%', '>', '|':
			var ok bool
			if n, ok = parseInt(line); !ok || (kind != ':' && (n < -1 || n > maximumLength)) {
				return 0, nil, 0, protocolError(fmt.Sprintf("the length %.20q", line))
			}
		default:
			return 0, nil, 0, protocolError(fmt.Sprintf("a reply that begins with %.20q", append([]byte{kind}, line...)))
		}
		switch kind {
		case '>':
			err = r.skip(n)
		case '|':
			err = r.skip(2 * n)
		default:
			return kind, line, n, nil
		}
		if err != nil {
			return 0, nil, 0, err
		}
	}
}

func (r *reader) skip(replies int64) error {
	var ignored reply
	for range replies {
		if err := r.read(&ignored, nil, nil, 1); err != nil {
			return err
		}
	}
	return nil
}

// read reads one reply into out. Captured columns go to the parameters: column 0 of a reply that is no
// aggregate is the reply itself.
func (r *reader) read(out *reply, captures []capture, parameters []driver.Value, nesting int) error {
	*out = reply{}
	if nesting > maximumNesting {
		return protocolError("arrays nested too deep")
	}
	kind, line, n, err := r.header()
	if err != nil {
		return err
	}
	out.kind, out.number, out.elements = kind, n, 1
	switch kind {
	case '*', '~', '%':
		return r.readAggregate(out, captures, parameters, nesting)
	case '$', '=', '!':
		return r.readBulk(out, captured(captures, parameters, 0))
	case '_':
		out.elements = 0
	default:
		out.text, out.bytes = line, int64(len(line))
		store(captured(captures, parameters, 0), kind, n, line)
		return nil
	}
	if to := captured(captures, parameters, 0); to != nil {
		to.Kind = driver.Null
	}
	return nil
}

func (r *reader) readAggregate(out *reply, captures []capture, parameters []driver.Value, nesting int) error {
	for i := range captures {
		parameters[captures[i].parameter].Kind = driver.Null // until the element comes
	}
	out.elements = 0
	if out.number < 0 {
		out.kind = nullKind
		return nil
	}
	count := out.number
	if out.kind == '%' {
		count *= 2
	}
	var element reply
	var columns [1]capture
	for i := range count {
		var wanted []capture
		for _, c := range captures {
			if int64(c.column) == i {
				columns[0] = capture{column: 0, parameter: c.parameter}
				wanted = columns[:]
			}
		}
		if err := r.read(&element, wanted, parameters, nesting+1); err != nil {
			return err
		}
		out.bytes += element.bytes
		if element.kind != nullKind && (out.kind != '%' || i%2 == 0) {
			out.elements++
		}
	}
	return nil
}

func (r *reader) readBulk(out *reply, to *driver.Value) error {
	n := int(out.number)
	if n < 0 {
		out.kind, out.elements = nullKind, 0
		if to != nil {
			to.Kind = driver.Null
		}
		return nil
	}
	out.bytes = int64(n)
	switch {
	case out.kind == '!':
		if n > 64<<10 {
			return protocolError("an error message of more than 64 KB")
		}
		out.text = make([]byte, n)
		if _, err := io.ReadFull(r.buffer, out.text); err != nil {
			return err
		}
	case to != nil:
		if _, err := io.ReadFull(r.buffer, to.Grow(driver.Text, n)); err != nil {
			return err
		}
	default:
		if _, err := r.buffer.Discard(n); err != nil {
			return err
		}
	}
	return r.endOfBulk()
}

func (r *reader) endOfBulk() error {
	end, err := r.buffer.Peek(2)
	if err != nil {
		return err
	}
	if end[0] != '\r' || end[1] != '\n' {
		return protocolError("a string that does not end where it should")
	}
	_, err = r.buffer.Discard(2)
	return err
}

// captured is the parameter that a column goes to, or nil.
func captured(captures []capture, parameters []driver.Value, column int) *driver.Value {
	for i := range captures {
		if captures[i].column == column {
			return &parameters[captures[i].parameter]
		}
	}
	return nil
}

// store keeps a scalar that came in a line.
func store(to *driver.Value, kind byte, n int64, line []byte) {
	switch {
	case to == nil:
	case kind == ':':
		to.SetInt(n)
	case kind == '#':
		to.SetBool(len(line) > 0 && line[0] == 't')
	default:
		copy(to.Grow(driver.Text, len(line)), line)
	}
}

// parseInt reads a decimal without the allocation of a string.
func parseInt(b []byte) (n int64, ok bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative || (len(b) > 0 && b[0] == '+') {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 19 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0') // wraps for -9223372036854775808, and the minus makes it right
	}
	if negative {
		return -n, true
	}
	return n, n >= 0
}
