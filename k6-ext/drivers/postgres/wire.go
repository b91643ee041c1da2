package postgres

import (
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver/multiplex"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
	"github.com/jackc/pgx/v5/pgconn"
)

// wire is a connection past its authentication: two buffers and the framing of messages.
type wire struct {
	conn  net.Conn
	watch *watchdog.Watch
	// cancel is the connection as pgconn made it: what a cancel request needs.
	cancel *pgconn.PgConn
	// address is what messages call the server.
	address string

	// in[r:w] is what has come and was not looked at.
	in   []byte
	r, w int
	// skip is the number of bytes still to come that nobody wants to see.
	skip int
	// out is what will be sent.
	out []byte

	// standardStrings: a backslash in '…' is a backslash (standard_conforming_strings).
	standardStrings bool
}

const (
	inputSize     = 16 << 10
	headerSize    = 5
	largestLength = 1<<30 + headerSize
)

// protocolError is a reply that no PostgreSQL sends.
type protocolError struct{ text string }

func (e *protocolError) Error() string { return e.text }

func newWire(hijacked *pgconn.HijackedConn, cancel *pgconn.PgConn, conn net.Conn, address string) *wire {
	return &wire{
		conn:            conn,
		watch:           watchdog.New(conn),
		cancel:          cancel,
		address:         address,
		in:              make([]byte, inputSize),
		out:             make([]byte, 0, 1024),
		standardStrings: hijacked.ParameterStatuses["standard_conforming_strings"] != "off",
	}
}

// flush sends what is kept in out.
func (c *wire) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.conn.Write(c.out)
	if cap(c.out) > 1<<20 {
		c.out = make([]byte, 0, 1024) // one huge parameter must not stay in memory
	} else {
		c.out = c.out[:0]
	}
	return err
}

// read waits for more bytes of a message that is need bytes long. The buffer grows as bytes come, not as a length
// that may be nonsense announces.
func (c *wire) read(need int) error {
	if c.r == c.w {
		c.r, c.w = 0, 0
		if len(c.in) > 1<<20 && need <= inputSize {
			c.in = make([]byte, inputSize)
		}
	}
	if c.r+need > len(c.in) && c.r > 0 {
		c.w = copy(c.in, c.in[c.r:c.w])
		c.r = 0
	}
	if c.w == len(c.in) {
		larger := make([]byte, 2*len(c.in))
		c.w = copy(larger, c.in[c.r:c.w])
		c.r, c.in = 0, larger
	}
	n, err := c.conn.Read(c.in[c.w:])
	c.w += n
	if n > 0 {
		return nil
	}
	return err
}

// next waits for a whole message. The body is good until the next call.
func (c *wire) next() (kind byte, body []byte, err error) {
	for c.skip > 0 {
		n := min(c.skip, c.w-c.r)
		c.r += n
		c.skip -= n
		if c.skip > 0 {
			if err := c.read(1); err != nil {
				return 0, nil, err
			}
		}
	}
	for c.w-c.r < headerSize {
		if err := c.read(headerSize); err != nil {
			return 0, nil, err
		}
	}
	length, err := c.messageLength()
	if err != nil {
		return 0, nil, err
	}
	for c.w-c.r < length {
		if err := c.read(length); err != nil {
			return 0, nil, err
		}
	}
	kind, body = c.in[c.r], c.in[c.r+headerSize:c.r+length]
	c.r += length
	return kind, body, nil
}

// messageLength is the length of the message at r, header included.
func (c *wire) messageLength() (int, error) {
	length := int(binary.BigEndian.Uint32(c.in[c.r+1:])) + 1
	if length < headerSize || length > largestLength {
		return 0, &protocolError{fmt.Sprintf("a message of type %q says that it is %d bytes long", c.in[c.r], length-1)}
	}
	return length, nil
}

// begin starts a message in out and gives the place of its length.
func (c *wire) begin(kind byte) int {
	c.out = append(c.out, kind, 0, 0, 0, 0)
	return len(c.out) - 4
}

// end writes the length of the message that begin started.
func (c *wire) end(place int) {
	binary.BigEndian.PutUint32(c.out[place:], uint32(len(c.out)-place))
}

func (c *wire) text(s string) {
	c.out = append(append(c.out, s...), 0)
}

// query puts a simple query into out.
func (c *wire) query(text string) {
	place := c.begin('Q')
	c.text(text)
	c.end(place)
}

// parse puts a Parse into out.
func (c *wire) parse(name, text string) {
	place := c.begin('P')
	c.text(name)
	c.text(text)
	c.out = append(c.out, 0, 0)
	c.end(place)
}

// describe puts a Describe of a statement into out.
func (c *wire) describe(name string) {
	place := c.begin('D')
	c.out = append(c.out, 'S')
	c.text(name)
	c.end(place)
}

// Execute of the unnamed portal without a limit, and Sync.
const executeAndSync = "E\x00\x00\x00\x09\x00\x00\x00\x00\x00" + "S\x00\x00\x00\x04"

// sync puts a Sync into out.
func (c *wire) sync() { c.out = append(c.out, "S\x00\x00\x00\x04"...) }

// replace exchanges the connection for another one over the same socket.
func (c *wire) replace(conn net.Conn) {
	c.watch.Close()
	c.conn, c.watch = conn, watchdog.New(conn)
}

// goodbye tells the server that we go, and closes the connection.
func (c *wire) goodbye(limit time.Time) {
	const terminate = "X\x00\x00\x00\x04"
	if multiplexed, is := c.conn.(*multiplex.Conn); is {
		multiplexed.TryWrite([]byte(terminate))
	} else {
		_ = c.conn.SetWriteDeadline(limit)
		_, _ = c.conn.Write([]byte(terminate))
	}
	c.abandon()
}

// abandon closes the connection.
func (c *wire) abandon() {
	c.watch.Close()
	_ = c.conn.Close()
}
