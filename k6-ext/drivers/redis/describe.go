package redis

import (
	"context"
	"strconv"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// settingsThatMatter when figures are compared: memory, durability, parallelism.
var settingsThatMatter = []string{
	"maxmemory", "maxmemory-policy", "appendonly", "appendfsync", "save", "io-threads", "io-threads-do-reads", "maxclients",
}

func (t *target) Describe(ctx context.Context) (driver.Server, error) {
	s, err := t.open(ctx, nil)
	if err != nil {
		return driver.Server{}, err
	}
	defer s.Close(ctx)
	server := driver.Server{Product: "Redis", Version: "unknown", Settings: map[string]string{}, Address: t.address}
	information, err := s.information(ctx)
	switch {
	case driver.KindOf(err) == driver.KindPermission:
		server.Settings["information"] = "not shown: the user may not run INFO"
	case err != nil:
		return server, err
	case information["redis_version"] == "":
		return server, t.notRedis("INFO tells no redis_version", nil)
	}
	if version := information["redis_version"]; version != "" {
		server.Version = version
	}
	if version := information["valkey_version"]; version != "" {
		server.Product, server.Version = "Valkey", version
	}
	for _, name := range []string{"redis_mode", "role"} {
		if value := information[name]; value != "" {
			server.Settings[strings.TrimPrefix(name, "redis_")] = value
		}
	}
	server.Settings["protocol"] = "RESP" + strconv.Itoa(t.protocol)
	server.ProcessID, _ = strconv.Atoi(information["process_id"])
	if used, err := strconv.Atoi(information["connected_clients"]); err == nil {
		server.UsedConnections = max(0, used-1)
	}
	if err := s.configuration(ctx, &server, information); err != nil {
		return server, err
	}
	return server, nil
}

func (s *session) information(ctx context.Context) (map[string]string, error) {
	answer, err := s.Query(ctx, driver.Statement{Command: []string{"INFO"}})
	if err != nil {
		return nil, err
	}
	text, _ := answer.Rows[0][0].(string)
	found := map[string]string{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			found[name] = value
		}
	}
	return found, nil
}

// configuration asks for the settings one by one: servers before 7.0 take one name. Hosted servers often
// forbid CONFIG; then what INFO tells has to do.
func (s *session) configuration(ctx context.Context, server *driver.Server, information map[string]string) error {
	for _, name := range settingsThatMatter {
		answer, err := s.Query(ctx, driver.Statement{Command: []string{"CONFIG", "GET", name}})
		if err != nil {
			if e, ok := err.(*driver.Error); !ok || e.SessionLost {
				return err
			}
			server.Settings["configuration"] = "not shown: the user may not run CONFIG GET, or the server has none"
			for from, to := range map[string]string{"maxmemory": "maxmemory", "maxmemory_policy": "maxmemory-policy", "aof_enabled": "appendonly", "maxclients": "maxclients"} {
				if value := information[from]; value != "" {
					server.Settings[to] = value
				}
			}
			break
		}
		switch rows := answer.Rows; {
		case len(rows) == 2 && len(answer.Columns) == 1: // RESP2: name, value
			server.Settings[name], _ = rows[1][0].(string)
		case len(rows) == 1 && len(answer.Columns) == 2: // RESP3: a map
			server.Settings[name], _ = rows[0][1].(string)
		}
	}
	server.MaximumConnections, _ = strconv.Atoi(server.Settings["maxclients"])
	return nil
}
