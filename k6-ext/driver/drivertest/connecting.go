package drivertest

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

var connectPromises = []promise{
	{name: "nothing listening is unreachable", network: true, test: testNothingListening},
	{name: "a host name that does not exist is unreachable", network: true, test: testUnknownHost},
	{name: "a silent listener ends with the connect timeout", network: true, test: testSilentListener},
	{name: "a trickling listener ends with the connect timeout", network: true, test: testTricklingListener},
	{name: "a canceled context ends a connect attempt soon", network: true, test: testCanceledConnect},
	{name: "another protocol on the port is said to be one", network: true, test: testWrongProtocol},
	{name: "a listener that hangs up is an error", network: true, test: testHangingUp},
	{name: "a wrong password is refused, and not shown", network: true, needs: hasPasswords, test: testWrongPassword},
}

// at makes a bench whose target is not behind the proxy, but at another address.
func at(t *testing.T, suite *Suite, address string, config driver.Config) *bench {
	t.Helper()
	elsewhere := *suite
	elsewhere.URL = func(string) string { return suite.URL(address) }
	return newBench(t, &elsewhere, config)
}

// expectNoConnection checks OpenSession and Describe, which must fail alike, each within limit.
func (b *bench) expectNoConnection(limit time.Duration, kinds ...driver.ErrorKind) {
	b.Helper()
	start := time.Now()
	_, err := b.tryOpen(context.Background())
	b.expectKind("OpenSession", err, kinds...)
	if took := time.Since(start); took > limit {
		b.Fatalf("OpenSession took %v, expected at most %v", took, limit)
	}
	start = time.Now()
	b.within("Describe", func() { _, err = b.target.Describe(context.Background()) })
	b.expectKind("Describe", err, kinds...)
	if took := time.Since(start); took > limit {
		b.Fatalf("Describe took %v, expected at most %v", took, limit)
	}
}

func testNothingListening(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	b.proxy.Refuse()
	b.expectNoConnection(soon, driver.KindUnreachable)
}

func testUnknownHost(t *testing.T, suite *Suite) {
	b := at(t, suite, "no-such-host.invalid:1", driver.Config{ConnectTimeout: 4 * soon})
	b.expectNoConnection(5*soon, driver.KindUnreachable)
}

func testSilentListener(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{ConnectTimeout: short})
	b.proxy.Stall()
	b.expectNoConnection(short+soon, driver.KindUnreachable, driver.KindTimeout)
}

func testTricklingListener(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{ConnectTimeout: short})
	b.proxy.Trickle(short)
	b.expectNoConnection(short+soon, driver.KindUnreachable, driver.KindTimeout)
}

func testCanceledConnect(t *testing.T, suite *Suite) {
	b := newBench(t, suite, driver.Config{})
	b.proxy.Stall()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	start := time.Now()
	time.AfterFunc(short, cancel)
	_, err := b.tryOpen(ctx)
	b.expectKind("OpenSession", err, driver.KindCanceled)
	b.expectNear(time.Since(start), short)
}

// listen answers every connection with a text after the first bytes that come, then hangs up; without a
// text it hangs up at once.
func listen(t *testing.T, text string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			if text != "" {
				_ = connection.SetReadDeadline(time.Now().Add(soon))
				_, _ = connection.Read(make([]byte, 1024))
				_, _ = connection.Write([]byte(text))
				_ = connection.(*net.TCPConn).CloseWrite()
				for {
					if _, err := connection.Read(make([]byte, 1024)); err != nil {
						break
					}
				}
			}
			_ = connection.Close()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return listener.Addr().String()
}

func testWrongProtocol(t *testing.T, suite *Suite) {
	for name, text := range map[string]string{
		"a web server":  "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request",
		"a mail server": "220 mail.example ESMTP\r\n500 unrecognized command\r\n",
		"binary noise":  "\x00\x00\x00\x9d\xbc\xff\xfe\x01\x02",
	} {
		t.Run(name, func(t *testing.T) {
			b := at(t, suite, listen(t, text), driver.Config{ConnectTimeout: soon})
			b.expectNoConnection(2*soon, driver.KindProtocol, driver.KindUnreachable)
		})
	}
}

func testHangingUp(t *testing.T, suite *Suite) {
	b := at(t, suite, listen(t, ""), driver.Config{ConnectTimeout: soon})
	b.expectNoConnection(2*soon, driver.KindProtocol, driver.KindUnreachable)
}

func testWrongPassword(t *testing.T, suite *Suite) {
	wrong := *suite
	wrong.URL = suite.WrongPasswordURL
	b := newBench(t, &wrong, driver.Config{})
	b.expectNoConnection(5*soon, driver.KindAuthentication)
}
