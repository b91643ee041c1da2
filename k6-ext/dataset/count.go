package dataset

import (
	"context"
	"fmt"
	"strconv"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// Count runs a statement that gives one whole number, or several rows of one each, which are added up: not every system can sum.
func Count(ctx context.Context, target driver.Target, statement driver.Statement) (int64, error) {
	result, err := Query(ctx, target, statement)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, row := range result.Rows {
		if len(row) != 1 {
			return 0, fmt.Errorf("expected rows of one number of %q, got a row of %d columns", statement.Text, len(row))
		}
		number, err := wholeNumber(row[0])
		if err != nil {
			return 0, fmt.Errorf("expected whole numbers of %q, got %v", statement.Text, row[0])
		}
		sum += number
	}
	return sum, nil
}

func wholeNumber(value any) (int64, error) {
	switch value := value.(type) {
	case int64:
		return value, nil
	case string:
		return strconv.ParseInt(value, 10, 64)
	}
	return 0, fmt.Errorf("%v is no whole number", value)
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
