package histogram

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"sync"
)

// The HDR histogram format "V2 compressed", all numbers big-endian: cookie, length of the rest, and in
// zlib: cookie, length of the payload, normalizing offset (0), digits, lowest and highest value,
// conversion ratio (1.0), payload. The second digit of a cookie is the word size, 1 for varints.
const (
	cookie           = 0x1c849303
	cookieCompressed = 0x1c849304
	wordSize         = 0x10
	wordSizeMask     = 0xf0
	outerHeader      = 8
	innerHeader      = 40
	// A varint is never longer: the ninth byte holds eight bits.
	longestVarint = 9
)

// EncodeBase64 is the histogram in the HDR format "V2 compressed", in base64. The HDR libraries for Go, Java, JavaScript
// and others read it. The exact minimum, maximum and sum and the number of clamped values are not part of it.
func (t *table[C]) EncodeBase64() string {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)

	plain := append(e.plain[:0], make([]byte, innerHeader)...)
	plain = t.appendPayload(plain)
	binary.BigEndian.PutUint32(plain[0:], cookie|wordSize)
	binary.BigEndian.PutUint32(plain[4:], uint32(len(plain)-innerHeader))
	binary.BigEndian.PutUint32(plain[8:], 0)
	binary.BigEndian.PutUint32(plain[12:], SignificantDigits)
	binary.BigEndian.PutUint64(plain[16:], uint64(Lowest))
	binary.BigEndian.PutUint64(plain[24:], uint64(Highest))
	binary.BigEndian.PutUint64(plain[32:], math.Float64bits(1))
	e.plain = plain

	e.packed.Reset()
	e.packed.Write(make([]byte, outerHeader))
	e.zlib.Reset(&e.packed)
	// Writes to a bytes.Buffer do not fail.
	_, _ = e.zlib.Write(plain)
	_ = e.zlib.Close()
	packed := e.packed.Bytes()
	binary.BigEndian.PutUint32(packed[0:], cookieCompressed|wordSize)
	binary.BigEndian.PutUint32(packed[4:], uint32(len(packed)-outerHeader))
	return base64.StdEncoding.EncodeToString(packed)
}

// encoder is what one encoding needs; a zlib writer alone is 800 KB, so they are used again.
type encoder struct {
	plain  []byte
	packed bytes.Buffer
	zlib   *zlib.Writer
}

var encoders = sync.Pool{New: func() any { return &encoder{zlib: zlib.NewWriter(io.Discard)} }}

// appendPayload writes counts as positive and runs of zeros as negative ZigZag numbers, up to the last count.
func (t *table[C]) appendPayload(dst []byte) []byte {
	zeros, next := int64(0), 0
	for touched := t.touched; touched != 0; touched &= touched - 1 {
		start := bits.TrailingZeros64(touched) << halfMagnitude
		zeros += int64(start - next)
		next = start + half
		for _, n := range t.counts[start:next] {
			if n == 0 {
				zeros++
				continue
			}
			switch zeros {
			case 0:
			case 1:
				dst = append(dst, 0) // one zero is a count of 0, not a run, in every writer
			default:
				dst = appendVarint(dst, -zeros)
			}
			zeros = 0
			dst = appendVarint(dst, int64(n))
		}
	}
	return dst
}

// appendVarint writes a number in ZigZag LEB128, with eight bits in a ninth byte.
func appendVarint(dst []byte, n int64) []byte {
	v := uint64(n)<<1 ^ uint64(n>>63)
	for range longestVarint - 1 {
		if v < 0x80 {
			return append(dst, byte(v))
		}
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

// varint reads a number written by appendVarint and returns its length; 0 if it is cut off.
func varint(src []byte) (n int64, length int) {
	var v uint64
	for i, b := range src {
		if i == longestVarint-1 {
			v |= uint64(b) << (7 * i)
		} else {
			v |= uint64(b&0x7f) << (7 * i)
		}
		if b < 0x80 || i == longestVarint-1 {
			return int64(v>>1) ^ -int64(v&1), i + 1
		}
	}
	return 0, 0
}

// DecodeBase64 reads a histogram in the HDR format "V2 compressed", whoever wrote it, if it has this package's layout: 3
// significant digits from 1 (nanosecond), with no value above the last octave.
func DecodeBase64(text string) (*Histogram, error) {
	h, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("cannot read a histogram (HDR V2 compressed, in base64): %w", err)
	}
	return h, nil
}

func decode(text string) (*Histogram, error) {
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("not base64: %w", err)
	}
	if len(packed) < outerHeader {
		return nil, fmt.Errorf("it has %d bytes, its header alone has %d", len(packed), outerHeader)
	}
	if found := binary.BigEndian.Uint32(packed); found&^wordSizeMask != cookieCompressed {
		return nil, fmt.Errorf("it begins with 0x%08x, the format with 0x%08x", found, cookieCompressed|wordSize)
	}
	if length := binary.BigEndian.Uint32(packed[4:]); uint64(length) > uint64(len(packed)-outerHeader) {
		return nil, fmt.Errorf("it is cut off: %d of %d compressed bytes", len(packed)-outerHeader, length)
	} else {
		packed = packed[outerHeader : outerHeader+int(length)]
	}
	plain, err := inflate(packed)
	if err != nil {
		return nil, err
	}
	if err := checkHeader(plain); err != nil {
		return nil, err
	}
	return decodePayload(plain[innerHeader:])
}

// inflate unpacks, but never more than a histogram of this layout can have.
func inflate(packed []byte) ([]byte, error) {
	reader, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("its zlib stream is damaged: %w", err)
	}
	const limit = innerHeader + bucketCount*longestVarint
	plain, err := io.ReadAll(io.LimitReader(reader, limit+1))
	if err != nil {
		return nil, fmt.Errorf("its zlib stream is damaged: %w", err)
	}
	if len(plain) > limit {
		return nil, fmt.Errorf("it unpacks to more than the %d bytes that its layout can need", limit)
	}
	if len(plain) < innerHeader {
		return nil, fmt.Errorf("it unpacks to %d bytes, its inner header alone has %d", len(plain), innerHeader)
	}
	return plain, nil
}

func checkHeader(plain []byte) error {
	if found := binary.BigEndian.Uint32(plain); found&^wordSizeMask != cookie {
		return fmt.Errorf("its inner header begins with 0x%08x, the format with 0x%08x", found, cookie|wordSize)
	}
	if length := binary.BigEndian.Uint32(plain[4:]); uint64(length) != uint64(len(plain)-innerHeader) {
		return fmt.Errorf("its payload has %d bytes, its header says %d", len(plain)-innerHeader, length)
	}
	if digits := binary.BigEndian.Uint32(plain[12:]); digits != SignificantDigits {
		return fmt.Errorf("it has %d significant digits; accepted: %d", digits, SignificantDigits)
	}
	if lowest := int64(binary.BigEndian.Uint64(plain[16:])); lowest != Lowest {
		return fmt.Errorf("its lowest value is %d; accepted: %d (nanosecond)", lowest, Lowest)
	}
	// hdr-histogram-js 3 writes the integer 1 where the format has a float.
	word := binary.BigEndian.Uint64(plain[32:])
	if ratio := math.Float64frombits(word); ratio != 1 && word != 1 {
		return fmt.Errorf("its values are scaled by %v; accepted: 1 (nanoseconds)", ratio)
	}
	return nil
}

func decodePayload(payload []byte) (*Histogram, error) {
	h := New()
	index, last := 0, 0
	for len(payload) > 0 {
		n, length := varint(payload)
		if length == 0 {
			return nil, errors.New("its payload ends within a number")
		}
		payload = payload[length:]
		if n < 0 {
			if n < -int64(bucketCount-index) {
				return nil, fmt.Errorf("a run of %d zeros at bucket %d of %d leaves its layout (1 ns to 1 hour)", -n, index, bucketCount)
			}
			index -= int(n)
			continue
		}
		if index >= bucketCount {
			return nil, fmt.Errorf("it has more than the %d buckets of its layout (1 ns to 1 hour)", bucketCount)
		}
		if n > 0 {
			if h.count+uint64(n) > math.MaxInt64 {
				return nil, errors.New("its counts add up to more than 2^63 - 1")
			}
			if h.count == 0 {
				h.minimum, _ = bounds(index)
			}
			h.add(index, uint64(n))
			high, low := bits.Mul64(uint64(middle(index)), uint64(n))
			h.addSum(high, low)
			last = index
		}
		index++
	}
	if h.count > 0 {
		_, h.maximum = bounds(last)
	}
	return h, nil
}
