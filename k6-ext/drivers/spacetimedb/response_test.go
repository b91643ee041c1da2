package spacetimedb

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestAnswersOfHTTPAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		text      string
		status    int
		body      string
		final     bool
		spacetime bool
	}{
		"a call's":         {"HTTP/1.1 200 OK\r\nSpacetime-Identity: c200\r\ncontent-length: 0\r\n\r\n", 200, "", false, true},
		"an error's":       {"HTTP/1.1 530 <none>\r\nContent-Length: 5\r\n\r\nwrong", 530, "wrong", false, false},
		"in chunks":        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, "abcde", false, false},
		"after another":    {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx", 404, "x", false, false},
		"the last one":     {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 200, "x", true, false},
		"without a length": {"HTTP/1.1 200 OK\r\n\r\nall that comes", 200, "all that comes", true, false},
		"of version 1.0":   {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", true, false},
		"without a body":   {"HTTP/1.1 204 No Content\r\n\r\n", 204, "", false, false},
	} {
		for _, from := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
			var body bytes.Buffer
			reader := bufio.NewReader(from)
			h, err := readAnswer(reader, &body)
			if err != nil || h.status != c.status || string(h.body) != c.body || h.final != c.final || h.spacetime != c.spacetime {
				t.Errorf("%s: %+v %q %v", name, h, h.body, err)
			}
			if rest, _ := io.ReadAll(reader); len(rest) > 0 {
				t.Errorf("%s: %q was left", name, rest)
			}
		}
	}
}

func TestWhatIsNoAnswerOfHTTPIsAnError(t *testing.T) {
	whole := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"
	for cut := range len(whole) {
		if _, err := readAnswer(bufio.NewReader(strings.NewReader(whole[:cut])), &bytes.Buffer{}); err == nil {
			t.Errorf("the first %d bytes are taken for an answer", cut)
		} else if _, wrong := err.(protocolError); wrong {
			t.Errorf("cut after %d bytes: %v; the connection broke", cut, err)
		}
	}
	for _, text := range []string{"-ERR unknown command\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno field\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\na: " + strings.Repeat("x", 100_000) + "\r\n\r\n"} {
		_, err := readAnswer(bufio.NewReader(strings.NewReader(text)), &bytes.Buffer{})
		if _, wrong := err.(protocolError); !wrong {
			t.Errorf("%.60q: %v", text, err)
		}
	}
}
