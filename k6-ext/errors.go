package dbmark

import (
	"errors"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// throw throws an error into the script: an Error with the properties kind and code (DbmarkError in index.d.ts).
func (m *moduleInstance) throw(err error) {
	runtime := m.vu.Runtime()
	thrown, failure := runtime.New(runtime.Get("Error"), runtime.ToValue(err.Error()))
	if failure != nil {
		panic(runtime.NewGoError(err))
	}
	var known *driver.Error
	kind, code := string(driver.KindOf(err)), ""
	if errors.As(err, &known) {
		code = known.Code
	} else if m.vu.Context().Err() != nil {
		kind = string(driver.KindCanceled)
	}
	_ = thrown.Set("kind", kind)
	_ = thrown.Set("code", code)
	panic(thrown)
}
