package noop

import (
	"context"
	"maps"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

func (t *target) Manifest(ctx context.Context, name string) (*driver.Manifest, error) {
	if err := contextError(ctx); err != nil {
		return nil, err
	}
	t.memory.mutex.Lock()
	defer t.memory.mutex.Unlock()
	m, found := t.memory.manifests[name]
	if !found {
		return nil, nil
	}
	m.Rows = maps.Clone(m.Rows)
	return &m, nil
}

func (t *target) SaveManifest(ctx context.Context, m *driver.Manifest) error {
	if err := contextError(ctx); err != nil {
		return err
	}
	t.memory.mutex.Lock()
	defer t.memory.mutex.Unlock()
	saved := *m
	saved.Rows = maps.Clone(m.Rows)
	t.memory.manifests[m.Name] = saved
	return nil
}

func (t *target) Lock(ctx context.Context, name string) (unlock func(), err error) {
	t.memory.mutex.Lock()
	lock := t.memory.locks[name]
	if lock == nil {
		lock = make(chan struct{}, 1)
		t.memory.locks[name] = lock
	}
	t.memory.mutex.Unlock()
	if err := contextError(ctx); err != nil {
		return nil, err
	}
	select {
	case lock <- struct{}{}:
		held := true
		return func() {
			if held {
				held = false
				<-lock
			}
		}, nil
	case <-ctx.Done():
		return nil, ended(ctx)
	}
}
