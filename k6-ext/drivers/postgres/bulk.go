package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
	"github.com/jackc/pgx/v5/pgproto3"
)

// bulkSize is when rows are sent.
const bulkSize = 128 << 10

// The head of COPY's binary format: signature, no flags, no extension.
const copyHeader = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"

// bulk is a COPY … FROM STDIN. A goroutine waits for the server's answer, so that an error ends the load when it happens and
// not when all is sent.
type bulk struct {
	session  *session
	table    string
	columns  []string
	encoders []encoder
	types    []uint32
	text     bool // some type has no binary form that we write
	rows     int64
	place    int // of the length of the CopyData that is being filled
	// answer is written by the goroutine and then announced by closing answered.
	answer   bulkAnswer
	answered chan struct{}
	finished bool
}

type bulkAnswer struct {
	rows int64
	err  error
}

// OpenBulk opens a connection and starts a COPY in binary form, or in text form when a column is of a type that the driver cannot
// write in binary (an enumeration, an interval).
func (t *target) OpenBulk(ctx context.Context, table string, columns []string) (driver.BulkWriter, error) {
	schema, name, _, err := ParseName(table)
	if err != nil {
		return nil, err
	}
	if len(columns) == 0 {
		return nil, driver.Usagef("a bulk load of table %s needs at least one column", table)
	}
	s, err := t.open(ctx, nil)
	if err != nil {
		return nil, err
	}
	b := &bulk{session: s, table: table, columns: columns, answered: make(chan struct{})}
	if err := b.start(ctx, quoteName(schema, name)); err != nil {
		s.Close(ctx)
		return nil, err
	}
	return b, nil
}

func (b *bulk) start(ctx context.Context, qualified string) error {
	s := b.session
	quoted := make([]string, len(b.columns))
	for i, column := range b.columns {
		quoted[i] = QuoteIdentifier(column)
	}
	list := strings.Join(quoted, ", ")
	s.wire.parse("", "SELECT "+list+" FROM "+qualified)
	s.wire.describe("")
	s.wire.sync()
	var d *description
	failed := s.guarded(ctx, s.target.timeout, func() (err error) {
		if d, err = s.description(); err == nil && d.err != nil {
			err = d.err
		}
		return err
	})
	if failed != nil {
		return failed
	}
	for _, c := range d.columns {
		encode, format := encoderOf(c.oid)
		b.encoders, b.types = append(b.encoders, encode), append(b.types, c.oid)
		b.text = b.text || format == formatText
	}
	format := "binary"
	if b.text {
		format = "text"
	}
	s.wire.query("COPY " + qualified + " (" + list + ") FROM STDIN (FORMAT " + format + ")")
	failed = s.guarded(ctx, s.target.timeout, func() error {
		for {
			kind, body, err := s.wire.next()
			switch {
			case err != nil:
				return err
			case kind == 'G':
				var m pgproto3.CopyInResponse
				if err := m.Decode(body); err != nil {
					return &protocolError{err.Error()}
				}
				return nil
			case kind == 'Z':
				e := s.reply.err
				s.reply = reply{}
				if e == nil {
					return &protocolError{"no answer to COPY"}
				}
				return e
			}
			if err := s.handle(kind, body); err != nil {
				return err
			}
		}
	})
	if failed != nil {
		return failed
	}
	go b.await()
	b.place = s.wire.begin('d')
	if !b.text {
		s.wire.out = append(s.wire.out, copyHeader...)
	}
	return nil
}

// await reads the answer. From now on only this goroutine reads, and only the writer's writes.
func (b *bulk) await() {
	defer close(b.answered)
	c := b.session.wire
	var r reply
	for {
		kind, body, err := c.next()
		switch {
		case err != nil:
			if r.err == nil || !r.err.SessionLost {
				r.err = lostError(c.address, err)
			}
			b.answer = bulkAnswer{err: r.err}
			return
		case kind == 'E':
			r.err = serverError(body)
		case kind == 'C' && strings.HasPrefix(string(body), "COPY "):
			fmt.Sscanf(string(body), "COPY %d", &b.answer.rows)
		case kind == 'Z':
			if r.err != nil {
				b.answer.err = r.err
			}
			return
		}
	}
}

// Write adds a row.
func (b *bulk) Write(ctx context.Context, row []driver.Value) error {
	if b.finished {
		return driver.Usagef("the bulk load of table %s is finished", b.table)
	}
	if len(row) != len(b.columns) {
		return driver.Usagef("a row for table %s has %d values; its columns are %s", b.table, len(row), strings.Join(b.columns, ", "))
	}
	c := b.session.wire
	start := len(c.out)
	var err error
	if b.text {
		err = b.appendTextRow(row)
	} else {
		err = b.appendBinaryRow(row)
	}
	if err != nil {
		c.out = c.out[:start]
		return err
	}
	b.rows++
	if len(c.out) >= bulkSize {
		return b.send(ctx)
	}
	return nil
}

func (b *bulk) appendBinaryRow(row []driver.Value) error {
	c := b.session.wire
	c.out = binary.BigEndian.AppendUint16(c.out, uint16(len(row)))
	for i := range row {
		if row[i].Kind == driver.Null {
			c.out = append(c.out, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		place := len(c.out)
		c.out = append(c.out, 0, 0, 0, 0)
		var err error
		if c.out, err = b.encoders[i](c.out, &row[i]); err != nil {
			return b.mismatch(i, &row[i], err)
		}
		binary.BigEndian.PutUint32(c.out[place:], uint32(len(c.out)-place-4))
	}
	return nil
}

// appendTextRow writes a line of COPY's text format.
func (b *bulk) appendTextRow(row []driver.Value) error {
	c := b.session.wire
	for i := range row {
		if i > 0 {
			c.out = append(c.out, '\t')
		}
		if row[i].Kind == driver.Null {
			c.out = append(c.out, `\N`...)
			continue
		}
		var scratch [64]byte
		value, err := encodeText(scratch[:0], &row[i])
		if err != nil {
			return b.mismatch(i, &row[i], err)
		}
		for _, character := range value {
			switch character {
			case '\\':
				c.out = append(c.out, `\\`...)
			case '\n':
				c.out = append(c.out, `\n`...)
			case '\r':
				c.out = append(c.out, `\r`...)
			case '\t':
				c.out = append(c.out, `\t`...)
			default:
				c.out = append(c.out, character)
			}
		}
	}
	c.out = append(c.out, '\n')
	return nil
}

func (b *bulk) mismatch(i int, v *driver.Value, err error) error {
	e := driver.Usagef("row %d for table %s: column %s of type %s cannot hold a value of kind %s", b.rows+1, b.table, b.columns[i], typeName(b.types[i]), kindName(v.Kind))
	if !errors.Is(err, errKind) {
		e.Message += ": " + err.Error()
	}
	return e
}

// send sends the rows that are kept back. The server may be slow (an index, a full disk): there is no timeout but the
// context's.
func (b *bulk) send(ctx context.Context) error {
	select {
	case <-b.answered: // an answer before the end is an error
		return b.fail(ctx)
	default:
	}
	c := b.session.wire
	c.end(b.place)
	if err := b.flush(ctx); err != nil {
		return err
	}
	b.place = c.begin('d')
	return nil
}

func (b *bulk) flush(ctx context.Context) error {
	c := b.session.wire
	c.watch.Arm(ctx.Done(), watchdog.Forever)
	err := c.flush()
	if c.watch.Disarm() == watchdog.Canceled || err != nil {
		return b.fail(ctx)
	}
	return nil
}

// fail ends a load that cannot go on, and says why.
func (b *bulk) fail(ctx context.Context) error {
	b.finished = true
	if ctx.Err() == nil {
		select { // the server may have said something better than the network does
		case <-b.answered:
		case <-time.After(goodbyeTimeout):
		}
	}
	b.drop()
	if ctx.Err() != nil {
		return &driver.Error{Kind: driver.KindCanceled, Message: "loading table " + b.table + " was ended", SessionLost: true, Err: ctx.Err()}
	}
	return b.explained()
}

// explained is the server's error, with the table's name.
func (b *bulk) explained() error {
	var answer *driver.Error
	if !errors.As(b.answer.err, &answer) {
		answer = lostError(b.session.wire.address, net.ErrClosed)
	}
	e := *answer
	e.Message = "loading table " + b.table + ": " + e.Message
	return &e
}

// drop closes the connection, which makes the server drop the rows, and waits for the reader to end.
func (b *bulk) drop() {
	b.session.wire.abandon()
	<-b.answered
	b.session.Close(context.Background())
}

// Commit ends the COPY.
func (b *bulk) Commit(ctx context.Context) (int64, error) {
	if b.finished {
		return 0, driver.Usagef("the bulk load of table %s is finished", b.table)
	}
	// The watchdog notices a cancellation a little later than it happens, and a short end of a load would be confirmed before that.
	if ctx.Err() != nil {
		return 0, b.fail(ctx)
	}
	c := b.session.wire
	if !b.text {
		c.out = append(c.out, 0xff, 0xff)
	}
	c.end(b.place)
	c.out = append(c.out, 'c', 0, 0, 0, 4)
	if err := b.flush(ctx); err != nil {
		return 0, err
	}
	b.finished = true
	select {
	case <-b.answered:
	case <-ctx.Done():
		b.session.target.cancelStatement(c)
		b.drop()
		return 0, &driver.Error{
			Kind: driver.KindCanceled, Message: "loading table " + b.table + " was ended before the server confirmed the rows",
			OutcomeUnknown: true, SessionLost: true, Err: ctx.Err(),
		}
	}
	b.session.Close(ctx)
	if b.answer.err != nil {
		return 0, b.explained()
	}
	return b.answer.rows, nil
}

// Abort closes the connection without a word; the server drops the rows.
func (b *bulk) Abort() {
	if b.finished {
		return
	}
	b.finished = true
	// CopyFail, so that the rows are gone when we return and not some time later.
	c := b.session.wire
	c.out = append(c.out[:0], 'f', 0, 0, 0, 5, 0)
	_ = c.conn.SetDeadline(time.Now().Add(goodbyeTimeout))
	if c.flush() == nil {
		<-b.answered
	}
	b.drop()
}
