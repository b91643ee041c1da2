package drivertest

import (
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// echo is a proxy before a server that sends back what it gets, and a connection through it.
func echo(t *testing.T) (*Proxy, net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			}()
		}
	}()
	p, err := NewProxy(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p, dial(t, p)
}

func dial(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if !eventually(func() bool { return p.Open() > 0 }) {
		t.Fatal("the proxy does not see the connection")
	}
	return conn
}

// exchange sends a text and reads as many bytes back, within a limit.
func exchange(conn net.Conn, text string, limit time.Duration) (string, error) {
	_ = conn.SetDeadline(time.Now().Add(limit))
	if _, err := conn.Write([]byte(text)); err != nil {
		return "", err
	}
	back := make([]byte, len(text))
	n, err := io.ReadFull(conn, back)
	return string(back[:n]), err
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

func TestTheProxyForwardsAndCounts(t *testing.T) {
	p, conn := echo(t)
	if back, err := exchange(conn, "hello", time.Second); back != "hello" || err != nil {
		t.Fatal(back, err)
	}
	_ = conn.Close()
	if !eventually(func() bool { return p.Open() == 0 }) || p.Accepted() != 1 {
		t.Fatalf("%d open, %d accepted", p.Open(), p.Accepted())
	}
}

func TestTheProxyStallsAndRestores(t *testing.T) {
	p, conn := echo(t)
	for _, stall := range []func(){p.Stall, p.StallReplies} {
		stall()
		if back, err := exchange(conn, "hello", 50*time.Millisecond); back != "" || !isTimeout(err) {
			t.Fatal(back, err)
		}
		p.Restore()
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		back := make([]byte, 5)
		if _, err := io.ReadFull(conn, back); err != nil || string(back) != "hello" {
			t.Fatal(string(back), err)
		}
	}
}

func TestTheProxySeesTheEndOfAStalledConnection(t *testing.T) {
	p, conn := echo(t)
	p.Stall()
	_ = conn.Close()
	if !eventually(func() bool { return p.Open() == 0 }) {
		t.Fatal("the connection is still open")
	}
}

func TestTheProxyCutsAndHangsUp(t *testing.T) {
	p, conn := echo(t)
	p.Cut()
	if _, err := exchange(conn, "x", time.Second); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		t.Fatal(err)
	}
	conn = dial(t, p)
	p.HangUp()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
		t.Fatal(err)
	}
	conn = dial(t, p)
	p.CutAfter(3)
	if back, err := exchange(conn, "hello", time.Second); back != "hel" || !errors.Is(err, syscall.ECONNRESET) {
		t.Fatal(back, err)
	}
}

func TestTheProxyTricklesAndGarbles(t *testing.T) {
	p, conn := echo(t)
	p.Trickle(20 * time.Millisecond)
	start := time.Now()
	if back, err := exchange(conn, "hello", time.Second); back != "hello" || err != nil || time.Since(start) < 100*time.Millisecond {
		t.Fatal(back, err, time.Since(start))
	}
	p.Restore()
	p.Garble()
	if back, err := exchange(conn, "hello", time.Second); back == "hello" || err != nil {
		t.Fatal(back, err)
	}
}

func TestTheProxyRefusesAndAcceptsAgain(t *testing.T) {
	p, conn := echo(t)
	p.Refuse()
	if _, err := net.Dial("tcp", p.Address()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatal(err)
	}
	if back, err := exchange(conn, "hello", time.Second); back != "hello" || err != nil {
		t.Fatal("the open connection ended too", err)
	}
	if err := p.Accept(); err != nil {
		t.Fatal(err)
	}
	if back, err := exchange(dial(t, p), "hello", time.Second); back != "hello" || err != nil {
		t.Fatal(back, err)
	}
}
