package spacetimedb

import (
	"bytes"
	"encoding/json"
)

// scanner reads JSON from front to back, without copies and without looking at what nobody asks for. After something that is no JSON it gives
// nothing any more.
type scanner struct {
	text []byte
	at   int
	// fresh: an array or object was just entered, so that no comma comes before the next element.
	fresh bool
	bad   bool
}

func (s *scanner) fail() {
	s.bad, s.at = true, len(s.text)
}

// space goes to the next byte that is none, and gives it; 0 at the end.
func (s *scanner) space() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

// is says whether a value begins with the byte.
func (s *scanner) is(c byte) bool { return s.space() == c }

// enter goes into an array or object.
func (s *scanner) enter(open byte) bool {
	if s.space() != open {
		s.fail()
		return false
	}
	s.at++
	s.fresh = true
	return true
}

// more says whether another element comes, and goes to it; behind the last one it leaves the array or object.
func (s *scanner) more(end byte) bool {
	if s.bad {
		return false
	}
	c := s.space()
	if c == end {
		s.at++
		s.fresh = false
		return false
	}
	if !s.fresh {
		if c != ',' {
			s.fail()
			return false
		}
		s.at++
	}
	s.fresh = false
	return true
}

// key reads a name and its colon.
func (s *scanner) key() []byte {
	name := s.raw()
	if s.space() != ':' {
		s.fail()
		return nil
	}
	s.at++
	return name
}

// raw reads a text and gives it as it is written, without its quotes.
func (s *scanner) raw() []byte {
	if s.space() != '"' {
		s.fail()
		return nil
	}
	s.at++
	for start := s.at; ; {
		quote := bytes.IndexByte(s.text[s.at:], '"')
		if quote < 0 {
			s.fail()
			return nil
		}
		s.at += quote + 1
		end := s.at - 1
		backslashes := 0
		for end-backslashes > start && s.text[end-backslashes-1] == '\\' {
			backslashes++
		}
		if backslashes%2 == 0 {
			return s.text[start:end]
		}
	}
}

// string reads a text.
func (s *scanner) string() []byte { return unescape(s.raw()) }

// unescape gives what a text says; what has no escapes is not copied.
func unescape(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	quoted := append(append([]byte{'"'}, raw...), '"')
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return raw
	}
	return []byte(text)
}

// skip goes over a value.
func (s *scanner) skip() { s.value() }

// value goes over a value, and gives it as it is written.
func (s *scanner) value() []byte {
	first := s.space()
	start := s.at
	switch first {
	case '"':
		s.raw()
	case '{', '[':
		depth := 0
		for s.at < len(s.text) && !s.bad {
			switch s.text[s.at] {
			case '"':
				s.raw()
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			s.at++
			if depth == 0 {
				s.fresh = false
				return s.text[start:s.at]
			}
		}
		s.fail()
		return nil
	default:
		for s.at < len(s.text) {
			if c := s.text[s.at]; c == ',' || c == '}' || c == ']' || c <= ' ' {
				break
			}
			s.at++
		}
		if s.at == start {
			s.fail()
			return nil
		}
	}
	return s.text[start:s.at]
}

// uint32 reads a number.
func (s *scanner) uint32() uint32 {
	var n uint64
	for _, c := range s.value() {
		if c < '0' || c > '9' || n > 1<<32 {
			s.fail()
			return 0
		}
		n = n*10 + uint64(c-'0')
	}
	return uint32(n)
}

// inner reads the one value of an object, like {"__connection_id__":1}, or what stands there itself, as it is written.
func (s *scanner) inner() (value []byte) {
	if !s.is('{') {
		return s.value()
	}
	for s.enter('{'); s.more('}'); {
		s.key()
		value = s.value()
	}
	return value
}

// some reads an option: {"some":value}; nil: {"none":[]} or null. A text comes without its quotes.
func (s *scanner) some() (value []byte) {
	if !s.is('{') {
		if value = s.value(); string(value) == "null" {
			return nil
		}
		return plainOf(value)
	}
	for s.enter('{'); s.more('}'); {
		if string(s.key()) == "some" {
			value = plainOf(s.value())
		} else {
			s.skip()
		}
	}
	return value
}

// plainOf takes the quotes of a text away.
func plainOf(value []byte) []byte {
	if len(value) >= 2 && value[0] == '"' {
		return unescape(value[1 : len(value)-1])
	}
	return value
}
