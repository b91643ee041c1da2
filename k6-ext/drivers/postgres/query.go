package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgtype"
)

// Query runs one statement and reads its rows. What the values become is said at decode.
// Besides the arguments of the contract it takes slices for PostgreSQL's arrays ([]int64, []string, …).
func (s *session) Query(ctx context.Context, q driver.Statement) (*driver.ResultSet, error) {
	if len(q.Command) > 0 {
		return nil, driver.Usagef("PostgreSQL takes a statement, not a command (%q)", q.Command[0])
	}
	result, failed := s.query(ctx, s.target.timeout, q.Text, q.Arguments)
	if failed != nil {
		return nil, failed
	}
	return result, nil
}

func (s *session) query(ctx context.Context, timeout time.Duration, text string, arguments []any) (*driver.ResultSet, *driver.Error) {
	if s.first != len(s.pending) {
		return nil, driver.Usagef("a query cannot be run while %d requests are in flight", len(s.pending)-s.first)
	}
	if ctx.Err() != nil {
		return nil, &driver.Error{Kind: driver.KindCanceled, Message: "the query was canceled before it was sent", Err: ctx.Err()}
	}
	if failed := s.gone(); failed != nil {
		return nil, failed
	}
	s.wire.parse("", text)
	s.wire.describe("")
	s.wire.sync()
	var d *description
	failed := s.guarded(ctx, timeout, func() (err error) {
		if d, err = s.description(); err == nil && d.err != nil {
			err = d.err
		}
		return err
	})
	if failed != nil {
		return nil, failed
	}
	if len(d.types) != len(arguments) {
		return nil, driver.Usagef("the statement has %d placeholders, %d arguments were given", len(d.types), len(arguments))
	}
	if failed := s.bindArguments(d, arguments); failed != nil {
		return nil, failed
	}
	result := &driver.ResultSet{Columns: make([]string, len(d.columns)), Rows: [][]any{}}
	for i, c := range d.columns {
		result.Columns[i] = c.name
	}
	failed = s.guarded(ctx, timeout, func() error { return s.rows(d.columns, result) })
	if failed != nil {
		return nil, failed
	}
	return result, nil
}

// bindArguments puts Bind, Execute and Sync into the send buffer.
func (s *session) bindArguments(d *description, arguments []any) *driver.Error {
	c := s.wire
	formats := make([]byte, len(arguments))
	values := make([][]byte, len(arguments))
	for i, argument := range arguments {
		var err error
		if values[i], formats[i], err = s.encodeArgument(d.types[i], argument); err != nil {
			// The error may hold all the elements of an array.
			return driver.Usagef("argument $%d (%T) cannot be sent as %s: %.200v", i+1, argument, typeName(d.types[i]), err.Error())
		}
	}
	place := c.begin('B')
	c.text("")
	c.text("")
	c.out = binary.BigEndian.AppendUint16(c.out, uint16(len(formats)))
	for _, format := range formats {
		c.out = append(c.out, 0, format)
	}
	c.out = binary.BigEndian.AppendUint16(c.out, uint16(len(values)))
	for _, value := range values {
		if value == nil {
			c.out = append(c.out, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		c.out = binary.BigEndian.AppendUint32(c.out, uint32(len(value)))
		c.out = append(c.out, value...)
	}
	c.out = binary.BigEndian.AppendUint16(c.out, uint16(len(d.columns)))
	for i := range d.columns {
		column := &d.columns[i]
		column.format = queryFormat(column.oid)
		c.out = append(c.out, 0, column.format)
	}
	c.end(place)
	c.out = append(c.out, executeAndSync...)
	return nil
}

// encodeArgument makes the value of a placeholder; nil is null. Texts are sent as texts whatever the type: PostgreSQL reads them.
func (s *session) encodeArgument(oid uint32, argument any) (value []byte, format byte, err error) {
	var v driver.Value
	if list, ok := argument.([]any); ok {
		argument = asTexts(list)
	}
	switch a := argument.(type) {
	case nil:
		return nil, formatText, nil
	case string:
		return append([]byte{}, a...), formatText, nil
	case bool:
		v.SetBool(a)
	case int:
		v.SetInt(int64(a))
	case int64:
		v.SetInt(a)
	case float64:
		v.SetFloat(a)
	case time.Time:
		v.SetTimestamp(a.UnixMicro())
	case []byte:
		v.Kind, v.Bytes = driver.Bytes, a
		if oid != pgtype.ByteaOID && oid != pgtype.UUIDOID {
			return append([]byte{}, a...), formatText, nil
		}
	default:
		format = formatBinary
		if _, texts := argument.([]string); texts || resultFormat(oid) == formatText {
			format = formatText
		}
		value, err = s.typeMap().Encode(oid, int16(format), argument, []byte{})
		return value, format, err
	}
	encode, format := encoderOf(oid)
	if value, err = encode([]byte{}, &v); errors.Is(err, errKind) {
		err = fmt.Errorf("%s does not fit", kindName(v.Kind))
	}
	return value, format, err
}

// asTexts makes a slice of texts, which PostgreSQL reads whatever the array's type, of a list that holds nothing else.
func asTexts(list []any) any {
	texts := make([]string, len(list))
	for i, element := range list {
		text, ok := element.(string)
		if !ok {
			return list
		}
		texts[i] = text
	}
	return texts
}

// rows reads the reply to Bind, Execute and Sync.
func (s *session) rows(columns []column, result *driver.ResultSet) error {
	s.reply = reply{}
	var mistake error
	for {
		kind, body, err := s.wire.next()
		if err != nil {
			return err
		}
		switch kind {
		case 'D':
			row, err := s.row(columns, body)
			if err != nil && mistake == nil {
				mistake = err
			}
			result.Rows = append(result.Rows, row)
		case 'Z':
			if len(body) == 1 {
				s.status = body[0]
			}
			r := s.reply
			s.reply = reply{}
			if r.err != nil {
				return r.err
			}
			result.RowsAffected = r.written
			return mistake
		default:
			if err := s.handle(kind, body); err != nil {
				return err
			}
		}
	}
}

func (s *session) row(columns []column, body []byte) ([]any, error) {
	if len(body) < 2 || int(binary.BigEndian.Uint16(body)) != len(columns) {
		return nil, &protocolError{"a row with another number of columns than announced"}
	}
	row := make([]any, len(columns))
	rest := body[2:]
	for i, c := range columns {
		value, after, err := cutValue(rest)
		if err != nil {
			return nil, err
		}
		rest = after
		if value == nil {
			continue
		}
		if row[i], err = s.decode(c, value); err != nil {
			return nil, &driver.Error{Kind: driver.KindStatement, Message: fmt.Sprintf("column %q (%s) cannot be read: %v", c.name, typeName(c.oid), err)}
		}
	}
	return row, nil
}
