// Package strict reads JSON whose every field must be known, and says what is wrong with it in words that mean something to whoever
// wrote it: names of fields, not of types of Go.
package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// Decode reads JSON. A field that is not known is an error, so that a typing mistake is not silently ignored.
func Decode(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, err := decoder.Token(); err != io.EOF {
			return errors.New("there is something after its end")
		}
		return nil
	}
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch):
		where := "it"
		if mismatch.Field != "" {
			where = fmt.Sprintf("%q", mismatch.Field)
		}
		return fmt.Errorf("%s is %s; expected %s", where, given(mismatch.Value), expected(mismatch.Type))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends too early")
	}
	if field, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return fmt.Errorf("the field %s is not known", field)
	}
	return err
}

// given names what was there: "string", "number 1.5", "object", ….
func given(value string) string {
	kind, content, _ := strings.Cut(value, " ")
	switch {
	case kind == "number" && content != "":
		return content
	case kind == "bool":
		return "a boolean"
	case kind == "array", kind == "object":
		return "an " + kind
	default:
		return "a " + kind
	}
}

func expected(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number of 0 or more"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Pointer:
		return expected(t.Elem())
	default:
		return "an object"
	}
}
