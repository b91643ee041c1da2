// Package redistest starts real Redis servers for tests: on a free loopback port, with a temporary directory, ended
// with the test.
package redistest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a running redis-server.
type Server struct {
	// Address is its host:port.
	Address string
	// Socket is the path of its Unix socket.
	Socket string
	// Directory is its temporary working directory.
	Directory string
	command   *exec.Cmd
	ended     chan struct{}
}

// Start starts a server with lines of redis.conf in addition to the kit's own, for example "requirepass secret". The
// binary is DBMARK_REDIS_SERVER, or redis-server in the PATH; a test without one fails.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	binary := os.Getenv("DBMARK_REDIS_SERVER")
	if binary == "" {
		found, err := exec.LookPath("redis-server")
		if err != nil {
			t.Fatal("no redis-server: install it (apt-get install redis-server) or set DBMARK_REDIS_SERVER to its path")
		}
		binary = found
	}
	directory, err := os.MkdirTemp("", "redistest") // short: the path of a socket may have 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(directory) })
	for attempt := 1; ; attempt++ {
		s, err := start(binary, directory, settings)
		if err == nil {
			t.Cleanup(s.Kill)
			return s
		}
		if attempt == 3 { // somebody else took the free port twice
			t.Fatal(err)
		}
	}
}

func start(binary, directory string, settings []string) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().(*net.TCPAddr)
	_ = listener.Close()
	s := &Server{Address: address.String(), Directory: directory, Socket: directory + "/socket", ended: make(chan struct{})}
	configuration := append([]string{
		"bind 127.0.0.1", fmt.Sprintf("port %d", address.Port), "dir " + directory, "unixsocket " + s.Socket,
		`save ""`, "appendonly no", "daemonize no",
	}, settings...)
	var output bytes.Buffer
	s.command = exec.Command(binary, "-") // passwords go by the standard input, not by arguments
	s.command.Stdin = strings.NewReader(strings.Join(configuration, "\n") + "\n")
	s.command.Stdout, s.command.Stderr = &output, &output
	if err := s.command.Start(); err != nil {
		return nil, fmt.Errorf("%s does not start: %w", binary, err)
	}
	go func() {
		defer close(s.ended)
		_ = s.command.Wait()
	}()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		select {
		case <-s.ended:
			return nil, fmt.Errorf("%s ended at once:\n%s", binary, output.String())
		default:
		}
		if s.answers() {
			return s, nil
		}
	}
	s.Kill()
	return nil, fmt.Errorf("%s does not answer on %s:\n%s", binary, s.Address, output.String())
}

// answers says whether the server answers a PING with anything: NOAUTH is an answer too.
func (s *Server) answers() bool {
	conn, err := net.DialTimeout("tcp", s.Address, time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	answer := make([]byte, 1)
	_, err = conn.Read(answer)
	return err == nil && (answer[0] == '+' || answer[0] == '-')
}

// ProcessID of the server.
func (s *Server) ProcessID() int { return s.command.Process.Pid }

// Kill ends the server with SIGKILL and waits for its end. It may be called more than once.
func (s *Server) Kill() { s.signal(syscall.SIGKILL) }

// Stop ends the server with SIGTERM and waits for its end.
func (s *Server) Stop() { s.signal(syscall.SIGTERM) }

func (s *Server) signal(signal os.Signal) {
	select {
	case <-s.ended:
		return
	default:
	}
	_ = s.command.Process.Signal(signal)
	<-s.ended
}
