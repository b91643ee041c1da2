package postgres

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/postgres/postgrestest"
)

// fake listens and treats each connection as told.
func fake(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

func TestConnectingToWhatIsNotThereOrNotPostgresSaysWhatItIs(t *testing.T) {
	silent := func(c net.Conn) { io.Copy(io.Discard, c) }
	listener, _ := net.Listen("tcp", "127.0.0.1:0")
	closed := listener.Addr().String()
	listener.Close()
	reply := func(text string) func(net.Conn) {
		return func(c net.Conn) { c.Read(make([]byte, 8)); io.WriteString(c, text); silent(c) }
	}
	inline := func(c net.Conn) { // answers lines, like Redis
		buffer := make([]byte, 64)
		for {
			n, err := c.Read(buffer)
			if err != nil {
				return
			}
			if strings.Contains(string(buffer[:n]), "\r\n") {
				io.WriteString(c, "-NOAUTH Authentication required.\r\n")
			}
		}
	}
	for name, c := range map[string]struct {
		address string
		kind    driver.ErrorKind
		text    string
	}{
		"nothing":      {closed, driver.KindUnreachable, "nothing listens on " + closed},
		"silence":      {fake(t, silent), driver.KindUnreachable, "does not answer within"},
		"hanging up":   {fake(t, func(c net.Conn) { c.Read(make([]byte, 8)) }), driver.KindUnreachable, "closed the connection"},
		"HTTP":         {fake(t, reply("HTTP/1.1 400 Bad Request\r\n\r\n")), driver.KindProtocol, "an HTTP server"},
		"Redis":        {fake(t, inline), driver.KindProtocol, "Redis"},
		"MySQL":        {fake(t, func(c net.Conn) { io.WriteString(c, "J\x00\x00\x00\x0a8.0.36\x00"); silent(c) }), driver.KindProtocol, "MySQL"},
		"unknown host": {"no-such-host.invalid:5432", driver.KindUnreachable, "is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			opened := openTarget(t, driver.Config{URL: postgrestest.URL(c.address, "s3cret"), ConnectTimeout: 300 * time.Millisecond})
			start := time.Now()
			_, err := opened.Describe(context.Background())
			if driver.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), "s3cret") {
				t.Fatalf("%s: %v", driver.KindOf(err), err)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Fatalf("it took %v", took)
			}
		})
	}
}

func TestBeingRefusedSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		url  string
		kind driver.ErrorKind
	}{
		"password": {postgrestest.URL(server.Address(), "wrong-one"), driver.KindAuthentication},
		"database": {strings.Replace(server.URL(), "/postgres", "/absent", 1), driver.KindNotFound},
		"no TLS":   {server.URL() + "?sslmode=require", driver.KindProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := openTarget(t, driver.Config{URL: c.url}).Describe(context.Background())
			if driver.KindOf(err) != c.kind || strings.Contains(err.Error(), "wrong-one") {
				t.Fatalf("%s: %v", driver.KindOf(err), err)
			}
		})
	}
}

func TestThePasswordMayComeFromTheEnvironmentOrAFile(t *testing.T) {
	bare := "postgres://" + postgrestest.User + "@" + server.Address() + "/postgres"
	t.Run("PGPASSWORD", func(t *testing.T) {
		t.Setenv("PGPASSWORD", postgrestest.Password)
		if _, err := openTarget(t, driver.Config{URL: bare}).Describe(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("PGPASSFILE", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "pgpass")
		escaped := strings.ReplaceAll(postgrestest.Password, ":", `\:`)
		if err := os.WriteFile(file, []byte("127.0.0.1:*:*:*:"+escaped+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PGPASSFILE", file)
		if _, err := openTarget(t, driver.Config{URL: bare}).Describe(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestOfSeveralHostsTheFirstThatAnswersIsTaken(t *testing.T) {
	silent := fake(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	url := postgrestest.URL(silent+","+server.Address(), postgrestest.Password)
	if _, err := openTarget(t, driver.Config{URL: url, ConnectTimeout: 2 * time.Second}).Describe(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestDescribeSaysWhatMattersOfTheServer(t *testing.T) {
	execute(t, "CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 4", "CREATE ROLE many LOGIN PASSWORD 'many'")
	described, err := openTarget(t, driver.Config{}).Describe(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if described.Product != "PostgreSQL" || described.Version == "" || described.Settings["fsync"] != "off" || described.Settings["shared_buffers"] != "32MB" || described.Settings["ssl"] != "off" {
		t.Errorf("%+v", described)
	}
	if described.MaximumConnections != 50 || described.ProcessID != server.PID() {
		t.Errorf("%d connections, process %d; want 50, %d", described.MaximumConnections, described.ProcessID, server.PID())
	}
	for user, want := range map[string]int{"few": 4, "many": 47} {
		opened := openTarget(t, driver.Config{URL: "postgres://" + user + ":" + user + "@" + server.Address() + "/postgres"})
		s := openSession(t, opened)
		described, err := opened.Describe(context.Background())
		if err != nil || described.MaximumConnections != want || described.UsedConnections < 1 {
			t.Errorf("%s: %d connections, %d used, %v; want %d", user, described.MaximumConnections, described.UsedConnections, err, want)
		}
		s.Close(context.Background())
	}
}

func TestTooManyConnectionsIsAKindOfItsOwn(t *testing.T) {
	small := postgrestest.Run(t, "max_connections=5", "superuser_reserved_connections=1", "max_wal_senders=0")
	opened := openTarget(t, driver.Config{URL: small.URL()})
	var err error
	for range 6 {
		var s driver.Session
		if s, err = opened.OpenSession(context.Background(), nil); err != nil {
			break
		}
		defer s.Close(context.Background())
	}
	if driver.KindOf(err) != driver.KindTooManyConnections {
		t.Fatalf("%v", err)
	}
}

func TestAServerThatIsKilledOrStoppedFailsRequestsAndNothingHangs(t *testing.T) {
	own := postgrestest.Run(t)
	config := driver.Config{URL: own.URL(), Timeout: 300 * time.Millisecond, ConnectTimeout: 300 * time.Millisecond}
	opened := openTarget(t, config)
	s := openSession(t, opened, read("SELECT 1"))
	own.Pause()
	if c := do(t, s, 0); c.Err == nil || c.Err.Kind != driver.KindTimeout || !c.Err.SessionLost {
		t.Errorf("paused: %+v", c.Err)
	}
	own.Resume()
	s = openSession(t, openTarget(t, driver.Config{URL: own.URL()}), read("SELECT pg_sleep(20)"))
	time.AfterFunc(100*time.Millisecond, own.Kill)
	if c := do(t, s, 0); c.Err == nil || c.Err.Kind != driver.KindConnection || !c.Err.SessionLost || !c.Err.OutcomeUnknown {
		t.Errorf("killed: %+v", c.Err)
	}
	if _, err := opened.OpenSession(context.Background(), nil); driver.KindOf(err) != driver.KindUnreachable {
		t.Errorf("after the kill: %v", err)
	}
}
