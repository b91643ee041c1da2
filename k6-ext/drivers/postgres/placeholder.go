package postgres

import (
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// piece is a part of a statement: text, then the placeholder after it.
type piece struct {
	text string
	// placeholder counts from 1; 0 when the statement ends with the text.
	placeholder int
}

// split cuts a statement at its placeholders $1, $2, … outside of strings, identifiers and comments.
func split(statement string) ([]piece, error) {
	var pieces []piece
	start := 0
	for i := 0; i < len(statement); {
		switch c := statement[i]; {
		case c == '\'':
			escapes := i > 0 && (statement[i-1] == 'e' || statement[i-1] == 'E') && (i < 2 || !isWord(statement[i-2]))
			i = skipQuoted(statement, i, '\'', escapes)
		case c == '"':
			i = skipQuoted(statement, i, '"', false)
		case c == '-' && strings.HasPrefix(statement[i:], "--"):
			end := strings.IndexByte(statement[i:], '\n')
			if end < 0 {
				end = len(statement) - i - 1
			}
			i += end + 1
		case c == '/' && strings.HasPrefix(statement[i:], "/*"):
			i = skipComment(statement, i)
		case c == '$' && i > 0 && isWord(statement[i-1]):
			i++ // a dollar inside an identifier
		case c == '$':
			number, end := i+1, i+1
			for end < len(statement) && statement[end] >= '0' && statement[end] <= '9' {
				end++
			}
			if end == number {
				i = skipDollarQuoted(statement, i)
				continue
			}
			n := 0
			for _, digit := range statement[number:end] {
				n = n*10 + int(digit-'0')
				if n > 65535 {
					return nil, driver.Usagef("placeholder %s: PostgreSQL has 65535 of them at most", statement[i:end])
				}
			}
			if n == 0 {
				return nil, driver.Usagef("placeholder $0: PostgreSQL's placeholders start at $1")
			}
			pieces = append(pieces, piece{statement[start:i], n})
			start, i = end, end
		default:
			i++
		}
	}
	return append(pieces, piece{text: statement[start:]}), nil
}

// placeholders is the highest placeholder of a statement.
func placeholders(pieces []piece) int {
	highest := 0
	for _, p := range pieces {
		highest = max(highest, p.placeholder)
	}
	return highest
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// skipQuoted gives the place after the closing quote; a doubled quote is just the start of the next
// quoted part.
func skipQuoted(s string, i int, quote byte, escapes bool) int {
	for i++; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] == quote:
			if i+1 < len(s) && s[i+1] == quote {
				i++
				continue
			}
			return i + 1
		}
	}
	return len(s)
}

// skipComment gives the place after a comment, which may hold others.
func skipComment(s string, i int) int {
	depth := 0
	for i < len(s) {
		switch {
		case strings.HasPrefix(s[i:], "/*"):
			depth++
			i += 2
		case strings.HasPrefix(s[i:], "*/"):
			depth--
			i += 2
			if depth == 0 {
				return i
			}
		default:
			i++
		}
	}
	return len(s)
}

// skipDollarQuoted gives the place after $tag$…$tag$, or after the dollar when it starts no such string.
func skipDollarQuoted(s string, i int) int {
	end := i + 1
	for end < len(s) && s[end] != '$' && isWord(s[end]) {
		end++
	}
	if end >= len(s) || s[end] != '$' {
		return i + 1
	}
	tag := s[i : end+1]
	closing := strings.Index(s[end+1:], tag)
	if closing < 0 {
		return len(s)
	}
	return end + 1 + closing + len(tag)
}
