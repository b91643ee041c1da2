package run

import (
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// heard is a parent whose end asks nobody to end.
func heard() (*parent, chan struct{}) {
	gone := make(chan struct{})
	return &parent{interrupt: func() { close(gone) }, exit: func() {}}, gone
}

func nobodyTold([]byte) {}

func waitFor(t *testing.T, gone chan struct{}) {
	t.Helper()
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Fatal("the end of the parent was not noticed")
	}
}

func TestAParentThatIsGoneIsNoticedWithoutWriting(t *testing.T) {
	p, gone := heard()
	here, there := net.Pipe()
	go p.watch(here, nobodyTold)
	there.Close()
	waitFor(t, gone)
}

func TestAReaderThatIsGoneIsNoticedAtTheNextEvent(t *testing.T) {
	p, gone := heard()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	// Nothing can be read from the writing end of a pipe, which is not the end of the parent.
	p.watch(writer, nobodyTold)
	_, err = io.WriteString(writer, "event\n")
	p.wrote(err)
	select {
	case <-gone:
		t.Fatal("a parent that listens was taken for one that is gone")
	default:
	}
	reader.Close()
	_, err = io.WriteString(writer, "event\n")
	p.wrote(err)
	waitFor(t, gone)
}
