package multiplex

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

func newLoop(t *testing.T) *Loop {
	t.Helper()
	loop, err := NewLoop()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loop.Close)
	return loop
}

// pair is a connection over loopback: ours, taken, and the other end.
func pair(t *testing.T) (*Conn, *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ours, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	other, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	conn, taken := Take(ours)
	if !taken {
		t.Fatal("a TCP connection was not taken")
	}
	t.Cleanup(func() {
		_ = conn.Close()
		_ = other.Close()
	})
	return conn, other.(*net.TCPConn)
}

// echo sends back what comes, until the end.
func echo(other *net.TCPConn) { _, _ = io.Copy(other, other) }

func TestManyTasksShareALoopAndEachGetsItsOwnReplies(t *testing.T) {
	loop := newLoop(t)
	var group sync.WaitGroup
	for n := range 100 {
		conn, other := pair(t)
		go echo(other)
		group.Add(1)
		go func() {
			defer group.Done()
			loop.Run(func(task *Task) {
				conn.Use(task)
				defer conn.Use(nil)
				for i := range 50 {
					sent := []byte{byte(n), byte(i)}
					if _, err := conn.Write(sent); err != nil {
						t.Error(err)
						return
					}
					received := make([]byte, 2)
					if _, err := io.ReadFull(conn, received); err != nil || !bytes.Equal(sent, received) {
						t.Errorf("sent %v, received %v, %v", sent, received, err)
						return
					}
				}
			})
		}()
	}
	group.Wait()
}

func TestWithoutATaskAWaitBlocksItsOwnGoroutineAlone(t *testing.T) {
	conn, other := pair(t)
	go echo(other)
	for range 3 {
		_, _ = conn.Write([]byte("hello"))
		received := make([]byte, 5)
		if _, err := io.ReadFull(conn, received); err != nil || string(received) != "hello" {
			t.Fatalf("%q, %v", received, err)
		}
	}
}

func TestWhatTheSocketCannotTakeAtOnceIsWrittenWhenItHasRoom(t *testing.T) {
	loop := newLoop(t)
	for _, onLoop := range []bool{true, false} {
		conn, other := pair(t)
		sent := make([]byte, 16<<20)
		_, _ = rand.Read(sent)
		received := make(chan []byte)
		go func() {
			time.Sleep(20 * time.Millisecond) // until the socket is full
			all := make([]byte, len(sent))
			_, _ = io.ReadFull(other, all)
			received <- all
		}()
		write := func() {
			if n, err := conn.Write(sent); n != len(sent) || err != nil {
				t.Errorf("wrote %d bytes of %d, %v", n, len(sent), err)
			}
		}
		if onLoop {
			loop.Run(func(task *Task) {
				conn.Use(task)
				write()
				conn.Use(nil)
			})
		} else {
			write()
		}
		if !bytes.Equal(<-received, sent) {
			t.Error("something else arrived")
		}
	}
}

// The end of a connection is told once, and often together with its last bytes.
func TestTheEndThatComesWithTheLastBytesIsNoticed(t *testing.T) {
	loop := newLoop(t)
	for range 50 {
		conn, other := pair(t)
		loop.Run(func(task *Task) {
			conn.Use(task)
			defer conn.Use(nil)
			_, _ = conn.Write([]byte("x"))
			go func() {
				_, _ = other.Read(make([]byte, 1))
				_, _ = other.Write([]byte("last"))
				_ = other.Close()
			}()
			all, err := io.ReadAll(conn)
			if string(all) != "last" || err != nil {
				t.Errorf("read %q, %v", all, err)
			}
		})
	}
}

func TestADeadlineInThePastEndsAWaitAndCanBeTakenBack(t *testing.T) {
	loop := newLoop(t)
	for _, onLoop := range []bool{true, false} {
		conn, other := pair(t)
		read := func() {
			time.AfterFunc(20*time.Millisecond, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("on a loop %v: %v", onLoop, err)
			}
			_ = conn.SetDeadline(time.Time{})
			_, _ = other.Write([]byte("x"))
			if n, err := conn.Read(make([]byte, 1)); n != 1 || err != nil {
				t.Errorf("on a loop %v: after the deadline was taken back: %d bytes, %v", onLoop, n, err)
			}
		}
		if onLoop {
			loop.Run(func(task *Task) {
				conn.Use(task)
				read()
				conn.Use(nil)
			})
		} else {
			read()
		}
	}
}

func TestCloseEndsAWaitAndFreesTheDescriptorOnce(t *testing.T) {
	loop := newLoop(t)
	for _, onLoop := range []bool{true, false} {
		conn, _ := pair(t)
		read := func() {
			time.AfterFunc(20*time.Millisecond, func() { _ = conn.Close() })
			if _, err := conn.Read(make([]byte, 1)); err == nil {
				t.Error("a closed connection gave bytes")
			}
		}
		if onLoop {
			loop.Run(func(task *Task) {
				conn.Use(task)
				read()
				conn.Use(nil)
			})
		} else {
			read()
		}
		for deadline := time.Now().Add(10 * time.Second); conn.holders.Load() != 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d hold the descriptor of a closed connection", conn.holders.Load())
			}
		}
		if _, err := conn.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("writing to a closed connection: %v", err)
		}
		if conn.Close() == nil {
			t.Error("a connection was closed twice")
		}
	}
}

func TestSleepersWakeInTheirOrderAndLetOthersRun(t *testing.T) {
	loop := newLoop(t)
	var group sync.WaitGroup
	var order []int // only the loop's goroutine writes it
	for _, n := range []int{3, 1, 2} {
		group.Add(1)
		go func() {
			defer group.Done()
			loop.Run(func(task *Task) {
				task.Sleep(time.Duration(n) * 100 * time.Millisecond)
				order = append(order, n)
			})
		}()
	}
	group.Wait()
	if order[0] != 1 || order[1] != 2 || order[2] != 3 {
		t.Errorf("woke in the order %v", order)
	}
}

func TestALoopEndsAfterItsLastTaskAndGivesItsProcessorBack(t *testing.T) {
	waitForProcessors(t)
	loop, err := NewLoop()
	if err != nil {
		t.Fatal(err)
	}
	if during := runtime.GOMAXPROCS(0); during != processorsAtFirst+1 {
		t.Errorf("%d processors before, %d with a loop", processorsAtFirst, during)
	}
	ended := make(chan struct{})
	running := make(chan struct{})
	go func() {
		loop.Run(func(task *Task) {
			close(running)
			task.Sleep(50 * time.Millisecond)
		})
		close(ended)
	}()
	<-running
	loop.Close()
	<-ended
	waitForProcessors(t)
}

var processorsAtFirst = runtime.GOMAXPROCS(0)

// waitForProcessors waits until every loop has given its processor back.
func waitForProcessors(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); runtime.GOMAXPROCS(0) != processorsAtFirst; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still %d processors; at first there were %d", runtime.GOMAXPROCS(0), processorsAtFirst)
		}
	}
}

func TestTheWorldCanBeStoppedWhileALoopWaits(t *testing.T) {
	loop := newLoop(t)
	conn, _ := pair(t)
	time.AfterFunc(300*time.Millisecond, func() { _ = conn.Close() })
	go loop.Run(func(task *Task) {
		conn.Use(task)
		_, _ = conn.Read(make([]byte, 1))
	})
	for range 10 {
		started := time.Now()
		runtime.GC()
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("a collection took %v", took)
		}
	}
}

func TestWhatHasSomethingBetweenUsAndTheSocketIsNotTaken(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if _, taken := Take(a); taken {
		t.Error("a pipe within the process was taken")
	}
	if _, taken := Take(tls.Client(a, &tls.Config{ServerName: "localhost"})); taken {
		t.Error("a TLS connection was taken")
	}
}
