package spacetimedb

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// fakeSchema is of a module with two reducers.
const fakeSchema = `{"typespace":{"types":[]},"tables":[],"reducers":[
	{"name":"increment","params":{"elements":[{"name":{"some":"counter_id"},"algebraic_type":{"String":[]}},{"name":{"some":"amount"},"algebraic_type":{"I64":[]}}]},"lifecycle":{"none":[]}},
	{"name":"point","params":{"elements":[{"name":{"some":"at"},"algebraic_type":{"Product":{"elements":[]}}}]},"lifecycle":{"none":[]}},
	{"name":"init","params":{"elements":[]},"lifecycle":{"some":{"Init":[]}}}]}`

// fake is a server for what a real one does only by chance: it does to each WebSocket what a test says. It is as strict as the real one about what
// it is sent, because gorilla/websocket is.
func fake(t *testing.T, serve func(*websocket.Conn)) string {
	t.Helper()
	upgrader := websocket.Upgrader{Subprotocols: []string{"v1.bsatn.spacetimedb", "v1.json.spacetimedb"}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/database/benchmark/schema", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(fakeSchema)) })
	mux.HandleFunc("GET /v1/database/benchmark/subscribe", func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		if conn.Subprotocol() == "v1.json.spacetimedb" {
			_ = conn.WriteMessage(websocket.TextMessage, []byte(strings.Replace(jsonGreeting, jsonConnection, "17", 1)))
		} else {
			g := &writer{}
			g.Write([]byte{0, serverIdentityToken})
			g.zeros(identitySize)
			g.text("token")
			g.Write(bsatnConnection)
			_ = conn.WriteMessage(websocket.BinaryMessage, g.Bytes())
		}
		serve(conn)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "spacetimedb://" + listener.Addr().String() + "/benchmark"
}

func openFake(t *testing.T, config driver.Config, statement string) (*target, *session) {
	t.Helper()
	opened, err := New().Open(config)
	if err != nil {
		t.Fatal(err)
	}
	program, err := opened.Compile([]driver.Operation{{Name: "o", Parameters: []string{"id"}, Steps: []driver.Step{{Statement: statement, Parameters: []string{"id"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := opened.OpenSession(context.Background(), program)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return opened.(*target), s.(*session)
}

func submitText(t *testing.T, s driver.Session, tag uint64, id string) {
	t.Helper()
	r := &driver.Request{Tag: tag, Parameters: make([]driver.Value, 1)}
	r.Parameters[0].SetText(id)
	if err := s.Submit(context.Background(), r); err != nil {
		t.Fatal(err)
	}
}

func deliverAll(t *testing.T, s driver.Session, n int) map[uint64]*driver.Error {
	t.Helper()
	got := map[uint64]*driver.Error{}
	for len(got) < n {
		done := s.Deliver(context.Background(), nil)
		if len(done) == 0 {
			t.Fatalf("%d of %d were delivered", len(got), n)
		}
		for _, c := range done {
			got[c.Tag] = c.Err
		}
	}
	return got
}

// called is a call as a server reads it.
type called struct {
	arguments string
	request   uint32
}

func readCall(t *testing.T, conn *websocket.Conn) (c called, ok bool) {
	kind, payload, err := conn.ReadMessage()
	if err != nil {
		return c, false
	}
	r := &cursor{rest: payload}
	tag := r.byte()
	name := string(r.bytes())
	c.arguments, c.request = string(r.bytes()), r.uint32()
	if flags := r.byte(); kind != websocket.BinaryMessage || tag != clientCallReducer || name != "increment" || flags != 0 || r.short || len(r.rest) > 0 {
		t.Errorf("it is no call: %x", payload)
	}
	return c, true
}

func failure(text, reducer, arguments string, connection []byte) []byte {
	w := &writer{}
	w.WriteByte(1)
	w.text(text)
	return transaction(w.String(), connection, reducer, arguments, 0)
}

func success(c called) []byte {
	return transaction("\x00\x00\x00\x00\x00", bsatnConnection, "increment", c.arguments, c.request)
}

func send(conn *websocket.Conn, messages ...[]byte) {
	for _, m := range messages {
		_ = conn.WriteMessage(websocket.BinaryMessage, m)
	}
}

func TestFailuresWithoutARequestIDFindTheirCalls(t *testing.T) {
	type test struct {
		// answers to the calls a, b, b and c, numbered from 0 to 3.
		answers func(calls []called) [][]byte
		failed  []uint64
	}
	nobody := make([]byte, connectionSize)
	for name, test := range map[string]test{
		"in order": {func(c []called) [][]byte {
			return [][]byte{success(c[0]), failure("no", "increment", c[1].arguments, bsatnConnection), success(c[2]), success(c[3])}
		}, []uint64{1}},
		"of two that are alike, the older": {func(c []called) [][]byte {
			return [][]byte{failure("no", "increment", c[1].arguments, bsatnConnection), success(c[0]), success(c[2]), success(c[3])}
		}, []uint64{1}},
		"ahead of older successes": {func(c []called) [][]byte {
			return [][]byte{failure("no", "increment", c[3].arguments, bsatnConnection), success(c[0]), success(c[1]), success(c[2])}
		}, []uint64{3}},
		"without arguments, by the reducer": {func(c []called) [][]byte {
			return [][]byte{success(c[0]), failure("no such reducer", "increment", "", bsatnConnection), success(c[2]), success(c[3])}
		}, []uint64{1}},
		"without a name, by order": {func(c []called) [][]byte {
			return [][]byte{failure("no", "", "", bsatnConnection), success(c[1]), success(c[2]), failure("no", "", "", bsatnConnection)}
		}, []uint64{0, 3}},
		"of another connection, not at all": {func(c []called) [][]byte {
			theirs := c[1]
			return [][]byte{failure("no", "increment", c[0].arguments, nobody), transaction("\x00\x00\x00\x00\x00", nobody, "increment", "", theirs.request),
				success(c[0]), failure("no", "increment", c[1].arguments, bsatnConnection), success(c[2]), success(c[3])}
		}, []uint64{1}},
		"out of energy, without an id": {func(c []called) [][]byte {
			return [][]byte{success(c[0]), transaction("\x02", bsatnConnection, "increment", c[1].arguments, 0), success(c[2]), success(c[3])}
		}, []uint64{1}},
	} {
		t.Run(name, func(t *testing.T) {
			url := fake(t, func(conn *websocket.Conn) {
				var calls []called
				for range 4 {
					c, ok := readCall(t, conn)
					if !ok {
						return
					}
					calls = append(calls, c)
				}
				send(conn, test.answers(calls)...)
				_, _, _ = conn.ReadMessage()
			})
			_, s := openFake(t, driver.Config{URL: url}, "CALL increment($1, 1)")
			for i, id := range []string{"a", "b", "b", "c"} {
				submitText(t, s, uint64(i), id)
			}
			for tag, err := range deliverAll(t, s, 4) {
				if expected := strings.Contains(fmt.Sprint(test.failed), fmt.Sprint(tag)); (err != nil) != expected {
					t.Errorf("call %d: %v", tag, err)
				}
			}
		})
	}
}

func TestAnswersToNobodyAreIgnored(t *testing.T) {
	url := fake(t, func(conn *websocket.Conn) {
		for {
			c, ok := readCall(t, conn)
			if !ok {
				return
			}
			late := c
			late.request += 1000
			send(conn, success(late), success(called{request: 0}), success(c), success(c))
		}
	})
	_, s := openFake(t, driver.Config{URL: url}, "CALL increment($1, 1)")
	for i := range uint64(5) {
		submitText(t, s, i, "a")
		for tag, err := range deliverAll(t, s, 1) {
			if tag != i || err != nil {
				t.Errorf("call %d: %v", tag, err)
			}
		}
	}
}

func TestPingsAreAnsweredAlsoByAnIdleSession(t *testing.T) {
	var pongs atomic.Int64
	url := fake(t, func(conn *websocket.Conn) {
		conn.SetPongHandler(func(text string) error {
			if text == "are you there" {
				pongs.Add(1)
			}
			return nil
		})
		go func() {
			for conn.WriteControl(websocket.PingMessage, []byte("are you there"), time.Now().Add(time.Second)) == nil {
				time.Sleep(20 * time.Millisecond)
			}
		}()
		for {
			c, ok := readCall(t, conn)
			if !ok {
				return
			}
			time.Sleep(100 * time.Millisecond) // pings come while the call is in flight
			send(conn, success(c))
		}
	})
	_, s := openFake(t, driver.Config{URL: url}, "CALL increment($1, 1)")
	for range 2 {
		before := pongs.Load()
		for end := time.Now().Add(5 * time.Second); pongs.Load() < before+10; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("an idle session does not answer pings")
			}
		}
		submitText(t, s, 1, "a")
		if err := deliverAll(t, s, 1)[1]; err != nil {
			t.Fatal(err)
		}
	}
}

func TestMessagesInPartsWithPingsBetweenAreRead(t *testing.T) {
	url := fake(t, func(conn *websocket.Conn) {
		c, ok := readCall(t, conn)
		if !ok {
			return
		}
		raw := conn.NetConn()
		message := success(c)
		for i, b := range message {
			opcode := byte(opContinuation)
			if i == 0 {
				opcode = opBinary
			}
			if i == len(message)-1 {
				opcode |= 0x80
			}
			_, _ = raw.Write([]byte{opcode, 1, b, 0x80 | opPing, 0})
		}
		_, _, _ = conn.ReadMessage()
	})
	_, s := openFake(t, driver.Config{URL: url}, "CALL increment($1, 1)")
	submitText(t, s, 1, "a")
	if err := deliverAll(t, s, 1)[1]; err != nil {
		t.Fatal(err)
	}
}

func TestAGoodbyeOfTheServerIsRepeated(t *testing.T) {
	url := fake(t, func(conn *websocket.Conn) {
		if _, ok := readCall(t, conn); ok {
			_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1011, "invalid flags"), time.Now().Add(time.Second))
		}
	})
	_, s := openFake(t, driver.Config{URL: url}, "CALL increment($1, 1)")
	submitText(t, s, 1, "a")
	submitText(t, s, 2, "b")
	for tag, err := range deliverAll(t, s, 2) {
		if err == nil || err.Kind != driver.KindConnection || !err.OutcomeUnknown || !strings.Contains(err.Message, "invalid flags (1011)") {
			t.Errorf("call %d: %v", tag, err)
		}
	}
}

func TestAServerThatClosesInsteadOfGreetingIsAnError(t *testing.T) {
	for name, answer := range map[string][]byte{"closing": {0x88, 2, 3, 0xE8}, "hanging up": nil, "talking nonsense": {0x82, 2, 0, 0x99}, "not a frame": []byte("HTTP")} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					r, err := http.ReadRequest(bufio.NewReader(conn))
					if err == nil && strings.HasSuffix(r.URL.Path, "/schema") {
						_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(fakeSchema), fakeSchema)
					} else if err == nil {
						_, _ = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: v1.bsatn.spacetimedb\r\n\r\n%s",
							acceptKey(r.Header.Get("Sec-WebSocket-Key")), answer)
					}
					_ = conn.Close()
				}
			}()
			target, _ := New().Open(driver.Config{URL: "spacetimedb://" + listener.Addr().String() + "/benchmark", ConnectTimeout: 2 * time.Second})
			_, err = target.OpenSession(context.Background(), nil)
			if kind := driver.KindOf(err); kind != driver.KindConnection && kind != driver.KindProtocol && kind != driver.KindUnreachable {
				t.Errorf("%s: %v", kind, err)
			}
		})
	}
}

func TestReducersWithOtherTypesThanScalarsAreNamed(t *testing.T) {
	url := fake(t, func(conn *websocket.Conn) { _, _, _ = conn.ReadMessage() })
	target, _ := New().Open(driver.Config{URL: url})
	for statement, says := range map[string]string{
		"CALL point(1)":    `parameter at of reducer point has the type {"Product":{"elements":[]}}, which is no scalar`,
		"CALL init()":      `no reducer "init"; it has increment, point`,
		"CALL increment()": "takes 2 arguments, got 0",
	} {
		program, err := target.Compile([]driver.Operation{{Name: "o", Steps: []driver.Step{{Statement: statement}}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = target.OpenSession(context.Background(), program); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", statement, err)
		}
	}
}
