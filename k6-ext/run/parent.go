package run

import (
	"bufio"
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// orphanedTime is how long a run whose parent is gone has for an orderly end.
const orphanedTime = 30 * time.Second

// parent is whoever started this process and listens to its events. When it is gone, killed for instance, nobody would ever end this
// process: the run ends as by Ctrl-C, with its file, and at once if that takes too long.
type parent struct {
	once sync.Once
	// interrupt asks for the end that Ctrl-C asks for; exit ends the process.
	interrupt, exit func()
}

func newParent() *parent {
	return &parent{
		interrupt: func() {
			if self, err := os.FindProcess(os.Getpid()); err != nil || self.Signal(os.Interrupt) != nil {
				os.Exit(1)
			}
		},
		exit: func() { os.Exit(1) },
	}
}

// watch waits for the end of the parent's side, and hands on the lines that it sends until then. Node's pipes to its children are sockets, which can be read as well; reading from the
// writing end of a real pipe fails, and there the first write that finds no reader tells.
func (p *parent) watch(stream io.Reader, hear func(line []byte)) {
	reader := bufio.NewReader(stream)
	for {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) {
			p.gone()
		}
		if err != nil {
			return
		}
		hear(line)
	}
}

// wrote hears how writing an event went.
func (p *parent) wrote(err error) {
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		p.gone()
	}
}

func (p *parent) gone() {
	p.once.Do(func() {
		time.AfterFunc(orphanedTime, p.exit)
		p.interrupt()
	})
}
