package engine

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/dbmark/dbmark/k6-ext/driver"
	"github.com/dbmark/dbmark/k6-ext/generator"
	"github.com/dbmark/dbmark/k6-ext/record"
)

// shelf is a system that holds keys, answers after a while that is never the same, in any order, and refuses every seventh insert.
type shelf struct {
	mutex sync.Mutex
	keys  map[int64]bool
}

func (*shelf) System() string                                     { return "shelf" }
func (*shelf) Schemes() []string                                  { return []string{"shelf"} }
func (*shelf) Library() driver.Library                            { return driver.Library{} }
func (s *shelf) Open(driver.Config) (driver.Target, error)        { return s, nil }
func (*shelf) URL() string                                        { return "shelf://" }
func (*shelf) Close() error                                       { return nil }
func (*shelf) Describe(context.Context) (driver.Server, error)    { return driver.Server{}, nil }
func (*shelf) Compile([]driver.Operation) (driver.Program, error) { return shelfProgram{}, nil }
func (s *shelf) OpenSession(context.Context, driver.Program) (driver.Session, error) {
	return &shelfSession{shelf: s}, nil
}

type shelfProgram struct{}

func (shelfProgram) MaximumDepth() int { return 64 }

type shelfSession struct {
	shelf  *shelf
	flying []*driver.Request
}

func (s *shelfSession) Submit(_ context.Context, request *driver.Request) *driver.Error {
	s.flying = append(s.flying, request)
	return nil
}

func (s *shelfSession) Deliver(_ context.Context, dst []driver.Completion) []driver.Completion {
	time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond)
	at := rand.IntN(len(s.flying))
	request := s.flying[at]
	s.flying = append(s.flying[:at], s.flying[at+1:]...)
	completion := driver.Completion{Tag: request.Tag}
	key := request.Parameters[0].Number
	s.shelf.mutex.Lock()
	defer s.shelf.mutex.Unlock()
	switch {
	case request.Operation == 1 && key%7 == 0:
		completion.Err = &driver.Error{Kind: driver.KindResource, Message: "no room"}
	case request.Operation == 1:
		s.shelf.keys[key] = true
	case key > 1000 && !s.shelf.keys[key]:
		completion.Err = &driver.Error{Kind: driver.KindValidation, Message: "a miss"}
	}
	return append(dst, completion)
}

func (s *shelfSession) Query(context.Context, driver.Statement) (*driver.ResultSet, error) {
	return nil, nil
}
func (s *shelfSession) Close(context.Context) error { return nil }

func TestLatestReadsHitWhateverIsInFlight(t *testing.T) {
	for name, pool := range map[string]int{"a session for each worker": 0, "a shared pool": 5} {
		t.Run(name, func(t *testing.T) {
			system := &shelf{keys: map[int64]bool{}}
			e := prepareWith(t, system, "shelf://", func(c *Config) {
				c.Workers, c.Depth, c.Count, c.PoolSize = 32, 8, 20_000, pool
				latest, err := generator.Compile(generator.Spec(`{"type":"latest","minimum":1,"maximum":1000}`),
					generator.Scope{Seed: 1, Operation: "look", Parameter: "id", Past: c.Past})
				if err != nil {
					t.Fatal(err)
				}
				c.Operations[0].Generators = []generator.Generator{latest}
			})
			runAll(context.Background(), e, 0)
			finish(e)
			totals := e.Recorder().Totals(record.Measure)
			if misses := totals[0].Failed; misses > 0 || totals[0].Operations < 10_000 {
				t.Errorf("%d of %d reads missed", misses, totals[0].Operations)
			}
			if held := int64(len(system.keys)); held < 4000 || held != e.config.Past.Inserts() {
				t.Errorf("%d rows are held, %d inserts finished", held, e.config.Past.Inserts())
			}
			for n := range e.config.Past.Inserts() {
				if index, known := e.config.Past.Insert(n); !known || !system.keys[1001+index] {
					t.Fatalf("insert %d is said to be that of operation %d (%v)", n, index, known)
				}
			}
		})
	}
}
