package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
)

// boundOperation is an operation of a program in one session.
type boundOperation struct {
	*compiledOperation
	steps []boundStep
}

type boundStep struct {
	*compiledStep
	// statement is nil in simple mode; steps of the same text share one.
	statement *statement
}

// statement is a prepared one, with everything of its messages that does not change.
type statement struct {
	name     string
	encoders []encoder
	types    []uint32
	columns  []column
	// prefix is all up to the first parameter: in statement mode a Parse, then the head of a Bind, whose length is at bindAt.
	prefix []byte
	bindAt int
	// suffix is what follows the last parameter in the Bind.
	suffix []byte
}

// column is one of a statement's result.
type column struct {
	name   string
	oid    uint32
	format byte
}

// types knows PostgreSQL's own types. It is only read.
var types = pgtype.NewMap()

// bind makes room for a program's operations.
func (s *session) bind(p *program) {
	s.operations = make([]boundOperation, len(p.operations))
	for i := range p.operations {
		o := &s.operations[i]
		o.compiledOperation = &p.operations[i]
		o.steps = make([]boundStep, len(o.compiledOperation.steps))
		for j := range o.steps {
			o.steps[j].compiledStep = &o.compiledOperation.steps[j]
		}
	}
}

// prepare has the server prepare each distinct statement (in statement mode: parse it once, to learn its
// types), all in one round trip.
func (s *session) prepare(ctx context.Context) *driver.Error {
	if s.target.mode == ModeSimple {
		return nil
	}
	byText := map[string]*statement{}
	var steps []*boundStep
	for i := range s.operations {
		for j := range s.operations[i].steps {
			step := &s.operations[i].steps[j]
			known := byText[step.text]
			if known == nil {
				known = &statement{}
				if s.target.mode == ModePrepared {
					known.name = "dbmark_" + strconv.Itoa(len(byText)+1)
				}
				byText[step.text] = known
				steps = append(steps, step)
				s.wire.parse(known.name, step.text)
				s.wire.describe(known.name)
				s.wire.sync()
			}
			step.statement = known
		}
	}
	if len(steps) == 0 {
		return nil
	}
	failed := s.guarded(ctx, forever, func() error {
		for _, step := range steps {
			described, err := s.description()
			if err != nil {
				return err
			}
			if err := step.statement.complete(step.compiledStep, s.target.mode, described); err != nil {
				return err
			}
		}
		return nil
	})
	if failed != nil {
		return failed
	}
	for i := range s.operations {
		for j := range s.operations[i].steps {
			step := &s.operations[i].steps[j]
			for _, capture := range step.capture {
				if n := len(step.statement.columns); capture.Column >= n {
					return driver.Usagef("%s captures column %d; the statement has %d columns, and they count from 0", step.label, capture.Column, n)
				}
			}
		}
	}
	return nil
}

// description is what the server says about a statement.
type description struct {
	types   []uint32
	columns []column
	err     *driver.Error
}

// description reads the reply to Parse, Describe and Sync.
func (s *session) description() (*description, error) {
	d := &description{}
	for {
		kind, body, err := s.wire.next()
		if err != nil {
			return nil, err
		}
		switch kind {
		case 't':
			var m pgproto3.ParameterDescription
			if err := m.Decode(body); err != nil {
				return nil, &protocolError{err.Error()}
			}
			d.types = m.ParameterOIDs
		case 'T':
			if d.columns, err = columnsOf(body); err != nil {
				return nil, err
			}
		case 'E':
			d.err = serverError(body)
			s.reply.err = d.err
		case 'Z':
			s.reply = reply{}
			if len(body) == 1 {
				s.status = body[0]
			}
			return d, nil
		default:
			if err := s.handle(kind, body); err != nil {
				return nil, err
			}
		}
	}
}

func columnsOf(body []byte) ([]column, error) {
	var m pgproto3.RowDescription
	if err := m.Decode(body); err != nil {
		return nil, &protocolError{err.Error()}
	}
	columns := make([]column, len(m.Fields))
	for i, f := range m.Fields {
		columns[i] = column{name: string(f.Name), oid: f.DataTypeOID, format: byte(f.Format)}
	}
	return columns, nil
}

// complete makes the messages of a statement from its description.
func (st *statement) complete(step *compiledStep, mode string, d *description) error {
	if d.err != nil {
		e := *d.err
		e.Message = step.label + ": " + e.Message
		return &e
	}
	if len(d.types) != len(step.sources) {
		return driver.Usagef("%s: the server counts %d placeholders, the statement was read as having %d", step.label, len(d.types), len(step.sources))
	}
	st.types, st.columns = d.types, d.columns
	w := wire{}
	if mode == ModeStatement {
		w.parse("", step.text)
	}
	st.bindAt = w.begin('B')
	w.text("")
	w.text(st.name)
	w.out = binary.BigEndian.AppendUint16(w.out, uint16(len(d.types)))
	for _, oid := range d.types {
		encode, format := encoderOf(oid)
		st.encoders = append(st.encoders, encode)
		w.out = append(w.out, 0, format)
	}
	st.prefix = binary.BigEndian.AppendUint16(w.out, uint16(len(d.types)))
	st.suffix = binary.BigEndian.AppendUint16(nil, uint16(len(st.columns)))
	for i := range st.columns {
		c := &st.columns[i]
		c.format = resultFormat(c.oid)
		st.suffix = append(st.suffix, 0, c.format)
	}
	return nil
}

// resultFormat asks for binary values where PostgreSQL has them for sure: they are cheaper to make than texts.
func resultFormat(oid uint32) byte {
	if t, ok := types.TypeForOID(oid); ok && t.Codec.FormatSupported(pgtype.BinaryFormatCode) {
		return formatBinary
	}
	return formatText
}

// encode appends the messages of a step to the send buffer. It gives the bytes of payload.
func (s *session) encode(step *boundStep, parameters []driver.Value) (int64, *driver.Error) {
	if step.statement == nil {
		return s.encodeSimple(step, parameters)
	}
	c, st := s.wire, step.statement
	start := len(c.out)
	c.out = append(c.out, st.prefix...)
	payload := 0
	if st.name == "" {
		payload = len(step.text)
	}
	for i, source := range step.sources {
		v := &parameters[source]
		if v.Kind == driver.Null {
			c.out = append(c.out, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		place := len(c.out)
		c.out = append(c.out, 0, 0, 0, 0)
		var err error
		if c.out, err = st.encoders[i](c.out, v); err != nil {
			c.out = c.out[:start]
			return 0, step.mismatch(i, v, typeName(st.types[i]), err)
		}
		n := len(c.out) - place - 4
		binary.BigEndian.PutUint32(c.out[place:], uint32(n))
		payload += n
	}
	c.out = append(c.out, st.suffix...)
	bind := start + st.bindAt
	binary.BigEndian.PutUint32(c.out[bind:], uint32(len(c.out)-bind))
	c.out = append(c.out, executeAndSync...)
	return int64(payload), nil
}

func (s *session) encodeSimple(step *boundStep, parameters []driver.Value) (int64, *driver.Error) {
	c := s.wire
	start := len(c.out)
	place := c.begin('Q')
	for _, p := range step.pieces {
		c.out = append(c.out, p.text...)
		if p.placeholder == 0 {
			break
		}
		i := p.placeholder - 1
		v := &parameters[step.sources[i]]
		var err error
		if c.out, err = appendLiteral(c.out, v); err != nil {
			c.out = c.out[:start]
			return 0, step.mismatch(i, v, "a literal", err)
		}
	}
	payload := len(c.out) - place - 4
	c.out = append(c.out, 0)
	c.end(place)
	return int64(payload), nil
}

// mismatch says that a value cannot be sent as the type that the server expects.
func (step *compiledStep) mismatch(placeholder int, v *driver.Value, typ string, err error) *driver.Error {
	e := driver.Usagef("%s: parameter %q ($%d) is of kind %s", step.label, step.names[placeholder], placeholder+1, kindName(v.Kind))
	if errors.Is(err, errKind) {
		e.Message += fmt.Sprintf(", which does not fit PostgreSQL's type %s", typ)
		e.Hint = "Use another generator, or cast the placeholder in the statement ($1::text)"
	} else {
		e.Message += fmt.Sprintf(", and cannot be sent as %s: %v", typ, err)
	}
	return e
}
