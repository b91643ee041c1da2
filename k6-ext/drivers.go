package dbmark

import (
	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/drivers/noop"
	"github.com/dbmark/dbmark/k6-ext/drivers/postgres"
	"github.com/dbmark/dbmark/k6-ext/drivers/redis"
	"github.com/dbmark/dbmark/k6-ext/drivers/spacetimedb"
)

// drivers lists the systems that are compiled in: to add one, add its line.
func drivers() *driver.Registry {
	return driver.NewRegistry(
		postgres.New(),
		redis.New(),
		spacetimedb.New(),
		noop.New(),
	)
}
