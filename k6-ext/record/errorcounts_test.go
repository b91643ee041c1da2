package record

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// kindsInTheSourceOfDriver reads the constants of type ErrorKind, which Go cannot list at run time.
func kindsInTheSourceOfDriver(t *testing.T) (kinds []driver.ErrorKind) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../driver/error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == "ErrorKind" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, driver.ErrorKind(text))
		}
		return true
	})
	if len(kinds) < 10 {
		t.Fatalf("found only %d kinds", len(kinds))
	}
	return kinds
}
