package postgres

import (
	"testing"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/jackc/pgx/v5/pgproto3"
)

func TestWhatTheServerSaysBecomesAKindAndSaysWhetherToTryAgain(t *testing.T) {
	for _, c := range []struct {
		severity, code, message  string
		kind                     driver.ErrorKind
		retryable, lost, unknown bool
	}{
		{"ERROR", "40001", "could not serialize access", driver.KindSerialization, true, false, false},
		{"ERROR", "40P01", "deadlock detected", driver.KindDeadlock, true, false, false},
		{"ERROR", "40000", "transaction rollback", driver.KindSerialization, true, false, false},
		{"ERROR", "40002", "constraint", driver.KindConstraint, false, false, false},
		{"ERROR", "40003", "result is ambiguous", driver.KindStatement, false, false, true},
		{"ERROR", "08007", "transaction resolution unknown", driver.KindConnection, false, false, true},
		{"ERROR", "57014", "canceling statement due to statement timeout", driver.KindTimeout, false, false, false},
		{"ERROR", "57014", "canceling statement due to user request", driver.KindCanceled, false, false, false},
		{"ERROR", "55P03", "canceling statement due to lock timeout", driver.KindTimeout, false, false, false},
		{"FATAL", "57P01", "terminating connection due to administrator command", driver.KindConnection, false, true, true},
		{"FATAL", "25P03", "terminating connection due to idle-in-transaction timeout", driver.KindConnection, false, true, true},
		{"FATAL", "53300", "sorry, too many clients already", driver.KindTooManyConnections, false, true, true},
		{"ERROR", "23505", "duplicate key", driver.KindConstraint, false, false, false},
		{"ERROR", "XX000", "something else", driver.KindStatement, false, false, false},
	} {
		response := pgproto3.ErrorResponse{SeverityUnlocalized: c.severity, Severity: c.severity, Code: c.code, Message: c.message}
		encoded, err := response.Encode(nil)
		if err != nil {
			t.Fatal(err)
		}
		got := serverError(encoded[headerSize:])
		if got.Kind != c.kind || got.Retryable != c.retryable || got.SessionLost != c.lost || got.OutcomeUnknown != c.unknown || got.Code != c.code {
			t.Errorf("%s %s %q: got %+v", c.severity, c.code, c.message, got)
		}
	}
}
