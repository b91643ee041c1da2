package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Names of the files in a run folder.
const (
	RunFileName     = "run.json"
	WindowsFileName = "windows.ndjson"
)

// Folder is one run's folder. Its methods may be called by several goroutines.
//
// When lines are safe: Append gives whole lines to the operating system with one write, so that a crash of the process
// loses at most the second that was not appended yet. It does not wait for the disk, which the server under
// test may need; only a power failure can lose more. CloseWindows and WriteRun do wait.
type Folder struct {
	path string

	mutex   sync.Mutex
	windows *os.File
	// size of the whole lines written so far.
	size int64
	// lost counts appends that failed, and failure is the first of them.
	appends, lost int
	failure       error
}

// CheckResults makes sure that files can be made in the results folder, so that a run is not begun for nothing.
func CheckResults(results string) error {
	tolerateSizeLimit()
	err := os.MkdirAll(results, 0o755)
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(results, ".dbmark-check-*"); err == nil {
			_, err = probe.WriteString("dbmark")
			err = errors.Join(err, probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("the folder for results %q cannot be written to: %w; name another one with --out or DBMARK_RESULTS", results, plain(err))
	}
	return nil
}

// FolderName is that of a run: `<UTC time>-<suite>-<system>`.
func FolderName(suite, system string, start time.Time) string {
	return start.UTC().Format("2006-01-02T15-04-05Z") + "-" + FolderPart(suite) + "-" + FolderPart(system)
}

// CreateFolder makes a run's folder in the results folder, with an empty windows file; where the name is
// taken, it appends -2, -3 and so on. The results folder is made where it is missing.
func CreateFolder(results, name string) (*Folder, error) {
	tolerateSizeLimit()
	if err := os.MkdirAll(results, 0o755); err != nil {
		return nil, fmt.Errorf("the folder for results %q cannot be made: %w; name another one with --out or DBMARK_RESULTS", results, plain(err))
	}
	for n := 1; ; n++ {
		path := filepath.Join(results, name)
		if n > 1 {
			path = fmt.Sprintf("%s-%d", path, n)
		}
		err := os.Mkdir(path, 0o755)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("the run folder %q cannot be made: %w; name another folder for results with --out or DBMARK_RESULTS", path, plain(err))
		}
		windows, err := os.OpenFile(filepath.Join(path, WindowsFileName), os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return nil, fmt.Errorf("the file %q cannot be made: %w; name another folder for results with --out or DBMARK_RESULTS",
				filepath.Join(path, WindowsFileName), plain(err))
		}
		return &Folder{path: path, windows: windows}, nil
	}
}

// Path of the folder, as made from the results folder's.
func (f *Folder) Path() string { return f.path }

// ID is the folder's name, which is the run's.
func (f *Folder) ID() string { return filepath.Base(f.path) }

// RunPath is where run.json is or will be.
func (f *Folder) RunPath() string { return filepath.Join(f.path, RunFileName) }

// Append writes lines to windows.ndjson, all or none of them. A failure is remembered for Incomplete, and the
// next Append tries again: a full disk does not stop a run.
func (f *Folder) Append(lines ...any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return f.fail(fmt.Errorf("a line of %s cannot be made: %w", WindowsFileName, err))
		}
	}
	if text.Len() == 0 {
		return nil
	}
	return f.write(text.Bytes())
}

func (f *Folder) write(text []byte) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.appends++
	if f.windows == nil {
		return f.failLocked(fmt.Errorf("%s is closed", WindowsFileName))
	}
	written, err := f.windows.Write(text)
	if err != nil {
		if written > 0 {
			// Half a line would make the next one unreadable too.
			if cut := f.windows.Truncate(f.size); cut != nil {
				f.size += int64(written)
			}
		}
		return f.failLocked(plain(err))
	}
	f.size += int64(written)
	return nil
}

func (f *Folder) fail(err error) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.appends++
	return f.failLocked(err)
}

func (f *Folder) failLocked(err error) error {
	f.lost++
	if f.failure == nil {
		f.failure = err
	}
	return err
}

// CloseWindows waits until the windows file is on the disk and closes it. Calling it again does nothing.
func (f *Folder) CloseWindows() error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.windows == nil {
		return nil
	}
	err := errors.Join(f.windows.Sync(), f.windows.Close())
	f.windows = nil
	if err != nil {
		return f.failLocked(plain(err))
	}
	return nil
}

// Discard removes the folder of a run in which nothing happened.
func (f *Folder) Discard() {
	_ = f.CloseWindows()
	_ = os.Remove(filepath.Join(f.path, WindowsFileName))
	_ = os.Remove(f.path)
}

// Incomplete says in words what of the windows could not be written; empty when all was. It is the reason
// CodeResultsIncomplete.
func (f *Folder) Incomplete() string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.failure == nil {
		return ""
	}
	return fmt.Sprintf("%d of %d writes to %s failed (%v): its seconds are not complete, the totals are", f.lost, f.appends, WindowsFileName, f.failure)
}

// WriteRun writes run.json under a temporary name, waits until it is on the disk, and renames it into place, so that
// there is a whole one or none. The error says what is left.
func (f *Folder) WriteRun(run any) error {
	text, err := json.MarshalIndent(run, "", "  ")
	if err != nil {
		return fmt.Errorf("%s cannot be made: %w", f.RunPath(), err)
	}
	temporary := f.RunPath() + ".tmp"
	err = writeSynced(temporary, append(text, '\n'))
	if err == nil {
		err = os.Rename(temporary, f.RunPath())
	}
	if err != nil {
		os.Remove(temporary)
		return fmt.Errorf("%s could not be written: %w. The seconds that could be written are in %s; make room and run again",
			f.RunPath(), plain(err), filepath.Join(f.path, WindowsFileName))
	}
	// The rename itself is only safe with the folder; where folders cannot be synced, it is as safe as it gets.
	if folder, err := os.Open(f.path); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}

func writeSynced(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Sync(), file.Close())
}

// plain takes the operation and the path out of a file error, which the caller names better.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// FolderPart keeps letters, digits, dots, dashes and underscores of a name.
func FolderPart(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r < 128 && (r == '-' || r == '_' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z') {
			return r
		}
		return '-'
	}, name)
	if strings.Trim(clean, ".-") == "" {
		return "unnamed"
	}
	return clean
}
