package postgres

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// slowWriter returns from Write long after the bytes have gone, as on a machine without a free processor.
type slowWriter struct{ net.Conn }

func (c slowWriter) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	time.Sleep(50 * time.Millisecond)
	return n, err
}

func TestASlowWriteWhileConnectingStealsNoReply(t *testing.T) {
	opened, err := New().Open(driver.Config{URL: server.URL(), ConnectTimeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	slow := opened.(*target)
	dial := slow.config.DialFunc
	slow.config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return slowWriter{conn}, nil
	}
	program, err := slow.Compile([]driver.Operation{{Name: "one", Kind: driver.Read, Steps: []driver.Step{{Statement: "SELECT 1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		session, err := slow.OpenSession(context.Background(), program)
		if err != nil {
			t.Fatal(err)
		}
		_ = session.Close(context.Background())
	}
}
