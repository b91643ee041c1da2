package spacetimedbtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// Variables that name the server's program and the module, where they were built elsewhere.
const (
	ServerVariable = "DBMARK_SPACETIMEDB_SERVER"
	ModuleVariable = "DBMARK_SPACETIMEDB_MODULE"
)

var (
	serverProgram = sync.OnceValues(func() (string, error) { return built("server", ServerVariable) })
	moduleFile    = sync.OnceValues(func() (string, error) { return built("module", ModuleVariable) })
)

// built is the path of the server's program or of the module, which the clone's build scripts know, and build where it is missing:
// a test that waits for the server takes a quarter of an hour then, for which go test's own limit of ten minutes is too short.
func built(what, variable string) (string, error) {
	if given := os.Getenv(variable); given != "" {
		if _, err := os.Stat(given); err != nil {
			return "", fmt.Errorf("%s: %w", variable, err)
		}
		return given, nil
	}
	directory, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; directory = filepath.Dir(directory) {
		script := filepath.Join(directory, "build", "print-spacetimedb.mjs")
		if _, err := os.Stat(script); err == nil {
			return printed(script, what)
		}
		if directory == filepath.Dir(directory) {
			return "", fmt.Errorf("no build/print-spacetimedb.mjs in a directory above: set %s to the path of SpacetimeDB's %s", variable, what)
		}
	}
}

func printed(script, what string) (string, error) {
	path, err := exec.Command("node", script, what).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return "", fmt.Errorf("SpacetimeDB's %s is not there: %s", what, strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(path)), err
}
