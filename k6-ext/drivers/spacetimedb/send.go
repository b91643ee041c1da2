package spacetimedb

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// send appends the message of one step to what will be sent. A step that reconnects has none.
func (s *session) send(f *flight, step *step) (mistake *driver.Error) {
	if step.verb == verbReconnect {
		f.reconnects = true
		return nil
	}
	id := idOf(s.number)
	s.payload = s.payload[:0]
	var wrong string
	switch {
	case step.verb == verbCall && s.binary:
		wrong = s.encodeCall(f, step, id)
	case step.verb == verbCall:
		wrong = s.encodeJSONCall(f, step, id)
	case step.verb == verbUnsubscribe:
		if len(s.subscriptions) == 0 {
			return &driver.Error{Kind: driver.KindValidation, Message: step.label + ": the connection has no subscription that could end"}
		}
		s.encodeUnsubscribe(s.subscriptions[len(s.subscriptions)-1], id)
	default:
		if s.scratch, wrong = step.appendSQL(s.scratch[:0], f.parameters); wrong == "" {
			f.completion.BytesWritten += int64(len(s.scratch))
			s.encodeSQL(step.verb, id)
		}
	}
	if wrong != "" {
		return driver.Usagef("%s: %s", step.label, wrong)
	}
	opcode := byte(opText)
	if s.binary {
		opcode = opBinary
	}
	before := len(s.out)
	s.out = appendFrame(s.out, opcode, s.payload, uint32(s.keys.Uint64()))
	if cap(s.payload) > largestKept {
		s.payload, s.scratch = nil, nil
	}
	s.push(pending{flight: f, step: step, start: s.queued, sentAt: now()})
	s.queued += int64(len(s.out) - before)
	s.number++
	f.unanswered++
	s.meter.sent.Add(1)
	return nil
}

// value gives the value of an argument.
func (s *step) value(a *argument, parameters []driver.Value) *driver.Value {
	if a.placeholder == 0 {
		return &a.literal
	}
	return &parameters[s.sources[a.placeholder-1]]
}

func (s *session) encodeCall(f *flight, step *step, id uint32) (wrong string) {
	p := append(s.payload, step.prefix...)
	at := len(p)
	p = append(p, 0, 0, 0, 0)
	p, wrong = step.appendArguments(p, f.parameters)
	size := len(p) - at - 4
	binary.LittleEndian.PutUint32(p[at:], uint32(size))
	f.completion.BytesWritten += int64(size)
	p = binary.LittleEndian.AppendUint32(p, id)
	s.payload = append(p, 0) // flags: a full update
	return wrong
}

// appendArguments appends a call's arguments in BSATN.
func (s *step) appendArguments(to []byte, parameters []driver.Value) (out []byte, wrong string) {
	for i := range s.arguments {
		if to, wrong = appendBSATN(to, s.bound.parameters[i].kind, s.value(&s.arguments[i], parameters)); wrong != "" {
			return to, s.wrongArgument(i, wrong)
		}
	}
	return to, ""
}

func (s *step) wrongArgument(i int, wrong string) string {
	return fmt.Sprintf("argument %d (%s) of reducer %s: %s", i+1, s.bound.parameters[i].name, s.reducer, wrong)
}

func (s *session) encodeJSONCall(f *flight, step *step, id uint32) (wrong string) {
	if s.scratch, s.payload, wrong = step.appendJSONArguments(s.scratch[:0], s.payload, f.parameters); wrong != "" {
		return wrong
	}
	f.completion.BytesWritten += int64(len(s.scratch))
	p := append(s.payload[:0], step.prefix...)
	p = append(appendEscaped(p, s.scratch), `","request_id":`...)
	p = strconv.AppendUint(p, uint64(id), 10)
	s.payload = append(p, `,"flags":0}}`...)
	return ""
}

// appendJSONArguments appends a call's arguments as an array of JSON.
func (s *step) appendJSONArguments(to, scratch []byte, parameters []driver.Value) (out, grown []byte, wrong string) {
	to = append(to, '[')
	for i := range s.arguments {
		if i > 0 {
			to = append(to, ',')
		}
		if to, scratch, wrong = appendJSON(to, scratch, s.bound.parameters[i].kind, s.value(&s.arguments[i], parameters)); wrong != "" {
			return to, scratch, s.wrongArgument(i, wrong)
		}
	}
	return append(to, ']'), scratch, ""
}

// appendSQL puts the values into SQL, as literals: the server has no placeholders.
func (s *step) appendSQL(to []byte, parameters []driver.Value) (out []byte, wrong string) {
	for i := range s.pieces {
		p := &s.pieces[i]
		to = append(to, p.text...)
		if p.placeholder == 0 {
			continue
		}
		at := s.sources[p.placeholder-1]
		if to, wrong = appendLiteral(to, &parameters[at]); wrong != "" {
			return to, fmt.Sprintf("the value of $%d: %s", p.placeholder, wrong)
		}
	}
	return to, ""
}

// encodeSQL makes the message of the query in scratch.
func (s *session) encodeSQL(verb verb, id uint32) {
	p, sql := s.payload, s.scratch
	switch {
	case verb == verbQuery && s.binary:
		p = append(p, clientOneOffQuery, 4, 0, 0, 0)
		p = binary.LittleEndian.AppendUint32(p, id)
		p = append(binary.LittleEndian.AppendUint32(p, uint32(len(sql))), sql...)
	case verb == verbQuery:
		p = append(p, `{"OneOffQuery":{"message_id":"`...)
		for shift := 0; shift < 32; shift += 8 {
			p = append(p, hexDigits[id>>(shift+4)&15], hexDigits[id>>shift&15])
		}
		p = append(appendEscaped(append(p, `","query_string":"`...), sql), `"}}`...)
	case s.binary: // the subscription has the id of its request
		p = append(p, clientSubscribeMulti, 1, 0, 0, 0)
		p = append(binary.LittleEndian.AppendUint32(p, uint32(len(sql))), sql...)
		p = binary.LittleEndian.AppendUint32(p, id)
		p = binary.LittleEndian.AppendUint32(p, id)
	default:
		p = append(appendEscaped(append(p, `{"SubscribeMulti":{"query_strings":["`...), sql), `"],"request_id":`...)
		p = append(strconv.AppendUint(p, uint64(id), 10), `,"query_id":{"id":`...)
		p = append(strconv.AppendUint(p, uint64(id), 10), `}}}`...)
	}
	s.payload = p
}

func (s *session) encodeUnsubscribe(query, id uint32) {
	p := s.payload
	if s.binary {
		p = binary.LittleEndian.AppendUint32(append(p, clientUnsubscribeMulti), id)
		p = binary.LittleEndian.AppendUint32(p, query)
	} else {
		p = append(strconv.AppendUint(append(p, `{"UnsubscribeMulti":{"request_id":`...), uint64(id), 10), `,"query_id":{"id":`...)
		p = append(strconv.AppendUint(p, uint64(query), 10), `}}}`...)
	}
	s.payload = p
}
