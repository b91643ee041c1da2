// Package postgrestest runs a real PostgreSQL for tests: its own data directory, a free port of the loopback
// interface, fsync off. It finds the binaries through DBMARK_POSTGRES_BIN, in npm's embedded PostgreSQL, or where Debian
// keeps them. A machine without them fails the test and says what to do; nothing is skipped.
package postgrestest

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The superuser that every server has.
const (
	User = "dbmark"
	// Password needs percent-encoding in a URL, so that tests notice who forgets it.
	Password = "p@ss:w/rd#1"
	Database = "postgres"
)

const startTimeout = 60 * time.Second

// Server is one running PostgreSQL.
type Server struct {
	Port int

	binaries  string
	directory string
	process   *exec.Cmd
	exited    chan struct{}
	settings  []string
	log       *bytes.Buffer
}

// Start makes a data directory and starts a server. Settings are like "max_connections=10"; they go before the
// package's own. Whoever starts a server must Stop it. With testing.T, use Run.
func Start(settings ...string) (*Server, error) {
	binaries, err := Binaries()
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "dbmark-postgres-")
	if err != nil {
		return nil, err
	}
	s := &Server{binaries: binaries, directory: directory, settings: settings}
	if err := s.initialize(); err != nil {
		os.RemoveAll(directory)
		return nil, err
	}
	for range 3 { // another process may take the free port before us
		if err = s.Restart(); err == nil {
			return s, nil
		}
	}
	os.RemoveAll(directory)
	return nil, err
}

// T is the part of testing.TB that Run needs.
type T interface {
	Helper()
	Fatal(...any)
	Cleanup(func())
}

// Run starts a server for one test.
func Run(t T, settings ...string) *Server {
	t.Helper()
	s, err := Start(settings...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// asNobody makes a command run as the user nobody when we are root, because PostgreSQL refuses to run as root.
func asNobody(command *exec.Cmd) error {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Dir = os.TempDir()
	if os.Geteuid() != 0 {
		return nil
	}
	uid, gid, err := nobody()
	if err != nil {
		return err
	}
	command.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: gid, NoSetGroups: false}
	return nil
}

func nobody() (uid, gid uint32, err error) {
	account, err := user.Lookup("nobody")
	if err != nil {
		return 0, 0, fmt.Errorf("PostgreSQL does not run as root, and there is no user nobody: %w", err)
	}
	u, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return 0, 0, err
	}
	g, err := strconv.ParseUint(account.Gid, 10, 32)
	return uint32(u), uint32(g), err
}

func (s *Server) data() string { return filepath.Join(s.directory, "data") }

func (s *Server) initialize() error {
	password := filepath.Join(s.directory, "password")
	if err := os.WriteFile(password, []byte(Password+"\n"), 0o600); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		uid, gid, err := nobody()
		if err != nil {
			return err
		}
		for _, path := range []string{s.directory, password} {
			if err := os.Chown(path, int(uid), int(gid)); err != nil {
				return err
			}
		}
	}
	command := exec.Command(filepath.Join(s.binaries, "initdb"), "-D", s.data(), "-U", User, "--pwfile="+password,
		"-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if err := asNobody(command); err != nil {
		return err
	}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, output)
	}
	return os.Remove(password)
}

// Directory is the data directory.
func (s *Server) Directory() string { return s.data() }

// PID of the postmaster.
func (s *Server) PID() int { return s.process.Process.Pid }

// Address is host:port.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port)) }

// URL of the database with user and password.
func (s *Server) URL() string { return URL(s.Address(), Password) }

// URL of the database at an address, with a password.
func URL(address, password string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(User, password), Host: address, Path: "/" + Database}
	return u.String()
}

// Restart starts a server that was stopped or killed, on the port it had.
func (s *Server) Restart() error {
	port := s.Port
	if port == 0 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		port = listener.Addr().(*net.TCPAddr).Port
		listener.Close()
	}
	arguments := []string{"-D", s.data(), "-p", strconv.Itoa(port)}
	for _, setting := range append([]string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
		"shared_buffers=32MB", "max_connections=50",
	}, s.settings...) {
		arguments = append(arguments, "-c", setting)
	}
	s.log = &bytes.Buffer{}
	s.process = exec.Command(filepath.Join(s.binaries, "postgres"), arguments...)
	s.process.Stdout, s.process.Stderr = s.log, s.log
	if err := asNobody(s.process); err != nil {
		return err
	}
	if err := s.process.Start(); err != nil {
		return err
	}
	s.exited = make(chan struct{})
	go func(process *exec.Cmd, exited chan struct{}) {
		_ = process.Wait()
		close(exited)
	}(s.process, s.exited)
	if err := s.await(port); err != nil {
		s.Kill()
		return fmt.Errorf("%w\n%s", err, s.log)
	}
	s.Port = port
	return nil
}

// await waits until the server says in its file that it is ready.
func (s *Server) await(port int) error {
	for end := time.Now().Add(startTimeout); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		select {
		case <-s.exited:
			return errors.New("PostgreSQL ended while starting")
		default:
		}
		status, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
		if err != nil {
			continue
		}
		lines := strings.Split(string(status), "\n")
		if len(lines) > 7 && lines[0] == strconv.Itoa(s.PID()) && lines[3] == strconv.Itoa(port) && strings.TrimSpace(lines[7]) == "ready" {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL did not start within %v", startTimeout)
}

// Stop ends the server and removes its data.
func (s *Server) Stop() {
	_ = s.process.Process.Signal(syscall.SIGCONT)
	_ = s.process.Process.Signal(syscall.SIGQUIT) // at once, telling its children; the data go anyway
	select {
	case <-s.exited:
	case <-time.After(10 * time.Second):
		s.Kill()
	}
	os.RemoveAll(s.directory)
}

// Shutdown ends the server in an orderly way that breaks sessions (fast shutdown), keeping its data.
func (s *Server) Shutdown() {
	_ = s.process.Process.Signal(syscall.SIGINT)
	<-s.exited
}

// Kill ends the postmaster and its children by SIGKILL, keeping the data.
func (s *Server) Kill() {
	s.signalAll(syscall.SIGKILL)
	<-s.exited
	// Shared memory is gone with the last child; the next start needs them gone.
	time.Sleep(50 * time.Millisecond)
}

// Pause stops the postmaster and all its children (SIGSTOP): connections stay, nobody answers.
func (s *Server) Pause() { s.signalAll(syscall.SIGSTOP) }

// Resume lets them go on.
func (s *Server) Resume() { s.signalAll(syscall.SIGCONT) }

// signalAll signals the postmaster and its children, which are process groups of their own.
func (s *Server) signalAll(signal syscall.Signal) {
	pids := append([]int{s.PID()}, s.children()...)
	for _, pid := range pids {
		_ = syscall.Kill(pid, signal)
	}
}

// children lists the processes whose parent is the postmaster.
func (s *Server) children() []int {
	output, err := exec.Command("ps", "-eo", "pid=,ppid=").Output()
	if err != nil {
		return nil
	}
	var pids []int
	for line := range strings.Lines(string(output)) {
		fields := strings.Fields(line)
		if len(fields) == 2 && fields[1] == strconv.Itoa(s.PID()) {
			if pid, err := strconv.Atoi(fields[0]); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}
