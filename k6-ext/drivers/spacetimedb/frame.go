package spacetimedb

import (
	"encoding/binary"
	"fmt"
	"io"
)

// The frames of a WebSocket (RFC 6455, section 5.2).
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

const (
	// frameBuffer holds some hundred replies; a larger message makes it grow.
	frameBuffer = 32 << 10
	// maximumMessage is what a message may have: a server that means well sends no more.
	maximumMessage = 1 << 30
)

// appendFrame appends a frame of one whole message, masked with the key as those of a client must be.
func appendFrame(to []byte, opcode byte, payload []byte, key uint32) []byte {
	to = append(to, 0x80|opcode)
	switch n := len(payload); {
	case n < 126:
		to = append(to, 0x80|byte(n))
	case n <= 0xFFFF:
		to = binary.BigEndian.AppendUint16(append(to, 0x80|126), uint16(n))
	default:
		to = binary.BigEndian.AppendUint64(append(to, 0x80|127), uint64(n))
	}
	to = binary.LittleEndian.AppendUint32(to, key)
	at := len(to)
	to = append(to, payload...)
	mask(to[at:], key)
	return to
}

// mask exchanges a payload with its masked form, the key's lowest byte first.
func mask(payload []byte, key uint32) {
	double := uint64(key)<<32 | uint64(key)
	for len(payload) >= 8 {
		binary.LittleEndian.PutUint64(payload, binary.LittleEndian.Uint64(payload)^double)
		payload = payload[8:]
	}
	for i := range payload {
		payload[i] ^= byte(key >> (8 * (i & 3)))
	}
}

// frames reads frames from a connection, in bulk.
type frames struct {
	from       io.Reader
	buffer     []byte
	start, end int // of what was read and not taken
	// parts of a message in several frames, and its opcode; 0: none has begun.
	parts  []byte
	opcode byte
	// received counts the bytes that came.
	received int64
}

// next takes the next whole message, or control frame, out of the buffer. ok is false where there is none yet. The payload is good until the
// next call of next or fill.
func (f *frames) next() (opcode byte, payload []byte, ok bool, err error) {
	for {
		head := f.buffer[f.start:f.end]
		if len(head) < 2 {
			return 0, nil, false, nil
		}
		size, length, err := headerOf(head)
		if err != nil || size == 0 || len(head) < size+length {
			return 0, nil, false, err
		}
		first, body := head[0], head[size:size+length]
		f.start += size + length
		final, opcode := first&0x80 != 0, first&0x0F
		switch {
		case opcode >= opClose:
			if !final || length > 125 {
				return 0, nil, false, protocolError("a control frame that is too long or in parts")
			}
			return opcode, body, true, nil
		case opcode == opContinuation && f.opcode == 0:
			return 0, nil, false, protocolError("the rest of a message without its beginning")
		case opcode != opContinuation && f.opcode != 0:
			return 0, nil, false, protocolError("a message within another one")
		case opcode > opBinary:
			return 0, nil, false, protocolError(fmt.Sprintf("a frame of the unknown kind %d", opcode))
		case final && opcode != opContinuation:
			return opcode, body, true, nil
		}
		if opcode != opContinuation {
			f.opcode, f.parts = opcode, f.parts[:0]
		}
		if len(f.parts)+length > maximumMessage {
			return 0, nil, false, protocolError("a message without an end")
		}
		f.parts = append(f.parts, body...)
		if final {
			opcode, f.opcode = f.opcode, 0
			return opcode, f.parts, true, nil
		}
	}
}

// headerOf gives the length of a frame's header and of its payload; size 0: the header is not there yet.
func headerOf(head []byte) (size, length int, err error) {
	if head[0]&0x70 != 0 {
		return 0, 0, protocolError(fmt.Sprintf("a frame that begins with %#02x, which is none of a WebSocket", head[0]))
	}
	if head[1]&0x80 != 0 {
		return 0, 0, protocolError("a masked frame, which only clients send")
	}
	switch n := int(head[1]); n {
	case 126:
		if len(head) < 4 {
			return 0, 0, nil
		}
		return 4, int(binary.BigEndian.Uint16(head[2:])), nil
	case 127:
		if len(head) < 10 {
			return 0, 0, nil
		}
		n := binary.BigEndian.Uint64(head[2:])
		if n > maximumMessage {
			return 0, 0, protocolError(fmt.Sprintf("a message of %d bytes", n))
		}
		return 10, int(n), nil
	default:
		return 2, n, nil
	}
}

// room makes room for more behind what is in the buffer, and gives it.
func (f *frames) room() []byte {
	if f.buffer == nil {
		f.buffer = make([]byte, frameBuffer)
	}
	if f.start == f.end {
		f.start, f.end = 0, 0
	}
	if f.end == len(f.buffer) || f.start > len(f.buffer)/2 {
		wanted := len(f.buffer)
		if size, length, err := f.pending(); err == nil {
			for wanted < size+length || f.start == 0 && wanted == len(f.buffer) {
				wanted *= 2
			}
		}
		if wanted > len(f.buffer) {
			grown := make([]byte, wanted)
			f.end = copy(grown, f.buffer[f.start:f.end])
			f.buffer = grown
		} else {
			f.end = copy(f.buffer, f.buffer[f.start:f.end])
		}
		f.start = 0
	}
	return f.buffer[f.end:]
}

// pending is the size of the frame that has begun to come.
func (f *frames) pending() (size, length int, err error) {
	if f.end-f.start < 2 {
		return 0, 0, nil
	}
	return headerOf(f.buffer[f.start:f.end])
}

// fill waits until there is more to read, and reads it.
func (f *frames) fill() error {
	n, err := f.from.Read(f.room())
	f.took(n)
	if n > 0 {
		return nil
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

func (f *frames) took(n int) {
	f.end += n
	f.received += int64(n)
}
