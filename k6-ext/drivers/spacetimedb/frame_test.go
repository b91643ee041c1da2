package spacetimedb

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"testing"
)

// acceptKey is what a server answers to a handshake (RFC 6455, section 1.3).
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func TestFramesAreThoseOfTheStandard(t *testing.T) {
	// A masked text "Hello" (RFC 6455, section 5.7).
	if got := hex.EncodeToString(appendFrame(nil, opText, []byte("Hello"), 0x3d21fa37)); got != "818537fa213d7f9f4d5158" {
		t.Errorf("%s", got)
	}
	r := &frames{}
	r.took(copy(r.room(), "\x01\x03Hel\x80\x02lo\x89\x05Hello\x82\x7e\x00\x80"))
	for _, expected := range []struct {
		opcode byte
		text   string
	}{{opText, "Hello"}, {opPing, "Hello"}} {
		opcode, payload, ok, err := r.next()
		if err != nil || !ok || opcode != expected.opcode || string(payload) != expected.text {
			t.Fatalf("%d %q %v %v", opcode, payload, ok, err)
		}
	}
	if _, _, ok, err := r.next(); ok || err != nil {
		t.Errorf("a frame that is not there yet: %v %v", ok, err)
	}
}

func TestFramesOfEveryLengthComeBackHoweverTheyAreCut(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var stream []byte
	var expected [][]byte
	for _, n := range []int{0, 1, 7, 8, 9, 125, 126, 127, 1000, 65535, 65536, 100_000, 300_000, 3, 0} {
		payload := make([]byte, n)
		for i := range payload {
			payload[i] = byte(random.Uint32())
		}
		expected = append(expected, payload)
		frame := appendFrame(nil, opBinary, payload, random.Uint32())
		stream = append(stream, unmasked(frame, n)...)
	}
	for _, most := range []int{1 << 20, 70_000, 1000, 13} {
		r := &frames{}
		rest := stream
		for i := 0; i < len(expected); {
			opcode, payload, ok, err := r.next()
			if err != nil {
				t.Fatal(err)
			}
			if ok {
				if opcode != opBinary || !bytes.Equal(payload, expected[i]) {
					t.Fatalf("in pieces of %d, message %d of %d bytes came as %d bytes", most, i, len(expected[i]), len(payload))
				}
				i++
				continue
			}
			n := copy(r.room(), rest[:min(len(rest), most)])
			r.took(n)
			rest = rest[n:]
		}
		if int(r.received) != len(stream) {
			t.Errorf("%d bytes counted of %d", r.received, len(stream))
		}
	}
}

// unmasked makes of a client's frame one of a server.
func unmasked(frame []byte, length int) []byte {
	head := len(frame) - length
	key := uint32(frame[head-4]) | uint32(frame[head-3])<<8 | uint32(frame[head-2])<<16 | uint32(frame[head-1])<<24
	out := append([]byte{}, frame[:head-4]...)
	out[1] &= 0x7F
	payload := append([]byte{}, frame[head:]...)
	mask(payload, key)
	return append(out, payload...)
}

func TestWhatIsNoFrameIsAnError(t *testing.T) {
	for name, bad := range map[string]string{
		"a reserved bit": "\xC1\x00", "a masked frame": "\x81\x80\x00\x00\x00\x00", "a long ping": "\x89\x7e\x00\x80" + string(make([]byte, 128)),
		"a ping in parts": "\x09\x00", "a rest alone": "\x80\x00", "a message within one": "\x01\x00\x81\x00", "an unknown kind": "\x83\x00",
		"an endless one": "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff",
	} {
		r := &frames{}
		r.took(copy(r.room(), bad))
		var err error
		for ok := true; ok && err == nil; {
			_, _, ok, err = r.next()
		}
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

// FuzzFrames feeds a reader of frames with anything: it must end without a panic, whatever comes and in whatever pieces.
func FuzzFrames(f *testing.F) {
	f.Add([]byte{0x82, 3, 1, 2, 3, 0x89, 0}, uint8(1))
	f.Add(binary.BigEndian.AppendUint64([]byte{0x82, 127}, 1<<40), uint8(3))
	f.Add([]byte{0x02, 1, 9, 0x80, 126, 0, 1, 9}, uint8(2))
	f.Fuzz(func(t *testing.T, stream []byte, step uint8) {
		r := &frames{}
		for len(stream) > 0 {
			n := copy(r.room(), stream[:min(len(stream), 1+int(step))])
			r.took(n)
			stream = stream[n:]
			for {
				_, _, ok, err := r.next()
				if err != nil {
					return
				}
				if !ok {
					break
				}
			}
		}
	})
}
