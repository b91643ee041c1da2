package dbmark

import (
	"math/big"
	"slices"
	"time"

	"github.com/grafana/sobek"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// rowsOf gives rows as objects whose properties are in the order of the columns. Of two columns with one name the last is seen.
func (m *moduleInstance) rowsOf(result *driver.ResultSet) sobek.Value {
	runtime := m.vu.Runtime()
	rows := make([]any, len(result.Rows))
	for i, row := range result.Rows {
		object := runtime.NewObject()
		for j, value := range row {
			_ = object.Set(result.Columns[j], m.forJavaScript(value))
		}
		rows[i] = object
	}
	return runtime.NewArray(rows...)
}

// The whole numbers that a number of JavaScript holds exactly.
const mostExact = 1<<53 - 1

// forJavaScript makes a value of a row fit for a script: whole numbers that a number cannot hold exactly become a BigInt, instants
// ISO 8601 texts with all their digits (a Date has milliseconds), bytes an ArrayBuffer.
func (m *moduleInstance) forJavaScript(value any) sobek.Value {
	runtime := m.vu.Runtime()
	switch value := value.(type) {
	case int64:
		if value > mostExact || value < -mostExact {
			return runtime.ToValue(big.NewInt(value))
		}
		return runtime.ToValue(value)
	case time.Time:
		return runtime.ToValue(value.UTC().Format(time.RFC3339Nano))
	case []byte:
		return runtime.ToValue(runtime.NewArrayBuffer(value))
	case []any:
		elements := make([]any, len(value))
		for i, element := range value {
			elements[i] = m.forJavaScript(element)
		}
		return runtime.NewArray(elements...)
	case map[string]any:
		object := runtime.NewObject()
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			_ = object.Set(name, m.forJavaScript(value[name]))
		}
		return object
	default:
		return runtime.ToValue(value)
	}
}
