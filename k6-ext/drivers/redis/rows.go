package redis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dbmark/dbmark/k6-ext/driver"
)

// counting says what the reply of a command tells about rows. Redis has no word for them, so here is ours:
// a row read is an element that is not null (GET: 1 for a hit, 0 for a miss; MGET: the hits; an integer: 1),
// a row written is a key, field, member or element that the command set, added or removed.
type counting uint8

const (
	// byKind: unknown commands and scripts. In an operation of kind read, as elements; otherwise OK
	// is one row written, an integer so many, and everything else elements.
	byKind counting = iota
	// elements are rows read.
	elements
	// pairs: two elements of an array, or one of a map, are a row read.
	pairs
	// number: the integer of the reply is the rows written.
	number
	// once: any reply but a null is one row written.
	once
	// always: one row written even when the reply, the value before, is null.
	always
	// arguments: as many rows written as the command has values, unless the reply is null or 0 elements were there to push to.
	arguments
	// removed: the elements returned were removed: rows read and written.
	removed
)

var countings = func() map[string]counting {
	known := map[string]counting{}
	for rule, names := range map[counting]string{
		elements: "GET MGET GETRANGE SUBSTR STRLEN EXISTS TYPE TTL PTTL EXPIRETIME PEXPIRETIME KEYS RANDOMKEY DBSIZE ECHO PING " +
			"HGET HMGET HKEYS HVALS HLEN HEXISTS HSTRLEN LRANGE LINDEX LLEN LPOS SMEMBERS SCARD SISMEMBER SMISMEMBER SINTER SUNION SDIFF " +
			"SINTERCARD SRANDMEMBER ZRANGE ZREVRANGE ZRANGEBYSCORE ZREVRANGEBYSCORE ZRANGEBYLEX ZREVRANGEBYLEX ZSCORE ZMSCORE ZRANK ZREVRANK " +
			"ZCARD ZCOUNT ZLEXCOUNT ZRANDMEMBER XRANGE XREVRANGE XREAD XREADGROUP XLEN BITCOUNT BITPOS GETBIT PFCOUNT GEOPOS GEODIST " +
			"GEOSEARCH GEOHASH SCAN HSCAN SSCAN ZSCAN EVAL_RO EVALSHA_RO FCALL_RO TIME DUMP TOUCH",
		pairs: "HGETALL",
		number: "DEL UNLINK EXPIRE PEXPIRE EXPIREAT PEXPIREAT PERSIST SETNX MSETNX SADD SREM SMOVE HDEL HSETNX ZADD ZREM " +
			"ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREMRANGEBYLEX LREM PFADD XDEL XTRIM XACK COPY RENAMENX MOVE GEOADD " +
			"SINTERSTORE SUNIONSTORE SDIFFSTORE ZRANGESTORE ZINTERSTORE ZUNIONSTORE ZDIFFSTORE GEOSEARCHSTORE",
		once: "SET SETEX PSETEX INCR INCRBY INCRBYFLOAT DECR DECRBY APPEND SETRANGE SETBIT HINCRBY HINCRBYFLOAT ZINCRBY " +
			"LSET LTRIM RENAME XADD RESTORE PFMERGE GETEX LMOVE RPOPLPUSH BLMOVE BRPOPLPUSH BITOP",
		always:    "GETSET",
		arguments: "MSET HSET HMSET LPUSH RPUSH LPUSHX RPUSHX",
		removed:   "GETDEL LPOP RPOP SPOP",
	} {
		for name := range strings.FieldsSeq(names) {
			known[name] = rule
		}
	}
	return known
}()

// values is the number of values that a command of the rule arguments writes.
func values(command []string) int64 {
	switch strings.ToUpper(command[0]) {
	case "MSET":
		return int64(len(command)-1) / 2
	case "HSET", "HMSET":
		return int64(len(command)-2) / 2
	default: // LPUSH key value value
		return int64(len(command) - 2)
	}
}

// rows counts a reply that is no error.
func (s *step) rows(r *reply) (read, written int64) {
	switch s.counting {
	case elements:
		return r.elements, 0
	case pairs:
		if r.kind == '*' {
			return r.elements / 2, 0
		}
		return r.elements, 0
	case number:
		if r.kind == ':' {
			return 0, max(0, r.number)
		}
		return 0, min(1, r.elements)
	case once:
		return 0, min(1, r.elements)
	case always:
		return 0, 1
	case arguments:
		if r.kind == nullKind || (r.kind == ':' && r.number == 0 && s.pushes) {
			return 0, 0
		}
		return 0, s.values
	case removed:
		return r.elements, r.elements
	case byKind: // see below
	}
	switch {
	case s.kind == driver.Read:
		return r.elements, 0
	case r.kind == '+':
		return 0, 1
	case r.kind == ':':
		return 0, max(0, r.number)
	default:
		return r.elements, 0
	}
}

// writes says whether Expect is about rows written.
func (s *step) writes() bool {
	return s.counting >= number && s.counting <= arguments
}

// addingCommands answer with how many fields or members were not there before.
var addingCommands = []string{"HSET", "SADD", "ZADD", "GEOADD"}

func tellsAdded(command string) bool {
	return slices.Contains(addingCommands, strings.ToUpper(command))
}

// mistake says what is wrong with a reply that is no error; empty: nothing is.
func (s *step) mistake(r *reply, read, written int64) string {
	if s.expect == nil {
		return ""
	}
	rows := read
	if s.writes() || (read == 0 && written > 0) {
		rows = written
	}
	switch {
	case !s.expect.Contains(rows):
		return fmt.Sprintf("%d rows, expected %d to %d", rows, s.expect.Minimum, s.expect.Maximum)
	case s.expect.Added != nil && r.number != *s.expect.Added:
		return fmt.Sprintf("%d of the rows were not there before, expected %d", r.number, *s.expect.Added)
	}
	return ""
}
