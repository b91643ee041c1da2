package spacetimedb

import (
	cryptorand "crypto/rand"
	"encoding/binary"
	"math/rand/v2"
)

// randomKey is a masking key, for where one does not matter for speed.
func randomKey() uint32 {
	var b [4]byte
	_, _ = cryptorand.Read(b[:])
	return binary.LittleEndian.Uint32(b[:])
}

// newKeys is a source of masking keys that nobody can foresee, as RFC 6455 asks for.
func newKeys() *rand.ChaCha8 {
	var seed [32]byte
	_, _ = cryptorand.Read(seed[:])
	return rand.NewChaCha8(seed)
}
