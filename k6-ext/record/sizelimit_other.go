//go:build !unix

package record

// tolerateSizeLimit has nothing to do: only Unix systems limit the size of files by a signal.
func tolerateSizeLimit() {}
