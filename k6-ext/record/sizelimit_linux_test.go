package record

import (
	"syscall"
	"testing"
	"time"
)

func TestALimitOnTheSizeOfFilesIsLikeAFullDisk(t *testing.T) {
	folder, err := CreateFolder(t.TempDir(), FolderName("suite", "system", time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	limited := before
	limited.Cur = 1
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limited); err != nil {
		t.Fatal(err)
	}
	// Without care, the signal that comes with this write ends the process.
	failure := folder.Append(map[string]int{"line": 1})
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if failure == nil || folder.Incomplete() == "" {
		t.Fatalf("got %v and %q; expected a failure that is remembered", failure, folder.Incomplete())
	}
	if err := folder.Append(map[string]int{"line": 2}); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if err := folder.CloseWindows(); err != nil {
		t.Fatal(err)
	}
}
