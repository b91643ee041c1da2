package run

import "github.com/dbmark/dbmark/k6-ext/driver"

// The exit codes of the dbmark command that an error leads to.
const (
	exitUsage       = 2
	exitUnreachable = 3
	exitInvalid     = 4
)

// kindInternal is what a script says of an error that no driver made.
const kindInternal driver.ErrorKind = "internal"

// ReportError tells whoever started this process what went wrong, and which exit code that means.
func ReportError(events *Events, kind, message string) {
	code := exitUsage
	switch driver.ErrorKind(kind) {
	case driver.KindUnreachable, driver.KindProtocol, driver.KindAuthentication, driver.KindTimeout,
		driver.KindConnection, driver.KindTooManyConnections:
		code = exitUnreachable
	case driver.KindCanceled, driver.KindResource, kindInternal:
		code = exitInvalid
	}
	events.Send(errorEvent{"error", kind, code, message})
	events.Flush()
}
