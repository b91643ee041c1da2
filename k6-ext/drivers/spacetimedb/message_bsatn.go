package spacetimedb

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// The tags of what a server sends, in v1.
const (
	serverInitialSubscription = iota
	serverTransactionUpdate
	serverTransactionUpdateLight
	serverIdentityToken
	serverOneOffQueryResponse
	serverSubscribeApplied
	serverUnsubscribeApplied
	serverSubscriptionError
	serverSubscribeMultiApplied
	serverUnsubscribeMultiApplied
)

const (
	identitySize   = 32
	connectionSize = 16
)

// cursor reads BSATN. Beyond the end it gives zeros, and remembers that it was.
type cursor struct {
	rest  []byte
	short bool
}

func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.rest) {
		c.short, c.rest = true, nil
		return nil
	}
	taken := c.rest[:n]
	c.rest = c.rest[n:]
	return taken
}

func (c *cursor) byte() byte {
	if len(c.rest) == 0 {
		c.short = true
		return 0
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b
}

func (c *cursor) uint16() uint16 {
	if b := c.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) uint32() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// bytes reads a String or an array of bytes.
func (c *cursor) bytes() []byte { return c.take(int(c.uint32())) }

func (d *decoder) decodeBSATN(payload []byte, m *message) error {
	if len(payload) < 2 {
		return protocolError("an empty message")
	}
	compression, payload := payload[0], payload[1:]
	if compression != 0 {
		var err error
		if d.inflated, err = inflate(compression, payload, d.inflated[:0]); err != nil {
			return err
		}
		payload = d.inflated
	}
	c := &cursor{rest: payload}
	switch tag := c.byte(); tag {
	case serverTransactionUpdate:
		d.transactionUpdate(c, m)
	case serverInitialSubscription:
		m.kind = subscribedMessage
		d.databaseUpdate(c, m)
		m.rows, m.changes = m.changes.inserts, changes{}
		m.request = c.uint32()
	case serverTransactionUpdateLight:
		m.kind = updateMessage
		c.uint32() // somebody's request
		d.databaseUpdate(c, m)
	case serverIdentityToken:
		m.kind = identityMessage
		c.take(identitySize)
		m.token, m.connection = c.bytes(), c.take(connectionSize)
	case serverOneOffQueryResponse:
		oneOffQueryResponse(c, m)
	case serverSubscribeApplied, serverSubscribeMultiApplied, serverUnsubscribeApplied, serverUnsubscribeMultiApplied:
		d.subscriptionApplied(tag, c, m)
	case serverSubscriptionError:
		m.kind = refusedMessage
		c.take(8) // the time it took
		m.request = optional(c)
		optional(c)
		optional(c)
		m.text = c.bytes()
	default:
		return protocolError(fmt.Sprintf("a message of the unknown kind %d", tag))
	}
	if c.short {
		return protocolError("a message that ends too early")
	}
	return nil
}

// optional reads an Option<u32>: some is 0, none is 1.
func optional(c *cursor) uint32 {
	if c.byte() == 0 {
		return c.uint32()
	}
	return 0
}

func (d *decoder) transactionUpdate(c *cursor, m *message) {
	m.kind = updateMessage
	m.status = status(c.byte())
	switch m.status {
	case committed:
		d.databaseUpdate(c, m)
	case failed:
		m.text = c.bytes()
	}
	c.take(8) // timestamp
	c.take(identitySize)
	m.ours = bytes.Equal(c.take(connectionSize), d.connection)
	m.reducer = c.bytes()
	c.uint32() // its number
	m.arguments = c.bytes()
	m.request = c.uint32()
}

func oneOffQueryResponse(c *cursor, m *message) {
	m.kind = queryMessage
	if id := c.bytes(); len(id) == 4 {
		m.request = binary.LittleEndian.Uint32(id)
	}
	if c.byte() == 0 {
		m.refused, m.text = true, c.bytes()
	}
	for range c.uint32() {
		c.bytes() // the table's name
		list := rowList(c)
		m.rows += int64(list.count)
		m.bytes += int64(len(list.data))
		if c.short {
			return
		}
	}
}

func (d *decoder) subscriptionApplied(tag byte, c *cursor, m *message) {
	m.kind = subscribedMessage
	if tag == serverUnsubscribeApplied || tag == serverUnsubscribeMultiApplied {
		m.kind = unsubscribedMessage
	}
	m.request = c.uint32()
	c.take(8) // the time it took
	c.uint32()
	if tag == serverSubscribeApplied || tag == serverUnsubscribeApplied {
		c.uint32() // of the table
		c.bytes()
		d.tableUpdate(c, m)
	} else {
		d.databaseUpdate(c, m)
	}
	// Rows that come or go with a subscription are no changes of the table.
	m.rows, m.changes = m.changes.inserts+m.changes.deletes, changes{}
}

func (d *decoder) databaseUpdate(c *cursor, m *message) {
	for range c.uint32() {
		if d.tableUpdate(c, m); c.short {
			return
		}
	}
}

func (d *decoder) tableUpdate(c *cursor, m *message) {
	c.uint32() // the table's number
	name := c.bytes()
	c.take(8) // rows
	var t *table
	if d.schema != nil {
		t = d.schema.tables[string(name)]
	}
	for range c.uint32() {
		tag := c.byte()
		if tag == 0 {
			d.queryUpdate(c, t, m)
		} else {
			packed := c.bytes()
			var err error
			if d.nested, err = inflate(tag, packed, d.nested[:0]); err != nil {
				c.short = true
				return
			}
			inner := &cursor{rest: d.nested}
			d.queryUpdate(inner, t, m)
			c.short = c.short || inner.short
		}
		if c.short {
			return
		}
	}
}

func (d *decoder) queryUpdate(c *cursor, t *table, m *message) {
	deletes, inserts := rowList(c), rowList(c)
	if c.short {
		return
	}
	m.bytes += int64(len(deletes.data) + len(inserts.data))
	d.deletes, d.inserts = d.deletes[:0], d.inserts[:0]
	if t != nil && t.key >= 0 && deletes.count > 0 && inserts.count > 0 {
		d.deletes, d.inserts = deletes.keys(t, d.deletes), inserts.keys(t, d.inserts)
	}
	m.changes.add(pair(deletes.count, inserts.count, d.deletes, d.inserts))
}

// rows is a BsatnRowList: rows of one size, or where each begins.
type rows struct {
	count   int
	size    int
	offsets []byte // eight bytes each; nil: all rows have the size
	data    []byte
}

func rowList(c *cursor) (r rows) {
	if c.byte() == 0 {
		r.size = int(c.uint16())
	} else {
		r.count = int(c.uint32())
		r.offsets = c.take(8 * r.count)
	}
	r.data = c.bytes()
	if r.offsets == nil && r.size > 0 {
		r.count = len(r.data) / r.size
	}
	if c.short {
		r.count = 0
	}
	return r
}

// row gives one of them; nil: the list says something that cannot be.
func (r *rows) row(i int) []byte {
	start, end := uint64(i*r.size), uint64((i+1)*r.size)
	if r.offsets != nil {
		start, end = binary.LittleEndian.Uint64(r.offsets[8*i:]), uint64(len(r.data))
		if i+1 < r.count {
			end = binary.LittleEndian.Uint64(r.offsets[8*(i+1):])
		}
	}
	if start > end || end > uint64(len(r.data)) {
		return nil
	}
	return r.data[start:end]
}

// keys appends the primary keys of the rows; nothing where they cannot be told.
func (r *rows) keys(t *table, to [][]byte) [][]byte {
	for i := range r.count {
		key := t.keyOf(r.row(i))
		if key == nil {
			return to[:0]
		}
		to = append(to, key)
	}
	return to
}

// keyOf finds the primary key in a row; nil: what is before it is no scalar.
func (t *table) keyOf(row []byte) []byte {
	c := &cursor{rest: row}
	for i := range t.columns {
		field := c.field(t.columns[i].kind)
		if c.short {
			return nil
		}
		if i == t.key {
			return field
		}
	}
	return nil
}

// field takes a value of a scalar type.
func (c *cursor) field(kind scalar) []byte {
	switch kind {
	case typeString:
		return c.bytes()
	case typeBool, typeI8, typeU8:
		return c.take(1)
	case typeI16, typeU16:
		return c.take(2)
	case typeI32, typeU32, typeF32:
		return c.take(4)
	case typeI64, typeU64, typeF64:
		return c.take(8)
	default:
		c.short = true
		return nil
	}
}
