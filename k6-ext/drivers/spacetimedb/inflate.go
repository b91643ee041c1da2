package spacetimedb

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
)

// The tags of compression, before a message and before the rows of a query in it.
const (
	compressedBrotli = 1
	compressedGzip   = 2
)

// inflate appends to what a server has compressed.
func inflate(tag byte, packed, to []byte) ([]byte, error) {
	var from io.Reader
	switch tag {
	case compressedBrotli:
		from = brotli.NewReader(bytes.NewReader(packed))
	case compressedGzip:
		unpacked, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return to, protocolError("a message that should be gzip, and is not")
		}
		from = unpacked
	default:
		return to, protocolError(fmt.Sprintf("a message with the unknown compression %d", tag))
	}
	out := bytes.NewBuffer(to)
	if n, err := io.Copy(out, io.LimitReader(from, maximumMessage)); err != nil || n == maximumMessage {
		return to, protocolError("a message that can not be decompressed")
	}
	return out.Bytes(), nil
}
