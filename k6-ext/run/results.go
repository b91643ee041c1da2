package run

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// checkResults refuses a place for results that cannot be one, before anything is loaded. It leaves nothing behind.
func checkResults(folder string) error {
	if folder == "" {
		return driver.Usagef("the folder for results has no name; give one with --out or DBMARK_RESULTS")
	}
	for path := filepath.Clean(folder); ; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && path != filepath.Dir(path):
			continue
		case err != nil:
			return driver.Usagef("the folder for results %q cannot be used: %v; name another one with --out or DBMARK_RESULTS", folder, err)
		case !info.IsDir():
			return driver.Usagef("the folder for results %q cannot be made: %q is a file; name another one with --out or DBMARK_RESULTS", folder, path)
		}
		// What is there already says whether there is room for what is made in it later.
		if err := record.CheckResults(path); err != nil {
			return driver.Usagef("%v", err)
		}
		return nil
	}
}
