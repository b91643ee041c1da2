package spacetimedb

// messageKind is what a server's message is.
type messageKind uint8

const (
	// otherMessage is one that needs no more than to be counted.
	otherMessage messageKind = iota
	// identityMessage greets: it has token and connection.
	identityMessage
	// updateMessage is the end of a call, ours or somebody's.
	updateMessage
	// queryMessage answers a one-off query.
	queryMessage
	// subscribedMessage and unsubscribedMessage answer SUBSCRIBE and UNSUBSCRIBE.
	subscribedMessage
	unsubscribedMessage
	// refusedMessage says that a subscription failed, or ended by an error where it has no request.
	refusedMessage
)

// status of a call.
type status uint8

const (
	committed status = iota
	failed
	outOfEnergy
)

// message is what is kept of one. Its slices are good until the next one is read.
type message struct {
	kind    messageKind
	request uint32 // 0: it has none
	status  status
	// ours: the call came over this connection.
	ours bool
	// text says what went wrong; empty: nothing did.
	text []byte
	// refused: a one-off query failed.
	refused bool
	// reducer and arguments, as they were called.
	reducer, arguments []byte
	rows, bytes        int64
	changes            changes
	token, connection  []byte
}

// changes of the tables that a connection subscribes to.
type changes struct{ inserts, updates, deletes int64 }

func (c *changes) add(other changes) {
	c.inserts += other.inserts
	c.updates += other.updates
	c.deletes += other.deletes
}

// pair counts the changes that deletes and inserts are: a row that was deleted and inserted with the same key was updated. Keys are those of
// the rows; without keys, each is what it is.
func pair(deleted, inserted int, deletes, inserts [][]byte) changes {
	updates := 0
	switch {
	case len(deletes) == 0 || len(inserts) == 0:
	case len(deletes)*len(inserts) <= 64:
		for _, key := range deletes {
			for _, other := range inserts {
				if string(key) == string(other) {
					updates++
					break
				}
			}
		}
	default:
		keys := make(map[string]struct{}, len(deletes))
		for _, key := range deletes {
			keys[string(key)] = struct{}{}
		}
		for _, key := range inserts {
			if _, both := keys[string(key)]; both {
				updates++
			}
		}
	}
	return changes{inserts: int64(inserted - updates), updates: int64(updates), deletes: int64(deleted - updates)}
}

// decoder reads messages of one connection.
type decoder struct {
	binary bool
	// connection is our own id, as the greeting gave it.
	connection []byte
	// schema tells keys from rows; nil: updates are counted as what they are made of.
	schema *schema
	// inflated holds what was compressed; nested what was in it.
	inflated, nested []byte
	deletes, inserts [][]byte
}

func (d *decoder) decode(opcode byte, payload []byte, m *message) error {
	*m = message{}
	switch {
	case d.binary && opcode == opBinary:
		return d.decodeBSATN(payload, m)
	case !d.binary && opcode == opText:
		return d.decodeJSON(payload, m)
	default:
		return protocolError("a message in another encoding than was agreed")
	}
}
