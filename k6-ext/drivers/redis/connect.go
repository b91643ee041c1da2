package redis

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/driver/watchdog"
)

func (t *target) OpenSession(ctx context.Context, compiled driver.Program) (driver.Session, error) {
	var p *program
	if compiled != nil {
		var ok bool
		if p, ok = compiled.(*program); !ok {
			return nil, driver.Usagef("the program was compiled by another system's target; compile it with this one")
		}
	}
	s, err := t.open(ctx, p)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// open connects and logs in, within the connect timeout.
func (t *target) open(ctx context.Context, p *program) (*session, error) {
	limited, cancel := context.WithTimeout(ctx, t.connectTimeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(limited, t.network, t.address)
	if err != nil {
		return nil, t.connectError(ctx, err)
	}
	// The handshake's reads and writes end when the context does.
	stop := context.AfterFunc(limited, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	secured, from, r, err := t.handshake(limited, conn)
	if !stop() && err == nil {
		err = limited.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, t.connectError(ctx, err)
	}
	return &session{
		target: t, program: p, conn: secured, from: from, reader: *r, watch: watchdog.New(secured), closing: make(chan struct{}),
	}, nil
}

func (t *target) handshake(ctx context.Context, conn net.Conn) (net.Conn, *source, *reader, error) {
	if t.tls != nil {
		secured := tls.Client(conn, t.tls)
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, nil, nil, driver.TLSError(ctx, err, t.notRedis)
		}
		conn = secured
	}
	from := &source{conn}
	r := &reader{buffer: bufio.NewReaderSize(from, readBuffer)}
	return conn, from, r, t.logIn(conn, r)
}

// logIn sends everything at once, and reads the replies. PING proves that this is Redis.
func (t *target) logIn(conn net.Conn, r *reader) error {
	type command struct {
		words    []string
		optional bool
	}
	var commands []command
	credentials := []string{}
	if t.password != "" || t.user != "" {
		user := t.user
		if user == "" && t.protocol == 3 {
			user = "default"
		}
		if user != "" {
			credentials = append(credentials, user)
		}
		credentials = append(credentials, t.password)
	}
	switch {
	case t.protocol == 3:
		hello := []string{"HELLO", "3"}
		if len(credentials) > 0 {
			hello = append(append(hello, "AUTH"), credentials...)
		}
		commands = append(commands, command{words: hello})
	case len(credentials) > 0:
		commands = append(commands, command{words: append([]string{"AUTH"}, credentials...)})
	}
	commands = append(commands, command{words: []string{"PING"}})
	if t.database != 0 {
		commands = append(commands, command{words: []string{"SELECT", strconv.Itoa(t.database)}})
	}
	commands = append(commands, command{words: []string{"CLIENT", "SETNAME", "dbmark"}, optional: true})
	var out []byte
	for _, c := range commands {
		out = appendCommand(out, c.words...)
	}
	_, writeErr := conn.Write(out)
	for i, c := range commands {
		var answer reply
		if err := r.read(&answer, nil, nil, 1); err != nil {
			// A server that hung up may have said why before; only where it did not, the write's error counts.
			if i == 0 && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)) {
				return t.notRedis("it closed the connection without an answer", err)
			}
			return errors.Join(err, writeErr)
		}
		if answer.isError() {
			if e := serverError(answer.text); !c.optional && e.Kind != driver.KindPermission {
				return e
			}
		} else if c.words[0] == "PING" && string(answer.text) != "PONG" {
			return t.notRedis("it does not answer PING with PONG", nil)
		}
	}
	return nil
}
