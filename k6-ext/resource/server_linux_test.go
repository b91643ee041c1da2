package resource

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain makes this program a server of two processes when it is asked to: one listens, and its child is busy.
func TestMain(m *testing.M) {
	switch role := os.Getenv("RESOURCE_TEST_ROLE"); {
	case role == "child":
		burn(time.Minute)
		os.Exit(0)
	case role == "short child":
		burn(100 * time.Millisecond)
		os.Exit(0)
	case role == "coming and going":
		comeAndGo()
	case role != "":
		serve(role)
	}
	os.Exit(m.Run())
}

func serve(network string) {
	address := "127.0.0.1:0"
	if network == "unix" {
		address = os.Getenv("RESOURCE_TEST_SOCKET")
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "RESOURCE_TEST_ROLE=child")
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr())
	// The end of the test closes our standard input.
	_, _ = os.Stdin.Read(make([]byte, 1))
	_ = child.Process.Kill()
	_ = child.Wait()
	fmt.Println("reaped")
	_, _ = os.Stdin.Read(make([]byte, 1))
	os.Exit(0)
}

// comeAndGo is a server whose processes end all the time, eight at once, until its standard input ends.
func comeAndGo() {
	for range 8 {
		go func() {
			for {
				child := exec.Command(os.Args[0])
				child.Env = append(os.Environ(), "RESOURCE_TEST_ROLE=short child")
				if err := child.Run(); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
			}
		}()
	}
	_, _ = os.Stdin.Read(make([]byte, 1))
	os.Exit(0)
}

// startServer gives the address, the process id of the server, and a function that ends its child.
func startServer(t *testing.T, network string) (address string, pid int, endChild func()) {
	t.Helper()
	return startProgram(t, os.Args[0], network)
}

// startProgram is startServer with this program by another name.
func startProgram(t *testing.T, program, network string) (address string, pid int, endChild func()) {
	t.Helper()
	server := exec.Command(program)
	server.Env = append(os.Environ(), "RESOURCE_TEST_ROLE="+network, "RESOURCE_TEST_SOCKET="+filepath.Join(t.TempDir(), "socket"))
	server.Stderr = os.Stderr
	stdin, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = server.Wait()
	})
	line := func() string {
		buffer := make([]byte, 200)
		n, err := stdout.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(buffer[:n]))
	}
	return line(), server.Process.Pid, func() {
		_, _ = stdin.Write([]byte("\n"))
		line()
	}
}

// readNow is Usage, however short after the last reading it is.
func (p *Processes) readNow(t *testing.T) Usage {
	t.Helper()
	p.next = time.Time{}
	usage, known := p.Usage()
	if !known {
		t.Fatal("a server that runs is not known")
	}
	return usage
}

func TestTheServerIsFoundByWhereItListensAndItsChildrenCount(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			address, pid, endChild := startServer(t, network)
			server, err := FindServer(address, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(server.Label(), strconv.Itoa(pid)) {
				t.Errorf("label %q, want process %d", server.Label(), pid)
			}
			s := NewSampler(server)
			first := server.readNow(t)
			// However busy the machine is: how long the child takes for it, and how long until it may be read again.
			for deadline := time.Now().Add(20 * time.Second); server.readNow(t).CPU < first.CPU+100*time.Millisecond; time.Sleep(50 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the processor time of the server's child does not count")
				}
			}
			server.next = time.Time{}
			sample := s.Sample(time.Now(), true)
			if sample.Server == nil || sample.Server.CPUSeconds < 0.05 || sample.Server.MemoryBytes < 1<<20 {
				t.Fatalf("sample of the server: %+v", sample.Server)
			}
			before := server.readNow(t)
			endChild()
			server.next = time.Time{}
			after, known := server.Usage()
			if !known || after.CPU < before.CPU || after.CPU < 50*time.Millisecond {
				t.Errorf("after its child ended: %v (known %v), before %v", after.CPU, known, before.CPU)
			}
		})
	}
}

func TestANameThatTheKernelCutsOffIsTheProgramsOwn(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "a-server-of-a-long-name")
	if err := os.Symlink(program, link); err != nil {
		t.Fatal(err)
	}
	_, pid, _ := startProgram(t, link, "tcp")
	watched, err := Watch(pid)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(watched.Label(), "a-server-of-a-long-name (process ") {
		t.Errorf("label %q", watched.Label())
	}
}

func TestAServerIsFoundByAChildsProcessIDToo(t *testing.T) {
	_, pid, _ := startServer(t, "tcp")
	var child int
	for range 50 {
		if children := descendants(pid); len(children) == 1 {
			child, _ = strconv.Atoi(children[0])
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if fallback := descendantsByParent(pid); len(fallback) != 1 || fallback[0] != strconv.Itoa(child) {
		t.Errorf("children by looking at every process: %v, want %d", fallback, child)
	}
	// Nobody listens on this port; the process above this test has another name than the test.
	found, err := FindServer("127.0.0.1:1", child)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(found.Label(), "resource") {
		t.Errorf("label %q", found.Label())
	}
}

func TestWhatCannotBeSeenIsSaid(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1:5432":    "not on this host",
		"db.example.org:80": "not on this host",
		"127.0.0.1:1":       "no process of this host is seen to listen",
		"nonsense":          "not on this host",
	} {
		if _, err := FindServer(address, 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}

func TestAServerThatEndedIsNotKnown(t *testing.T) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "RESOURCE_TEST_ROLE=child")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	server, err := Watch(child.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	if _, known := server.Usage(); known {
		t.Error("it is known")
	}
}

func TestWhatWasUsedInSecondsThatWereLeftOutIsOfAllOfThem(t *testing.T) {
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	server, err := Watch(child.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	s := NewSampler(server)
	start := s.lastServerAt
	for second := time.Duration(1); second <= 5; second++ {
		// As where reading took so long that it must not be done again before the fifth second.
		server.next = time.Now().Add(time.Hour)
		if second == 5 {
			server.next = time.Time{}
		}
		sample := s.Sample(start.Add(second*time.Second), true)
		if known := sample.Server != nil; known != (second == 5) {
			t.Fatalf("second %d: %+v", second, sample.Server)
		}
		if sample.Server != nil && sample.Server.Seconds != 5 {
			t.Errorf("it is said to be of %v s", sample.Server.Seconds)
		}
	}
}

func TestReadingIsPutOffByWhatItCost(t *testing.T) {
	own, err := Watch(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	before := processTime(t)
	if _, known := own.Usage(); !known {
		t.Fatal("this process is not known")
	}
	cost := processTime(t) - before
	if wait := own.next.Sub(start); wait <= 0 || wait > cost*100 {
		t.Errorf("the next reading is %v after one that cost %v at most", wait, cost)
	}
}

func processTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func TestProcessorTimeNeverFallsWhileProcessesEnd(t *testing.T) {
	server := exec.Command(os.Args[0])
	server.Env = append(os.Environ(), "RESOURCE_TEST_ROLE=coming and going")
	server.Stderr = os.Stderr
	stdin, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		stdin.Close()
		_ = server.Wait()
	}()
	watched, err := Watch(server.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	var lastWhole, last time.Duration
	wholeReadings := 0
	for start := time.Now(); time.Since(start) < 2*time.Second; {
		usage, whole, known := watched.read()
		if !known {
			t.Fatal("a server that runs is not known")
		}
		if whole {
			wholeReadings++
			// A process's own time is known to the nanosecond, and in its parent's only in ticks, of user and of system time.
			if usage.CPU < lastWhole-2*clockTick {
				t.Errorf("a reading in which no process ended gave %v after %v", usage.CPU, lastWhole)
			}
			lastWhole = max(lastWhole, usage.CPU)
		}
		watched.next = time.Time{}
		if usage, known = watched.Usage(); !known || usage.CPU < last {
			t.Errorf("used %v (known %v) after %v", usage.CPU, known, last)
		}
		last = usage.CPU
	}
	if wholeReadings == 0 || last == 0 {
		t.Errorf("%d whole readings, %v used", wholeReadings, last)
	}
}

func TestProcessorTimeBelowATickIsSeen(t *testing.T) {
	if scheduled("self") == 0 {
		t.Skip("this kernel does not tell")
	}
	server := exec.Command("sleep", "60")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	}()
	watched, err := Watch(server.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	// Starting takes it a millisecond or so.
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		usage, whole, known := watched.read()
		if !whole || !known {
			t.Fatalf("read %+v (whole %v, known %v)", usage, whole, known)
		}
		if usage.CPU%clockTick > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("used %v, which is whole ticks", usage.CPU)
		}
	}
}
