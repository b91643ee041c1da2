// Package spacetimedbtest starts real SpacetimeDB servers for tests: on a free loopback port, with temporary directories, ended with the
// test by their own process id.
package spacetimedbtest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// untilDurable is twice the time after which the server writes to disk what it has answered already: databases and their rows.
const untilDurable = time.Second

// Database is the name under which Start publishes the module.
const Database = "benchmark"

// Options of a server. The zero value is a server in memory with the module published as Database.
type Options struct {
	// OnDisk keeps the data in files, so that it is there after Restart.
	OnDisk bool
	// Empty leaves out publishing the module.
	Empty bool
}

// Server is a SpacetimeDB that runs, or did.
type Server struct {
	// Address is its host:port, the same after Restart.
	Address string
	// Token of the identity that owns what Publish made; empty before.
	Token   string
	options Options
	// directory of its data, its keys and its log.
	directory string
	program   string

	mutex   sync.Mutex // guards what a restart changes
	command *exec.Cmd
	ended   chan struct{}
}

// Start starts a server and waits until it answers.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	program, err := serverProgram()
	if err != nil {
		t.Fatal(err)
	}
	directory, err := os.MkdirTemp("", "spacetimedbtest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(directory) })
	s := &Server{options: options, directory: directory, program: program}
	t.Cleanup(s.Kill)
	for attempt := 1; ; attempt++ {
		if s.Address, err = freeAddress(); err == nil {
			err = s.start()
		}
		if err == nil {
			break
		}
		if attempt == 3 { // somebody else took the free port twice
			t.Fatal(err)
		}
	}
	if !options.Empty {
		s.Publish(t, Database)
		if options.OnDisk {
			time.Sleep(untilDurable) // a server killed before knows nothing of the database
		}
	}
	return s
}

// URL of the published database, as a target of dbmark.
func (s *Server) URL() string { return "spacetimedb://" + s.Address + "/" + Database }

// ProcessID of the server, another one after a restart.
func (s *Server) ProcessID() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.command.Process.Pid
}

// Kill ends the server with SIGKILL, paused or not, and waits for its end. It may be called more than once.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Stop ends the server when everything that it has answered is on disk, where it is OnDisk, and waits for its end. The server itself
// does nothing in order: SIGTERM loses the last half second as SIGKILL does.
func (s *Server) Stop() {
	if s.options.OnDisk {
		time.Sleep(untilDurable)
	}
	s.end(syscall.SIGTERM)
}

// Pause stalls the server with SIGSTOP: connections stay, and nothing is answered until Resume.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume lets a paused server go on.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

// Restart starts the server again on the same port with the same keys, after Kill where it still runs. Only what was OnDisk is there
// again: a server in memory gets the module published anew.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Kill()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	if !s.options.OnDisk && !s.options.Empty {
		s.Publish(t, Database)
	}
}

// Log is what the server wrote, without the picture that it begins with.
func (s *Server) Log() string {
	log, _ := os.ReadFile(s.log())
	var lines []string
	for line := range strings.Lines(string(log)) {
		if !strings.HasPrefix(line, "│") && !strings.HasPrefix(line, "┌") && !strings.HasPrefix(line, "└") {
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, ""))
}

func (s *Server) log() string { return filepath.Join(s.directory, "log") }

func (s *Server) start() error {
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	data := filepath.Join(s.directory, "data")
	if !s.options.OnDisk {
		_ = os.RemoveAll(data) // databases that are known, and whose content is gone
	}
	arguments := []string{"start", "--listen-addr", s.Address, "--data-dir", data,
		"--jwt-pub-key-path", filepath.Join(s.directory, "key.pub"), "--jwt-priv-key-path", filepath.Join(s.directory, "key")}
	if !s.options.OnDisk {
		arguments = append(arguments, "--in-memory")
	}
	command := exec.Command(s.program, arguments...)
	command.Env = append(os.Environ(), "NO_COLOR=1")
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		return fmt.Errorf("%s does not start: %w", s.program, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = command.Wait()
	}()
	s.mutex.Lock()
	s.command, s.ended = command, ended
	s.mutex.Unlock()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		select {
		case <-ended:
			return fmt.Errorf("%s ended at once:\n%s", s.program, s.Log())
		default:
		}
		if s.answers() {
			return nil
		}
	}
	s.Kill()
	return fmt.Errorf("%s does not answer on %s:\n%s", s.program, s.Address, s.Log())
}

func (s *Server) answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Address+"/v1/ping", nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func (s *Server) end(signal syscall.Signal) {
	s.signal(signal)
	s.mutex.Lock()
	ended := s.ended
	s.mutex.Unlock()
	if ended != nil {
		<-ended
	}
}

func (s *Server) signal(signal syscall.Signal) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.command == nil {
		return
	}
	select {
	case <-s.ended:
	default:
		_ = s.command.Process.Signal(signal)
	}
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}
