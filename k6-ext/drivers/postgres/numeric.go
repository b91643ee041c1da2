package postgres

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// The signs of PostgreSQL's binary numeric; see numeric_recv in src/backend/utils/adt/numeric.c.
const (
	numericPositive         = 0x0000
	numericNegative         = 0x4000
	numericNaN              = 0xC000
	numericInfinity         = 0xD000
	numericNegativeInfinity = 0xF000
)

// encodeNumeric writes integers, floats (their shortest decimal form) and decimal texts.
func encodeNumeric(dst []byte, v *driver.Value) ([]byte, error) {
	var buffer [400]byte
	decimal := buffer[:0]
	switch v.Kind {
	case driver.Int:
		decimal = strconv.AppendInt(decimal, v.Number, 10)
	case driver.Float:
		switch f := v.Float(); {
		case math.IsNaN(f):
			return appendNumericSign(dst, numericNaN), nil
		case math.IsInf(f, 1):
			return appendNumericSign(dst, numericInfinity), nil
		case math.IsInf(f, -1):
			return appendNumericSign(dst, numericNegativeInfinity), nil
		default:
			decimal = strconv.AppendFloat(decimal, f, 'f', -1, 64)
		}
	case driver.Text:
		decimal = v.Bytes
	default:
		return dst, errKind
	}
	return appendNumeric(dst, decimal)
}

func appendNumericSign(dst []byte, sign uint16) []byte {
	dst = append(dst, 0, 0, 0, 0)
	return append(binary.BigEndian.AppendUint16(dst, sign), 0, 0)
}

// appendNumeric writes a decimal ("-12.345") as a binary numeric: digits of base 10,000, grouped from the decimal point.
func appendNumeric(dst, decimal []byte) ([]byte, error) {
	mistake := func() ([]byte, error) { return dst, fmt.Errorf("%.40q is not a decimal number", string(decimal)) }
	digits := decimal
	sign := uint16(numericPositive)
	if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
		if digits[0] == '-' {
			sign = numericNegative
		}
		digits = digits[1:]
	}
	point := len(digits)
	for i, c := range digits {
		switch {
		case c == '.' && point == len(digits):
			point = i
		case c < '0' || c > '9':
			return mistake()
		}
	}
	scale := max(0, len(digits)-point-1)
	if point+scale == 0 || scale > 16383 {
		return mistake()
	}
	// digit gives the decimal digit at a place, where 0 is the last one before the point.
	digit := func(place int) int {
		i := point - 1 - place
		if place < 0 {
			i = point - place
		}
		if i < 0 || i >= len(digits) {
			return 0
		}
		return int(digits[i] - '0')
	}
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0, 0, 0, 0, 0)
	first := (point - 1) / 4 // the group of four that holds the first digit
	last := -(scale + 3) / 4
	weight, groups, end := 0, 0, 0
	for group := first; group >= last; group-- {
		n := digit(group*4+3)*1000 + digit(group*4+2)*100 + digit(group*4+1)*10 + digit(group*4)
		if groups == 0 {
			if n == 0 {
				continue
			}
			weight = group
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
		groups++
		if n != 0 {
			end = groups
		}
	}
	dst = dst[:start+8+2*end] // zeros at the end are not written
	if end == 0 {
		sign = numericPositive
	}
	binary.BigEndian.PutUint16(dst[start:], uint16(end))
	binary.BigEndian.PutUint16(dst[start+2:], uint16(weight))
	binary.BigEndian.PutUint16(dst[start+4:], sign)
	binary.BigEndian.PutUint16(dst[start+6:], uint16(scale))
	return dst, nil
}
