package dataset

import (
	"context"
	"fmt"
	"strconv"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// Count runs a statement that gives one whole number.
func Count(ctx context.Context, target driver.Target, statement driver.Statement) (int64, error) {
	result, err := Query(ctx, target, statement)
	if err != nil {
		return 0, err
	}
	if len(result.Rows) != 1 || len(result.Rows[0]) != 1 {
		return 0, fmt.Errorf("expected one number of %q, got %d rows", statement.Text, len(result.Rows))
	}
	switch value := result.Rows[0][0].(type) {
	case int64:
		return value, nil
	case string:
		if number, err := strconv.ParseInt(value, 10, 64); err == nil {
			return number, nil
		}
	}
	return 0, fmt.Errorf("expected a whole number of %q, got %v", statement.Text, result.Rows[0][0])
}

// Query runs one statement on a session of its own.
func Query(ctx context.Context, target driver.Target, statement driver.Statement) (*driver.ResultSet, error) {
	session, err := target.OpenSession(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = session.Close(ctx) }()
	return session.Query(ctx, statement)
}
