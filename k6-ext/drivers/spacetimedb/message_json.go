package spacetimedb

import "strconv"

func (d *decoder) decodeJSON(payload []byte, m *message) error {
	s := &scanner{text: payload}
	if !s.enter('{') {
		return protocolError("a message that is no object")
	}
	for s.more('}') {
		switch key := s.key(); string(key) {
		case "TransactionUpdate":
			d.jsonTransaction(s, m)
		case "IdentityToken":
			m.kind = identityMessage
			d.jsonIdentity(s, m)
		case "OneOffQueryResponse":
			d.jsonQueryResponse(s, m)
		case "InitialSubscription", "SubscribeApplied", "SubscribeMultiApplied":
			m.kind = subscribedMessage
			d.jsonApplied(s, m)
		case "UnsubscribeApplied", "UnsubscribeMultiApplied":
			m.kind = unsubscribedMessage
			d.jsonApplied(s, m)
		case "SubscriptionError":
			m.kind = refusedMessage
			d.jsonRefused(s, m)
		case "TransactionUpdateLight":
			m.kind = updateMessage
			d.jsonLight(s, m)
		default:
			s.skip()
		}
	}
	if s.bad {
		return protocolError("a message that is no JSON of it")
	}
	return nil
}

func (d *decoder) jsonTransaction(s *scanner, m *message) {
	m.kind = updateMessage
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case "status":
			d.jsonStatus(s, m)
		case "caller_connection_id":
			m.ours = string(s.inner()) == string(d.connection)
		case "reducer_call":
			for s.enter('{'); s.more('}'); {
				switch string(s.key()) {
				case "reducer_name":
					m.reducer = s.raw()
				case "args":
					m.arguments = s.raw()
				case "request_id":
					m.request = s.uint32()
				default:
					s.skip()
				}
			}
		default:
			s.skip()
		}
	}
}

func (d *decoder) jsonStatus(s *scanner, m *message) {
	if !s.is('{') { // "OutOfEnergy", if it is written without a value
		m.status = outOfEnergy
		s.skip()
		return
	}
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case "Committed":
			m.status = committed
			d.jsonDatabaseUpdate(s, m)
		case "Failed":
			m.status, m.text = failed, s.string()
		default:
			m.status = outOfEnergy
			s.skip()
		}
	}
}

func (d *decoder) jsonIdentity(s *scanner, m *message) {
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case "token":
			m.token = s.string()
		case "connection_id":
			m.connection = s.inner()
		default:
			s.skip()
		}
	}
}

func (d *decoder) jsonQueryResponse(s *scanner, m *message) {
	m.kind = queryMessage
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case "message_id": // four bytes in hexadecimal
			if id, err := strconv.ParseUint(string(s.raw()), 16, 32); err == nil {
				m.request = swapped(uint32(id))
			}
		case "error":
			if text := s.some(); text != nil {
				m.refused, m.text = true, text
			}
		case "tables":
			for s.enter('['); s.more(']'); {
				for s.enter('{'); s.more('}'); {
					if string(s.key()) == "rows" {
						list := d.jsonRows(s, nil, nil)
						m.rows += int64(list.count)
						m.bytes += list.bytes
					} else {
						s.skip()
					}
				}
			}
		default:
			s.skip()
		}
	}
}

// swapped has the bytes of n in the other order: hexadecimal digits of little-endian bytes.
func swapped(n uint32) uint32 { return n<<24 | n<<8&0xFF0000 | n>>8&0xFF00 | n>>24 }

func (d *decoder) jsonApplied(s *scanner, m *message) {
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case "request_id":
			m.request = s.uint32()
		case "update", "database_update":
			d.jsonDatabaseUpdate(s, m)
		case "rows":
			for s.enter('{'); s.more('}'); {
				if string(s.key()) == "table_rows" {
					d.jsonTableUpdate(s, m)
				} else {
					s.skip()
				}
			}
		default:
			s.skip()
		}
	}
	m.rows, m.changes = m.changes.inserts+m.changes.deletes, changes{}
}

func (d *decoder) jsonLight(s *scanner, m *message) {
	for s.enter('{'); s.more('}'); {
		if string(s.key()) == "update" {
			d.jsonDatabaseUpdate(s, m)
		} else {
			s.skip()
		}
	}
}

func (d *decoder) jsonRefused(s *scanner, m *message) {
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case "request_id":
			if id := s.some(); id != nil {
				n, _ := strconv.ParseUint(string(id), 10, 32)
				m.request = uint32(n)
			}
		case "error":
			m.text = s.string()
		default:
			s.skip()
		}
	}
}

func (d *decoder) jsonDatabaseUpdate(s *scanner, m *message) {
	for s.enter('{'); s.more('}'); {
		if string(s.key()) != "tables" {
			s.skip()
			continue
		}
		for s.enter('['); s.more(']'); {
			d.jsonTableUpdate(s, m)
		}
	}
}

func (d *decoder) jsonTableUpdate(s *scanner, m *message) {
	var t *table
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case "table_name":
			name := s.raw()
			if d.schema != nil {
				t = d.schema.tables[string(name)]
			}
		case "updates":
			for s.enter('['); s.more(']'); {
				d.jsonQueryUpdate(s, t, m)
			}
		default:
			s.skip()
		}
	}
}

func (d *decoder) jsonQueryUpdate(s *scanner, t *table, m *message) {
	var deleted, inserted jsonList
	d.deletes, d.inserts = d.deletes[:0], d.inserts[:0]
	for s.enter('{'); s.more('}'); {
		switch string(s.key()) {
		case "deletes":
			deleted = d.jsonRows(s, t, &d.deletes)
		case "inserts":
			inserted = d.jsonRows(s, t, &d.inserts)
		default:
			s.skip()
		}
	}
	m.bytes += deleted.bytes + inserted.bytes
	if len(d.deletes) != deleted.count || len(d.inserts) != inserted.count {
		d.deletes, d.inserts = d.deletes[:0], d.inserts[:0]
	}
	m.changes.add(pair(deleted.count, inserted.count, d.deletes, d.inserts))
}

type jsonList struct {
	count int
	bytes int64
}

// jsonRows counts rows, each a text that holds JSON, and appends their keys where that is asked for and they can be told.
func (d *decoder) jsonRows(s *scanner, t *table, keys *[][]byte) (list jsonList) {
	for s.enter('['); s.more(']'); {
		row := s.raw()
		list.count++
		list.bytes += int64(len(row))
		if t == nil || t.key < 0 || keys == nil {
			continue
		}
		if key := keyOfJSON(t, row); key != nil {
			*keys = append(*keys, key)
		}
	}
	return list
}

// keyOfJSON finds the primary key in a row, which is an array of its columns or an object, as JSON within a text: its quotes are escaped. Keys
// are compared as they are written.
func keyOfJSON(t *table, escaped []byte) []byte {
	s := &scanner{text: unescape(escaped)}
	if s.is('[') {
		s.enter('[')
		for i := 0; s.more(']'); i++ {
			if value := s.value(); i == t.key {
				return value
			}
		}
		return nil
	}
	for s.enter('{'); s.more('}'); {
		key, value := s.key(), s.value()
		if string(key) == t.columns[t.key].name {
			return value
		}
	}
	return nil
}
