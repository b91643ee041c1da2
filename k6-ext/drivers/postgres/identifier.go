package postgres

import (
	"strings"
	"unicode"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// QuoteIdentifier quotes a name for use in a statement, always, so that no list of
// reserved words is needed.
func QuoteIdentifier(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// ParseName reads the name of a table as a user types it: table, schema.table, each part quoted where it must be. Parts that
// are not quoted are folded to lower case, as PostgreSQL does; exact gives them as typed, for those who
// forgot the quotes. The schema is empty when there is none.
func ParseName(name string) (schema, table string, exact []string, err error) {
	mistake := func(text string) error {
		return driver.Usagef("table name %q %s; expected is table, schema.table or \"Odd Name\" in double quotes", name, text)
	}
	var parts []string
	rest := strings.TrimSpace(name)
	for {
		var part string
		quoted := strings.HasPrefix(rest, `"`)
		if quoted {
			end := skipQuoted(rest, 0, '"', false)
			if end < 2 || rest[end-1] != '"' {
				return "", "", nil, mistake("has an open quote")
			}
			part, rest = strings.ReplaceAll(rest[1:end-1], `""`, `"`), rest[end:]
		} else {
			end := strings.IndexByte(rest, '.')
			if end < 0 {
				end = len(rest)
			}
			part, rest = strings.TrimSpace(rest[:end]), rest[end:]
		}
		if part == "" {
			return "", "", nil, mistake("has an empty part")
		}
		exact = append(exact, part)
		if !quoted {
			part = strings.Map(foldASCII, part)
		}
		parts = append(parts, part)
		if rest == "" {
			break
		}
		if rest[0] != '.' {
			return "", "", nil, mistake("goes on after a closing quote")
		}
		rest = rest[1:]
	}
	switch len(parts) {
	case 1:
		return "", parts[0], exact, nil
	case 2:
		return parts[0], parts[1], exact, nil
	}
	return "", "", nil, mistake("has more than two parts")
}

func foldASCII(r rune) rune {
	if r < unicode.MaxASCII {
		return unicode.ToLower(r)
	}
	return r
}

// quoteName quotes a parsed name.
func quoteName(schema, table string) string {
	if schema == "" {
		return QuoteIdentifier(table)
	}
	return QuoteIdentifier(schema) + "." + QuoteIdentifier(table)
}
