package spacetimedb

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
)

// answer is what came for a request. The body is good until the lane's next one.
type answer struct {
	status int
	// spacetime: it is surely one of SpacetimeDB, which tells the caller's identity.
	spacetime bool
	body      []byte
}

// head is what the header of a response says about the rest of it.
type head struct {
	answer
	length  int64 // of the body; -1: until the end of the connection
	chunked bool
	final   bool // the connection ends with it
}

// maximumHead bounds what is taken for a header.
const maximumHead = 64 << 10

// readAnswer reads a response of HTTP/1.1: as much of it as calls need, because a header with everything in it costs as much as the rest of a
// call. The body goes into a buffer.
func readAnswer(from *bufio.Reader, body *bytes.Buffer) (h head, err error) {
	for {
		if h, err = readHead(from); err != nil {
			return h, err
		}
		if h.status >= 200 {
			break // those below announce another one
		}
	}
	body.Reset()
	switch {
	case h.status == 204 || h.status == 304:
	case h.chunked:
		_, err = body.ReadFrom(io.LimitReader(httputil.NewChunkedReader(from), maximumMessage))
		if err == nil {
			_, err = readLines(from, func(_, _ []byte) {}) // trailers
		}
	case h.length < 0:
		h.final = true
		_, err = body.ReadFrom(io.LimitReader(from, maximumMessage))
	case h.length > 0:
		body.Grow(int(min(h.length, largestKept)))
		var n int64
		if n, err = body.ReadFrom(io.LimitReader(from, h.length)); err == nil && n < h.length {
			err = io.ErrUnexpectedEOF
		}
	}
	h.body = body.Bytes()
	return h, err
}

// readHead reads the status and the header.
func readHead(from *bufio.Reader) (h head, err error) {
	line, err := from.ReadSlice('\n')
	if err != nil && len(line) == 0 {
		return h, err
	}
	// "HTTP/1.1 200 OK"
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) || line[8] != ' ' {
		return h, noHTTP(line, err)
	}
	h.final = line[7] == '0'
	if h.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return h, noHTTP(line, nil)
	}
	h.length = -1
	var mistake error
	_, err = readLines(from, func(name, value []byte) {
		switch {
		case is(name, "content-length"):
			length, err := strconv.ParseUint(string(value), 10, 63)
			if h.length = int64(length); err != nil || length > maximumMessage {
				mistake = protocolError(fmt.Sprintf("it answers with the length %.40q", value))
			}
		case is(name, "transfer-encoding"):
			h.chunked = is(value, "chunked")
		case is(name, "connection"):
			h.final = h.final && !is(value, "keep-alive") || is(value, "close")
		case is(name, "spacetime-identity"):
			h.spacetime = true
		}
	})
	if err == nil {
		err = mistake
	}
	return h, err
}

// readLines reads fields up to the empty line.
func readLines(from *bufio.Reader, field func(name, value []byte)) (size int, err error) {
	for {
		line, err := from.ReadSlice('\n')
		switch {
		case err == bufio.ErrBufferFull, size > maximumHead:
			return size, protocolError("it answers with an endless header")
		case err == io.EOF:
			return size, io.ErrUnexpectedEOF
		case err != nil:
			return size, err
		}
		size += len(line)
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return size, nil
		}
		name, value, found := bytes.Cut(line, []byte(":"))
		if !found {
			return size, noHTTP(line, nil)
		}
		field(name, bytes.TrimSpace(value))
	}
}

// is compares names, which may be in capitals.
func is(name []byte, lower string) bool {
	if len(name) != len(lower) {
		return false
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// noHTTP says that a line is none of HTTP, unless the connection broke in it.
func noHTTP(line []byte, broken error) error {
	if broken != nil && broken != bufio.ErrBufferFull {
		return broken
	}
	return protocolError(fmt.Sprintf("it does not answer in HTTP but with %.60q", line))
}
