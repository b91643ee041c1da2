package spacetimedb

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// verb is what a step does.
type verb uint8

const (
	verbCall verb = iota
	verbQuery
	verbSubscribe
	verbUnsubscribe
	verbReconnect
)

// statement is one parsed step.
type statement struct {
	verb verb
	// reducer and arguments of CALL.
	reducer   string
	arguments []argument
	// pieces of SQL: text, and placeholders between.
	pieces []piece
	// goodbye: RECONNECT CLOSE.
	goodbye bool
	// placeholders is the highest $n.
	placeholders int
}

// argument of a call: a placeholder, or a literal.
type argument struct {
	placeholder int // from 1; 0: the literal
	literal     driver.Value
}

// piece of SQL: text, and then the value of a placeholder (0: none).
type piece struct {
	text        string
	placeholder int
}

const grammar = "expected CALL reducer($1, …), SQL, SUBSCRIBE SELECT …, UNSUBSCRIBE, RECONNECT or RECONNECT CLOSE"

// parse reads a statement.
func parse(text string) (*statement, error) {
	trimmed := strings.TrimRight(strings.TrimSpace(text), "; \t\r\n")
	word, rest := cutWord(trimmed)
	s := &statement{}
	switch word {
	case "":
		return nil, fmt.Errorf("it is empty; %s", grammar)
	case "CALL":
		s.verb = verbCall
		return s, s.parseCall(rest)
	case "SUBSCRIBE":
		s.verb = verbSubscribe
		if first, _ := cutWord(rest); first != "SELECT" {
			return nil, fmt.Errorf("SUBSCRIBE takes a query: SUBSCRIBE SELECT * FROM table; got %.60q", rest)
		}
		return s, s.parseSQL(rest)
	case "UNSUBSCRIBE":
		s.verb = verbUnsubscribe
		if rest != "" {
			return nil, fmt.Errorf("UNSUBSCRIBE takes nothing, it ends the newest subscription of the connection; got %.60q", rest)
		}
	case "RECONNECT":
		s.verb = verbReconnect
		if rest != "" && !strings.EqualFold(rest, "CLOSE") {
			return nil, fmt.Errorf("RECONNECT takes CLOSE or nothing; got %.60q", rest)
		}
		s.goodbye = rest != ""
	default:
		s.verb = verbQuery
		return s, s.parseSQL(trimmed)
	}
	return s, nil
}

// cutWord takes the first word, in capitals, from the rest.
func cutWord(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool { return !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') })
	if end < 0 {
		end = len(text)
	}
	return strings.ToUpper(text[:end]), strings.TrimSpace(text[end:])
}

// parseCall reads "reducer(a, b)".
func (s *statement) parseCall(text string) error {
	open := strings.IndexByte(text, '(')
	if open < 0 || !strings.HasSuffix(text, ")") {
		return fmt.Errorf("CALL takes a reducer and its arguments in parentheses: CALL increment($1, 1); got %.60q", text)
	}
	s.reducer = strings.TrimSpace(text[:open])
	if !isIdentifier(s.reducer) {
		return fmt.Errorf("%q is no name of a reducer", s.reducer)
	}
	rest := strings.TrimSpace(text[open+1 : len(text)-1])
	for rest != "" {
		token, after, err := cutArgument(rest)
		if err != nil {
			return fmt.Errorf("argument %d of %s: %w", len(s.arguments)+1, s.reducer, err)
		}
		s.arguments = append(s.arguments, token)
		s.placeholders = max(s.placeholders, token.placeholder)
		after = strings.TrimSpace(after)
		if after == "" {
			break
		}
		if after[0] != ',' || strings.TrimSpace(after[1:]) == "" {
			return fmt.Errorf("after argument %d of %s: expected a comma and another argument, got %.40q", len(s.arguments), s.reducer, after)
		}
		rest = strings.TrimSpace(after[1:])
	}
	return nil
}

func isIdentifier(s string) bool {
	for i, c := range s {
		letter := c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// cutArgument reads one argument: $n, 'text' or "text" (a doubled quote is one), a number, true or false.
func cutArgument(text string) (a argument, rest string, err error) {
	switch {
	case text[0] == '\'' || text[0] == '"':
		value, end, closed := quoted(text)
		if !closed {
			return a, "", fmt.Errorf("the text %.40s does not end", text)
		}
		a.literal.SetText(value)
		return a, text[end:], nil
	default:
		end := strings.IndexAny(text, ", \t\r\n")
		if end < 0 {
			end = len(text)
		}
		word, rest := text[:end], text[end:]
		if strings.HasPrefix(word, "$") {
			n, err := strconv.Atoi(word[1:])
			if err != nil || n < 1 {
				return a, "", fmt.Errorf("%q is no placeholder; expected $1, $2 and so on", word)
			}
			a.placeholder = n
			return a, rest, nil
		}
		return a, rest, a.readLiteral(word)
	}
}

func (a *argument) readLiteral(word string) error {
	switch strings.ToLower(word) {
	case "true", "false":
		a.literal.SetBool(strings.EqualFold(word, "true"))
		return nil
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil {
		a.literal.SetInt(n)
		return nil
	}
	if f, err := strconv.ParseFloat(word, 64); err == nil {
		a.literal.SetFloat(f)
		return nil
	}
	return fmt.Errorf("%.40q is none; expected $1, a number, 'text', true or false", word)
}

// quoted reads a text from its quote on, and gives where it ends.
func quoted(text string) (value string, end int, closed bool) {
	quote := text[0]
	var out []byte
	for i := 1; i < len(text); i++ {
		if text[i] != quote {
			out = append(out, text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == quote {
			out = append(out, quote)
			i++
			continue
		}
		return string(out), i + 1, true
	}
	return "", len(text), false
}

// parseSQL finds the placeholders outside of texts and quoted names.
func (s *statement) parseSQL(text string) error {
	start := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'' || c == '"':
			_, end, closed := quoted(text[i:])
			if !closed {
				return fmt.Errorf("a quote in it does not end: %.40s", text[i:])
			}
			i += end - 1
		case c == ';':
			return fmt.Errorf("it holds several statements; SpacetimeDB takes one at a time, so make a step of each")
		case c == '$':
			end := i + 1
			for end < len(text) && text[end] >= '0' && text[end] <= '9' {
				end++
			}
			n, err := strconv.Atoi(text[i+1 : end])
			if err != nil || n < 1 {
				return fmt.Errorf("%.10q is no placeholder; expected $1, $2 and so on", text[i:])
			}
			s.pieces = append(s.pieces, piece{text: text[start:i], placeholder: n})
			s.placeholders = max(s.placeholders, n)
			start, i = end, end-1
		}
	}
	if start < len(text) {
		s.pieces = append(s.pieces, piece{text: text[start:]})
	}
	return nil
}

// placeholdersUsed says which of $1 to $n appear.
func (s *statement) placeholdersUsed() map[int]bool {
	used := map[int]bool{}
	for _, a := range s.arguments {
		used[a.placeholder] = true
	}
	for _, p := range s.pieces {
		used[p.placeholder] = true
	}
	return used
}

// reads says whether SQL only reads.
func (s *statement) reads() bool {
	word, _ := cutWord(s.pieces[0].text)
	return word == "SELECT"
}
