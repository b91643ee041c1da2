// Command k6 is k6 with the dbmark extension compiled in.
package main

import (
	_ "github.com/dbmark/dbmark/k6-ext"
	"go.k6.io/k6/v2/cmd"
)

func main() { cmd.Execute() }
