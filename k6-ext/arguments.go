package dbmark

import (
	"errors"
	"time"

	"github.com/grafana/sobek"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// argument makes a driver's value of a JavaScript one.
func (c *client) argument(value sobek.Value) any {
	switch exported := value.Export().(type) {
	case nil, bool, int64, string, time.Time:
		return exported
	case float64:
		// JavaScript has one kind of number; a whole one is meant as such.
		if whole := int64(exported); float64(whole) == exported {
			return whole
		}
		return exported
	case sobek.ArrayBuffer:
		return exported.Bytes()
	case []byte:
		return exported
	case []any:
		return exported
	default:
		c.module.throw(driver.Usagef(
			"%v (%T) cannot be an argument; expected null, a boolean, number, string, Date or ArrayBuffer", value, exported))
		return nil
	}
}

// forJavaScript makes a value of a row fit for a script: instants become ISO 8601 texts, and bytes an array of numbers.
func forJavaScript(value any) any {
	switch value := value.(type) {
	case time.Time:
		return value.UTC().Format(time.RFC3339Nano)
	default:
		return value
	}
}

// lost says whether an error left the session useless.
func lost(err error) bool {
	var known *driver.Error
	return errors.As(err, &known) && known.SessionLost
}
