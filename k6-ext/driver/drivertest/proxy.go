package drivertest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Proxy is a TCP proxy on a free loopback port that forwards to a server until it is told to misbehave.
// It changes for the connections that are open and for those that come. All methods may be called by several
// goroutines at once.
type Proxy struct {
	server  string
	address string

	mutex    sync.Mutex
	changed  *sync.Cond
	listener net.Listener
	links    map[*link]struct{}
	accepted int
	fault    fault
	closed   bool
	work     sync.WaitGroup
}

// fault is what is wrong with the network at the moment; its zero value is a good network.
type fault struct {
	stallRequests, stallReplies bool
	// trickle is the time each byte of a reply takes; 0 is no limit.
	trickle time.Duration
	// garble replaces the bytes of replies by noise.
	garble bool
	// limited: cut every connection after replyBytes more bytes of replies.
	limited    bool
	replyBytes int
}

// NewProxy listens on a free loopback port and forwards to the server, a host:port.
func NewProxy(server string) (*Proxy, error) {
	p := &Proxy{server: server, links: map[*link]struct{}{}}
	p.changed = sync.NewCond(&p.mutex)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the fault proxy found no free port: %w", err)
	}
	p.address = listener.Addr().String()
	p.serve(listener)
	return p, nil
}

// Address is where the proxy listens, a host:port.
func (p *Proxy) Address() string { return p.address }

// Open is the number of client connections that are open now.
func (p *Proxy) Open() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return len(p.links)
}

// Accepted is the number of client connections so far.
func (p *Proxy) Accepted() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.accepted
}

// Stall makes the network silent both ways: connections stay open, nothing arrives.
// Requests are no longer read once 64 KB of them wait.
func (p *Proxy) Stall() { p.set(func(f *fault) { f.stallRequests, f.stallReplies = true, true }) }

// StallReplies lets requests reach the server, and keeps its replies back.
func (p *Proxy) StallReplies() { p.set(func(f *fault) { f.stallReplies = true }) }

// Trickle forwards replies byte by byte, with a pause before each.
func (p *Proxy) Trickle(pause time.Duration) { p.set(func(f *fault) { f.trickle = pause }) }

// Garble replaces what the server says by noise.
func (p *Proxy) Garble() { p.set(func(f *fault) { f.garble = true }) }

// CutAfter resets every connection once that many more bytes of replies have been forwarded.
func (p *Proxy) CutAfter(replyBytes int) {
	p.set(func(f *fault) { f.limited, f.replyBytes = true, replyBytes })
}

// Restore makes the network good again: what was kept back is forwarded now.
func (p *Proxy) Restore() { p.set(func(f *fault) { *f = fault{} }) }

// Cut resets every open connection (RST), as when the server's host is gone. New ones are accepted.
func (p *Proxy) Cut() { p.each((*link).reset) }

// HangUp closes every open connection (FIN), as when the server's process ends. New ones are accepted.
func (p *Proxy) HangUp() { p.each((*link).close) }

// Refuse stops listening: new connections are refused, the open ones stay.
func (p *Proxy) Refuse() {
	p.mutex.Lock()
	listener := p.listener
	p.listener = nil
	p.mutex.Unlock()
	if listener != nil {
		_ = listener.Close()
	}
}

// Accept listens again on the same port after Refuse.
func (p *Proxy) Accept() error {
	p.mutex.Lock()
	listening := p.listener != nil
	p.mutex.Unlock()
	if listening {
		return nil
	}
	listener, err := net.Listen("tcp", p.address)
	if err != nil {
		return fmt.Errorf("the fault proxy can not listen again: %w", err)
	}
	p.serve(listener)
	return nil
}

// Close closes the listener and every connection, and waits until all is gone.
func (p *Proxy) Close() {
	p.mutex.Lock()
	p.closed = true
	p.mutex.Unlock()
	p.Refuse()
	p.each((*link).close)
	p.work.Wait()
}

func (p *Proxy) set(change func(*fault)) {
	p.mutex.Lock()
	change(&p.fault)
	p.mutex.Unlock()
	p.changed.Broadcast()
}

func (p *Proxy) each(do func(*link)) {
	p.mutex.Lock()
	links := make([]*link, 0, len(p.links))
	for l := range p.links {
		links = append(links, l)
	}
	p.mutex.Unlock()
	for _, l := range links {
		do(l)
	}
}

func (p *Proxy) serve(listener net.Listener) {
	p.mutex.Lock()
	p.listener = listener
	p.mutex.Unlock()
	p.work.Add(1)
	go func() {
		defer p.work.Done()
		for {
			client, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				p.link(client)
			}
		}
	}()
}

// link connects a client to the server and forwards until one side ends.
func (p *Proxy) link(client net.Conn) {
	server, err := net.DialTimeout("tcp", p.server, 5*time.Second)
	if err != nil {
		reset(client)
		return
	}
	l := &link{proxy: p, client: client, server: server}
	p.mutex.Lock()
	p.accepted++
	closed := p.closed
	if !closed {
		p.links[l] = struct{}{}
		p.work.Add(4)
	}
	p.mutex.Unlock()
	if closed {
		l.close()
		return
	}
	requests, replies := &stream{link: l}, &stream{link: l, reply: true}
	for _, run := range []func(){
		func() { requests.read(client) }, func() { requests.write(server) },
		func() { replies.read(server) }, func() { replies.write(client) },
	} {
		go func() {
			defer p.work.Done()
			run()
		}()
	}
}

// link is one client connection and its connection to the server.
type link struct {
	proxy          *Proxy
	client, server net.Conn
	done           bool // guarded by the proxy's mutex
}

func (l *link) close() { l.end((net.Conn).Close) }

func (l *link) reset() { l.end(reset) }

// end closes both sides. Only the first call counts: the streams, which see that the link is done, must not close
// politely what is being reset.
func (l *link) end(closeClient func(net.Conn) error) {
	l.proxy.mutex.Lock()
	if l.done {
		l.proxy.mutex.Unlock()
		return
	}
	l.done = true
	delete(l.proxy.links, l)
	l.proxy.mutex.Unlock()
	l.proxy.changed.Broadcast()
	_ = closeClient(l.client)
	_ = l.server.Close()
}

// reset closes a connection with an RST.
func reset(connection net.Conn) error {
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	return connection.Close()
}

// queueLimit is how many bytes a stream takes in while it can not forward.
const queueLimit = 64 << 10

// stream is one direction of a link. Reading and writing are apart, so that the end of one side is
// seen while the other direction is stalled.
type stream struct {
	link  *link
	reply bool
	// queue and ended are guarded by the proxy's mutex.
	queue []byte
	ended bool
}

func (s *stream) read(from net.Conn) {
	p := s.link.proxy
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		p.mutex.Lock()
		s.queue = append(s.queue, buffer[:n]...)
		if err != nil {
			s.ended = true
		}
		p.changed.Broadcast()
		for len(s.queue) >= queueLimit && !s.link.done {
			p.changed.Wait()
		}
		done := s.link.done
		p.mutex.Unlock()
		if done {
			return
		}
		if err != nil {
			// A client that went away ends the link, whatever is stalled; a server that did
			// ends it once its last words were forwarded.
			if !s.reply || !errors.Is(err, io.EOF) {
				s.link.close()
			}
			return
		}
	}
}

func (s *stream) write(to net.Conn) {
	for {
		chunk, pause, cut := s.next()
		if pause > 0 {
			time.Sleep(pause)
		}
		if len(chunk) > 0 {
			if _, err := to.Write(chunk); err != nil {
				s.link.close()
				return
			}
		}
		if cut {
			s.link.reset()
			return
		}
		if chunk == nil {
			s.link.close()
			return
		}
	}
}

// next waits for bytes that may be forwarded now; nil is the end.
func (s *stream) next() (chunk []byte, pause time.Duration, cut bool) {
	p := s.link.proxy
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for {
		if s.link.done {
			return nil, 0, false
		}
		f := &p.fault
		stalled := (s.reply && f.stallReplies) || (!s.reply && f.stallRequests)
		if !stalled && len(s.queue) > 0 {
			break
		}
		if !stalled && s.ended {
			return nil, 0, false
		}
		p.changed.Wait()
	}
	n := len(s.queue)
	if s.reply {
		f := &p.fault
		if f.trickle > 0 {
			n, pause = 1, f.trickle
		}
		if f.limited {
			if n >= f.replyBytes {
				n, cut = f.replyBytes, true
			}
			f.replyBytes -= n
		}
	}
	chunk = append(make([]byte, 0, n), s.queue[:n]...)
	s.queue = append(s.queue[:0], s.queue[n:]...)
	if s.reply && p.fault.garble {
		for i := range chunk {
			chunk[i] = byte(0x9d + 31*i)
		}
	}
	p.changed.Broadcast()
	return chunk, pause, cut
}
