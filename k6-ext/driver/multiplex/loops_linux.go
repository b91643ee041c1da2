package multiplex

import (
	"slices"
	"sync"
)

// Loops are several loops, each on a processor of its own where there are as many as processors.
//
// Where the server is on the same machine, waking one of its processes on another processor costs an interrupt there, and what both touched moves between
// caches: together half as much as a short query. So a connection belongs on the loop of the processor on which the server works for it. The kernel
// says which that is (SO_INCOMING_CPU), and does not move a process that is always woken from its own processor.
type Loops struct {
	loops []*Loop

	mutex sync.Mutex
	tasks map[*Loop]int
}

// Home is where a connection's tasks run. The zero value is for one that has had none.
type Home struct {
	loop *Loop
	// processor answered last; of value only with a loop.
	processor int
}

// NewLoops starts so many loops, which must be closed.
func NewLoops(number int) (*Loops, error) {
	processors := allowedProcessors()
	if number != len(processors) {
		// Several programs that use a part of the processors would all take the first ones.
		processors = slices.Repeat([]int{noProcessor}, number)
	}
	return newLoopsOn(processors)
}

func newLoopsOn(processors []int) (*Loops, error) {
	l := &Loops{tasks: map[*Loop]int{}}
	for _, processor := range processors {
		loop, err := newLoopOn(processor)
		if err != nil {
			l.Close()
			return nil, err
		}
		l.loops = append(l.loops, loop)
	}
	return l, nil
}

// Close ends each loop as soon as its last task has ended. Run must not be called again.
func (l *Loops) Close() {
	for _, loop := range l.loops {
		loop.Close()
	}
}

// Run runs a body on one of the loops, and returns when it has returned. The next body with this home may run on another one.
func (l *Loops) Run(home *Home, body func(*Task)) {
	loop := l.arrive(home)
	home.loop, home.processor = loop, loop.perform(body).processor
	l.leave(loop)
}

// arrive chooses a loop: at first the one with the fewest tasks, later the one whose processor answers, unless that would leave the others with too little.
func (l *Loops) arrive(home *Home) *Loop {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	loop := home.loop
	all := 1
	for _, candidate := range l.loops {
		all += l.tasks[candidate]
		if home.loop == nil && (loop == nil || l.tasks[candidate] < l.tasks[loop]) {
			loop = candidate
		}
	}
	if home.loop != nil && home.processor != noProcessor {
		for _, candidate := range l.loops {
			// One more than its share, for otherwise two tasks that should change places could not.
			if candidate.stay.on() == home.processor && l.tasks[candidate]*len(l.loops) < all+len(l.loops) {
				loop = candidate
			}
		}
	}
	l.tasks[loop]++
	return loop
}

func (l *Loops) leave(loop *Loop) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.tasks[loop]--
}
