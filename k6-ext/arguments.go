package dbmark

import (
	"errors"
	"math"
	"math/big"
	"time"

	"github.com/grafana/sobek"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// argument makes a driver's value of a JavaScript one; where says which it is, in an error.
func (m *moduleInstance) argument(value sobek.Value, where string) any {
	if sobek.IsUndefined(value) {
		m.throw(driver.Usagef("%s is undefined; pass null where nothing is meant", where))
	}
	exported := value.Export()
	if _, isSymbol := value.(*sobek.Symbol); isSymbol {
		exported = value
	}
	switch exported := exported.(type) {
	case nil:
		if !sobek.IsNull(value) {
			m.throw(driver.Usagef("%s is a Date without a time", where))
		}
		return nil
	case bool, int64, string, time.Time, []byte:
		return exported
	case float64:
		return whole(exported)
	case *big.Int:
		if !exported.IsInt64() {
			m.throw(driver.Usagef("%s is %v, which has more than 64 bits; pass it as a string", where, exported))
		}
		return exported.Int64()
	case sobek.ArrayBuffer:
		return exported.Bytes()
	case []any:
		return m.array(value.ToObject(m.vu.Runtime()), len(exported), where)
	default:
		m.throw(driver.Usagef(
			"%s is %v; expected null, a boolean, number, BigInt, string, Date, ArrayBuffer, Uint8Array, or an array of one of them", where, value))
		return nil
	}
}

// array makes one of elements of one type: with one number that is not whole, all are sent as such.
func (m *moduleInstance) array(object *sobek.Object, length int, where string) []any {
	elements := make([]any, length)
	broken := false
	for i := range elements {
		element := object.Get(big.NewInt(int64(i)).String())
		if element == nil {
			element = sobek.Undefined()
		}
		elements[i] = m.argument(element, "an element of "+where)
		if _, isFloat := elements[i].(float64); isFloat {
			broken = true
		}
	}
	for i := range elements {
		if n, isInt := elements[i].(int64); isInt && broken {
			elements[i] = float64(n)
		}
	}
	return elements
}

// whole makes an integer of a number that is one: JavaScript has one kind of number.
func whole(number float64) any {
	const limit = 1 << 63
	if number == math.Trunc(number) && math.Abs(number) < limit {
		return int64(number)
	}
	return number
}

// lost says whether an error left the session useless.
func lost(err error) bool {
	var known *driver.Error
	return errors.As(err, &known) && known.SessionLost
}
