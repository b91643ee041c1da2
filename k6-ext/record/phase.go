package record

// Phase is the part of a run that an operation belongs to: that of its intended start.
type Phase uint8

// The phases of a run; only Measure counts.
const (
	Warmup Phase = iota
	Measure
	Cooldown
	phaseCount
)

var phaseNames = [phaseCount]string{"warmup", "measure", "cooldown"}

// Phases lists all phases, in the order in which they come.
func Phases() []Phase { return []Phase{Warmup, Measure, Cooldown} }

// String is the phase's name in files and tags.
func (p Phase) String() string {
	if p >= phaseCount {
		return "unknown"
	}
	return phaseNames[p]
}

// ParsePhase finds a phase by its name.
func ParsePhase(name string) (Phase, bool) {
	for i, known := range phaseNames {
		if known == name {
			return Phase(i), true
		}
	}
	return 0, false
}
