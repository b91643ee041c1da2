package redis

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// manifestKey is a hash of manifests by the data set's name.
const manifestKey = ownPrefix + "manifest"

// Manifest reads a data set's manifest.
func (t *target) Manifest(ctx context.Context, name string) (*driver.Manifest, error) {
	var found *driver.Manifest
	err := t.with(ctx, func(s *session) error {
		result, err := s.Query(ctx, driver.Statement{Command: []string{"HGET", manifestKey, name}})
		if err != nil {
			return err
		}
		text, there := result.Rows[0][0].(string)
		if !there {
			return nil
		}
		found = &driver.Manifest{}
		if err := json.Unmarshal([]byte(text), found); err != nil {
			return &driver.Error{
				Kind:    driver.KindStatement,
				Message: fmt.Sprintf("the manifest of data set %q in the hash %s cannot be read: %v", name, manifestKey, err),
				Hint:    "It was written by another version of dbmark: remove it with HDEL " + manifestKey + " " + name,
			}
		}
		return nil
	})
	return found, err
}

// SaveManifest writes or replaces a manifest.
func (t *target) SaveManifest(ctx context.Context, m *driver.Manifest) error {
	content, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return t.with(ctx, func(s *session) error {
		_, err := s.Query(ctx, driver.Statement{Command: []string{"HSET", manifestKey, m.Name, string(content)}})
		return err
	})
}
