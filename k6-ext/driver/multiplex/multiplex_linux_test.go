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
	"syscall"
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

// use has a body use the connection as a task of the loop, or without one.
func use(conn *Conn, loop *Loop, onLoop bool, body func()) {
	if !onLoop {
		body()
		return
	}
	loop.Run(func(task *Task) {
		conn.Use(task)
		defer conn.Use(nil)
		body()
	})
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
		use(conn, loop, onLoop, write)
		if !bytes.Equal(<-received, sent) {
			t.Error("something else arrived")
		}
	}
}

// tightPair is a pair with small buffers.
func tightPair(t *testing.T) (*Conn, *net.TCPConn) {
	t.Helper()
	conn, other := pair(t)
	if err := other.SetReadBuffer(32 << 10); err != nil {
		t.Fatal(err)
	}
	if err := syscall.SetsockoptInt(conn.descriptor, syscall.SOL_SOCKET, syscall.SO_SNDBUF, 32<<10); err != nil {
		t.Fatal(err)
	}
	return conn, other
}

// capacity is how much a connection takes that nobody reads from.
func capacity(t *testing.T) (bytes int) {
	t.Helper()
	conn, _ := tightPair(t)
	for {
		n, failure := transfer(syscall.SYS_SENDTO, conn.descriptor, make([]byte, 16<<10))
		if failure != 0 {
			return bytes
		}
		bytes += n
	}
}

// A reply may come before all that was asked for is written: it is told together with the room, and once.
func TestAReplyThatComesTogetherWithRoomToWriteIsRead(t *testing.T) {
	loop := newLoop(t)
	takes := capacity(t)
	conn, other := tightPair(t)
	var group sync.WaitGroup
	defer group.Wait()
	group.Add(1)
	go func() {
		defer group.Done()
		loop.Run(func(task *Task) {
			task.Sleep(20 * time.Millisecond) // until the other task waits for room
			// It hears of both at once, because this keeps the loop from asking.
			_, _ = other.Write([]byte("2"))
			_, _ = io.CopyN(io.Discard, other, int64(takes))
			time.Sleep(20 * time.Millisecond)
		})
	}()
	givingUp := time.AfterFunc(10*time.Second, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer givingUp.Stop()
	loop.Run(func(task *Task) {
		conn.Use(task)
		defer conn.Use(nil)
		_, _ = other.Write([]byte("1"))
		buffer := make([]byte, 10)
		if n, err := conn.Read(buffer); string(buffer[:n]) != "1" || err != nil {
			t.Errorf("read %q, %v", buffer[:n], err)
		}
		if _, err := conn.Write(make([]byte, takes+takes/8)); err != nil {
			t.Error(err)
		}
		if n, err := conn.Read(buffer); string(buffer[:n]) != "2" || err != nil {
			t.Errorf("read %q, %v", buffer[:n], err)
		}
	})
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
		use(conn, loop, onLoop, read)
	}
}

func TestADeadlineInThePastHoldsAlsoWhereThereIsSomethingToRead(t *testing.T) {
	conn, other := pair(t)
	_, _ = other.Write([]byte("xyz"))
	if n, err := conn.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
	_ = conn.SetDeadline(time.Unix(1, 0))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d bytes, %v", n, err)
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
		use(conn, loop, onLoop, read)
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

// answeringOn echoes from one processor, until the end.
func answeringOn(t *testing.T, processor int, other *net.TCPConn) {
	runtime.LockOSThread() // and not unlocked: the thread ends with the goroutine
	own := only(processor)
	if !bind(&own) {
		t.Error("the kernel did not let a thread be bound")
	}
	raw, err := other.SyscallConn()
	if err != nil {
		t.Error(err)
		return
	}
	buffer := make([]byte, 1)
	// Without Go's poller, which would have other threads send.
	for {
		n := 0
		if closed := raw.Control(func(descriptor uintptr) {
			if n, err = syscall.Read(int(descriptor), buffer); n > 0 {
				_, err = syscall.Write(int(descriptor), buffer)
			}
		}); closed != nil {
			return
		}
		if errors.Is(err, syscall.EAGAIN) {
			time.Sleep(20 * time.Microsecond)
		} else if n <= 0 {
			return
		}
	}
}

// ask sends a byte and waits for the answer, some times.
func ask(t *testing.T, conn *Conn, task *Task, times int) {
	conn.Use(task)
	defer conn.Use(nil)
	for range times {
		if _, err := conn.Write([]byte("x")); err != nil {
			t.Error(err)
		}
		if _, err := conn.Read(make([]byte, 1)); err != nil {
			t.Error(err)
		}
	}
}

// twoLoops makes loops on two of the processors that the process may use.
func twoLoops(t *testing.T) ([]int, *Loops) {
	t.Helper()
	allowed := allowedProcessors()
	if len(allowed) < 2 {
		t.Skip("there is one processor")
	}
	loops, err := newLoopsOn(allowed[:2])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(loops.Close)
	return allowed[:2], loops
}

func TestAConnectionGoesToTheLoopOfTheProcessorThatAnswersIt(t *testing.T) {
	allowed, loops := twoLoops(t)
	for _, which := range []int{0, 1, 0} {
		conn, other := pair(t)
		go answeringOn(t, allowed[which], other)
		var home Home
		var last *Loop
		// A task whose answers are all there before it waits for them does not see where they come from: a busy machine does that. The loop is
		// chosen by what the task before saw.
		seen := 0
		for run, deadline := 0, time.Now().Add(20*time.Second); run < 5 || seen < 2; run++ {
			loops.Run(&home, func(task *Task) {
				last = task.loop
				ask(t, conn, task, 20)
			})
			if home.processor == allowed[which] {
				seen++
			} else if seen = 0; time.Now().After(deadline) {
				t.Fatalf("answers came from processor %d, seen was %d", allowed[which], home.processor)
			}
		}
		// A loop that waits for answers all the time is not kept on its processor, and then it does not matter where the connection is.
		for i, loop := range loops.loops {
			if (last == loop) != (i == which) && loop.stay.on() != noProcessor && loops.loops[1-i].stay.on() != noProcessor {
				t.Errorf("answers came from processor %d, and loop %d has the connection", allowed[which], i)
			}
		}
	}
}

func TestLoopsShareTheirTasksWhereverTheAnswersComeFrom(t *testing.T) {
	_, loops := twoLoops(t)
	homes := make([]Home, 8)
	for i := range homes {
		if loop := loops.arrive(&homes[i]); loops.tasks[loop] != i/2+1 {
			t.Fatalf("task %d came to a loop that has %d now", i, loops.tasks[loop])
		} else {
			homes[i].loop = loop
		}
	}
	for _, loop := range loops.loops {
		for deadline := time.Now().Add(10 * time.Second); loop.stay.on() == noProcessor; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("a loop that has just begun is not kept on its processor")
			}
		}
	}
	// From now on all answers come from the first loop's processor.
	for range 3 {
		for i := range homes {
			loops.leave(homes[i].loop)
			homes[i].processor = loops.loops[0].stay.processor
			homes[i].loop = loops.arrive(&homes[i])
		}
	}
	if first, second := loops.tasks[loops.loops[0]], loops.tasks[loops.loops[1]]; first+second != 8 || first != 5 {
		t.Errorf("the loops have %d and %d tasks; want 5, one more than its share, and 3", first, second)
	}
	for i := range homes {
		loops.leave(homes[i].loop)
	}
}

func TestABusyLoopStaysOnItsProcessorAndOneThatWaitsMayMove(t *testing.T) {
	everywhere := affinity()
	result := make(chan string)
	go func() {
		runtime.LockOSThread() // and not unlocked
		s := stay{processor: allowedProcessors()[0]}
		own := only(s.processor)
		s.begin()
		if affinity() != own || s.on() != s.processor {
			result <- "it was not kept from the beginning on"
			return
		}
		s.polls, s.waits = 100, 80
		s.review()
		if affinity() != everywhere || s.on() != noProcessor {
			result <- "it waited, and was kept"
			return
		}
		s.polls, s.waits = reviewedAfter-1, 0
		s.review()
		if s.on() != noProcessor {
			result <- "it was judged by too few polls"
			return
		}
		s.polls, s.waits = 100, 20
		s.review()
		if affinity() != own || s.on() != s.processor {
			result <- "it was busy again, and was not kept"
			return
		}
		result <- ""
	}()
	if wrong := <-result; wrong != "" {
		t.Error(wrong)
	}
}

func TestWhoeverRingsALoopThatHasEndedTouchesNothing(t *testing.T) {
	loop, err := NewLoop()
	if err != nil {
		t.Fatal(err)
	}
	conn, _ := pair(t)
	loop.Run(func(task *Task) { conn.Use(task) })
	loop.Close()
	for freed := false; !freed; time.Sleep(time.Millisecond) {
		loop.mutex.Lock()
		freed = loop.freed
		loop.mutex.Unlock()
	}
	// The number of its bell is this pipe's now, most likely.
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(pipe[0])
	defer syscall.Close(pipe[1])
	_ = conn.SetDeadline(time.Unix(1, 0))
	if n, err := syscall.Read(pipe[0], make([]byte, 8)); n > 0 || !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("%d bytes were written into a pipe of somebody else's, %v", n, err)
	}
}

func TestLoopsThatAreFewerThanProcessorsRunAnywhere(t *testing.T) {
	number := len(allowedProcessors()) + 1
	for _, number := range []int{number, number - 2} {
		loops, err := NewLoops(number)
		if err != nil {
			t.Fatal(err)
		}
		for i, loop := range loops.loops {
			loop.Run(func(*Task) {})
			if processor := loop.stay.on(); processor != noProcessor {
				t.Errorf("loop %d of %d is kept on processor %d", i, number, processor)
			}
		}
		loops.Close()
	}
}
