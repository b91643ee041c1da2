package spacetimedb

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// The messages below were recorded from a SpacetimeDB 1.2.0 with the project's module, in both encodings.

const (
	jsonConnection = "227057486357088525815231631447260665621"
	jsonCommitted  = `{"TransactionUpdate":{"status":{"Committed":{"tables":[{"table_id":4097,"table_name":"counters","num_rows":2,"updates":[{"deletes":["[\"q\\\"x\",1,\"2026-11-21T23:46:33.774636+00:00\"]"],"inserts":["[\"q\\\"x\",2,\"2026-11-21T23:46:34.426060+00:00\"]"]}]}]}},"timestamp":{"__timestamp_micros_since_unix_epoch__":1795304794426060},"caller_identity":{"__identity__":"0xc20006e5c562390407df88c851b0c23d313b3d88ecb80fd306a5c2c92b486762"},"caller_connection_id":{"__connection_id__":227057486357088525815231631447260665621},"reducer_call":{"reducer_name":"increment","reducer_id":2,"args":"[\"q\\\"x\",1]","request_id":8},"energy_quanta_used":{"quanta":4809000},"total_host_execution_duration":{"__time_duration_micros__":112}}}`
	jsonFailed     = `{"TransactionUpdate":{"status":{"Failed":"message_id is empty: a message needs a \"key\""},"timestamp":{"__timestamp_micros_since_unix_epoch__":1795304793777126},"caller_identity":{"__identity__":"0xc20006e5c562390407df88c851b0c23d313b3d88ecb80fd306a5c2c92b486762"},"caller_connection_id":{"__connection_id__":227057486357088525815231631447260665621},"reducer_call":{"reducer_name":"create_message","reducer_id":0,"args":"[\"\",\"a\",\"b\",\"c\"]","request_id":0},"energy_quanta_used":{"quanta":2255000},"total_host_execution_duration":{"__time_duration_micros__":16}}}`
	jsonGreeting   = `{"IdentityToken":{"identity":{"__identity__":"0xc20006e5"},"token":"eyJ0.eyJo.HJwQ","connection_id":{"__connection_id__":227057486357088525815231631447260665621}}}`
	jsonApplied    = `{"SubscribeMultiApplied":{"request_id":1,"total_host_execution_duration_micros":9370,"query_id":{"id":1},"update":{"tables":[{"table_id":4097,"table_name":"counters","num_rows":1,"updates":[{"deletes":[],"inserts":["{\"id\":\"a\",\"value\":5}"]}]}]}}}`
	jsonEnded      = `{"UnsubscribeMultiApplied":{"request_id":9,"total_host_execution_duration_micros":655692,"query_id":{"id":1},"update":{"tables":[{"table_id":4097,"table_name":"counters","num_rows":2,"updates":[{"deletes":["{\"id\":\"a\"}","{\"id\":\"b\"}"],"inserts":[]}]}]}}}`
	jsonRows       = `{"OneOffQueryResponse":{"message_id":"01020304","error":{"none":[]},"tables":[{"table_name":"counters","rows":["{\"id\":\"q\\\"x\",\"value\":1,\"updated_at\":\"2026\"}"]}],"total_host_execution_duration":{"__time_duration_micros__":626300}}}`
	jsonNoRows     = `{"OneOffQueryResponse":{"message_id":"01020304","error":{"some":"A FROM clause is required"},"tables":[],"total_host_execution_duration":{"__time_duration_micros__":628132}}}`
	jsonRefused    = `{"SubscriptionError":{"total_host_execution_duration_micros":647050,"request_id":{"some":6},"query_id":{"some":2},"table_id":{"none":[]},"error":"` + "`nothing`" + ` is not a valid table"}}`
	jsonBroken     = `{"SubscriptionError":{"total_host_execution_duration_micros":1,"request_id":{"none":[]},"query_id":{"none":[]},"table_id":{"none":[]},"error":"broke"}}`
)

func counterSchema() *schema {
	columns := []column{{name: "id", kind: typeString}, {name: "value", kind: typeI64}, {name: "updated_at", kind: typeString}}
	return &schema{tables: map[string]*table{"counters": {name: "counters", columns: columns, key: 0}}}
}

func decodeText(t *testing.T, text string) message {
	t.Helper()
	d := decoder{connection: []byte(jsonConnection), schema: counterSchema()}
	var m message
	if err := d.decode(opText, []byte(text), &m); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return m
}

func TestMessagesInJSONAreRead(t *testing.T) {
	m := decodeText(t, jsonCommitted)
	if m.kind != updateMessage || m.status != committed || !m.ours || m.request != 8 || string(m.reducer) != "increment" ||
		m.changes != (changes{updates: 1}) {
		t.Errorf("committed: %+v", m)
	}
	m = decodeText(t, jsonFailed)
	if m.status != failed || !m.ours || m.request != 0 || string(m.text) != `message_id is empty: a message needs a "key"` ||
		string(unescape(m.arguments)) != `["","a","b","c"]` {
		t.Errorf("failed: %+v", m)
	}
	if m = decodeText(t, strings.Replace(jsonCommitted, jsonConnection, "1", 1)); m.ours {
		t.Error("another connection's call is taken for ours")
	}
	if m = decodeText(t, jsonGreeting); m.kind != identityMessage || string(m.token) != "eyJ0.eyJo.HJwQ" || string(m.connection) != jsonConnection {
		t.Errorf("greeting: %+v", m)
	}
	if m = decodeText(t, jsonApplied); m.kind != subscribedMessage || m.request != 1 || m.rows != 1 || m.changes != (changes{}) {
		t.Errorf("applied: %+v", m)
	}
	if m = decodeText(t, jsonEnded); m.kind != unsubscribedMessage || m.request != 9 || m.rows != 2 || m.changes != (changes{}) {
		t.Errorf("ended: %+v", m)
	}
	if m = decodeText(t, jsonRows); m.kind != queryMessage || m.request != 0x04030201 || m.rows != 1 || m.refused || m.bytes == 0 {
		t.Errorf("rows: %+v", m)
	}
	if m = decodeText(t, jsonNoRows); !m.refused || string(m.text) != "A FROM clause is required" || m.rows != 0 {
		t.Errorf("a refused query: %+v", m)
	}
	if m = decodeText(t, jsonRefused); m.kind != refusedMessage || m.request != 6 || !strings.HasSuffix(string(m.text), "valid table") {
		t.Errorf("a refused subscription: %+v", m)
	}
	if m = decodeText(t, jsonBroken); m.kind != refusedMessage || m.request != 0 || string(m.text) != "broke" {
		t.Errorf("a broken subscription: %+v", m)
	}
	if m = decodeText(t, `{"TransactionUpdate":{"status":"OutOfEnergy","caller_connection_id":{"__connection_id__":`+jsonConnection+`}}}`); m.status != outOfEnergy {
		t.Errorf("out of energy: %+v", m)
	}
	if m = decodeText(t, `{"SomethingNew":{"a":[1,{"b":"}]\""}]}}`); m.kind != otherMessage {
		t.Errorf("a message of a later version: %+v", m)
	}
}

func TestBrokenJSONIsAnError(t *testing.T) {
	for _, whole := range []string{jsonCommitted, jsonFailed, jsonGreeting, jsonApplied, jsonRows, jsonRefused} {
		for cut := range len(whole) {
			d := decoder{connection: []byte(jsonConnection), schema: counterSchema()}
			var m message
			if err := d.decode(opText, []byte(whole[:cut]), &m); err == nil {
				t.Fatalf("the first %d bytes are taken for a message: %s", cut, whole[:cut])
			}
		}
	}
	for _, text := range []string{"[]", "null", "TransactionUpdate", `{"TransactionUpdate":[]}`, `{"TransactionUpdate" {}}`, `{,}`} {
		var m message
		if err := (&decoder{}).decode(opText, []byte(text), &m); err == nil {
			t.Errorf("%s is taken for a message", text)
		}
	}
}

var bsatnConnection = bytes.Repeat([]byte{0xC1}, connectionSize)

// writer makes messages of a server in BSATN, by the definitions of the crate spacetimedb-client-api-messages 1.2.0.
type writer struct{ bytes.Buffer }

func (w *writer) u32(n uint32)   { _ = binary.Write(w, binary.LittleEndian, n) }
func (w *writer) u64(n uint64)   { _ = binary.Write(w, binary.LittleEndian, n) }
func (w *writer) text(s string)  { w.u32(uint32(len(s))); w.WriteString(s) }
func (w *writer) zeros(n int)    { w.Write(make([]byte, n)) }
func (w *writer) fixed(s uint16) { w.WriteByte(0); _ = binary.Write(w, binary.LittleEndian, s) }

// list is a BsatnRowList of rows of different sizes.
func (w *writer) list(rows ...string) {
	w.WriteByte(1)
	w.u32(uint32(len(rows)))
	offset := 0
	for _, row := range rows {
		w.u64(uint64(offset))
		offset += len(row)
	}
	w.text(strings.Join(rows, ""))
}

func counterRow(id string, value uint64) string {
	w := &writer{}
	w.text(id)
	w.u64(value)
	w.text("now")
	return w.String()
}

// transaction is a TransactionUpdate with a status that was written by the caller.
func transaction(status string, connection []byte, reducer, arguments string, request uint32) []byte {
	w := &writer{}
	w.Write([]byte{0, serverTransactionUpdate})
	w.WriteString(status)
	w.zeros(8 + identitySize)
	w.Write(connection)
	w.text(reducer)
	w.u32(7)
	w.text(arguments)
	w.u32(request)
	w.zeros(16 + 8)
	return w.Bytes()
}

// update is a DatabaseUpdate of one table, after a tag.
func update(tag byte, table string, compression byte, deletes, inserts []string) string {
	inner := &writer{}
	inner.list(deletes...)
	inner.list(inserts...)
	w := &writer{}
	w.WriteByte(tag)
	w.u32(1)
	w.u32(4097)
	w.text(table)
	w.u64(uint64(len(deletes) + len(inserts)))
	w.u32(1)
	w.WriteByte(compression)
	if compression == 0 {
		w.WriteString(inner.String())
	} else {
		w.text(string(compress(compression, inner.Bytes())))
	}
	return w.String()
}

func compress(tag byte, plain []byte) []byte {
	var out bytes.Buffer
	if tag == compressedGzip {
		z := gzip.NewWriter(&out)
		_, _ = z.Write(plain)
		_ = z.Close()
	} else {
		z := brotli.NewWriter(&out)
		_, _ = z.Write(plain)
		_ = z.Close()
	}
	return out.Bytes()
}

func decodeBinary(t *testing.T, payload []byte) message {
	t.Helper()
	d := decoder{binary: true, connection: bsatnConnection, schema: counterSchema()}
	var m message
	if err := d.decode(opBinary, payload, &m); err != nil {
		t.Fatalf("%v: %x", err, payload)
	}
	return m
}

func TestMessagesInBSATNAreRead(t *testing.T) {
	a1, a2, b, c := counterRow("a", 1), counterRow("a", 2), counterRow("b", 1), counterRow("c", 1)
	for compression := range byte(3) {
		plain := transaction(update(0, "counters", compression, []string{a1, b}, []string{a2, c}), bsatnConnection, "increment", "xyz", 8)
		for outer := range byte(3) {
			payload := plain
			if outer > 0 {
				payload = append([]byte{outer}, compress(outer, plain[1:])...)
			}
			m := decodeBinary(t, payload)
			if m.kind != updateMessage || m.status != committed || !m.ours || m.request != 8 || string(m.reducer) != "increment" ||
				string(m.arguments) != "xyz" || m.changes != (changes{inserts: 1, updates: 1, deletes: 1}) {
				t.Errorf("compression %d within %d: %+v", compression, outer, m)
			}
		}
	}
	other := decodeBinary(t, transaction(update(0, "unknown", 0, []string{a1}, []string{a2}), make([]byte, connectionSize), "increment", "", 8))
	if other.ours || other.changes != (changes{inserts: 1, deletes: 1}) {
		t.Errorf("another connection's, of a table without a known key: %+v", other)
	}
	w := &writer{}
	w.WriteByte(1)
	w.text("it failed")
	if m := decodeBinary(t, transaction(w.String(), bsatnConnection, "create_message", "args", 0)); m.status != failed || string(m.text) != "it failed" || m.request != 0 {
		t.Errorf("failed: %+v", m)
	}
	if m := decodeBinary(t, transaction("\x02", bsatnConnection, "increment", "", 3)); m.status != outOfEnergy || m.request != 3 {
		t.Errorf("out of energy: %+v", m)
	}
	if m := decodeBinary(t, transaction("\x00\x00\x00\x00\x00", bsatnConnection, "increment", "", 3)); m.status != committed || m.request != 3 {
		t.Errorf("a caller without subscriptions: %+v", m)
	}
}

func TestGreetingsQueriesAndSubscriptionsInBSATNAreRead(t *testing.T) {
	w := &writer{}
	w.Write([]byte{0, serverIdentityToken})
	w.zeros(identitySize)
	w.text("token")
	w.Write(bsatnConnection)
	if m := decodeBinary(t, w.Bytes()); m.kind != identityMessage || string(m.token) != "token" || !bytes.Equal(m.connection, bsatnConnection) {
		t.Errorf("greeting: %+v", m)
	}
	w = &writer{}
	w.Write([]byte{0, serverOneOffQueryResponse, 4, 0, 0, 0, 1, 2, 3, 4, 1}) // no error
	w.u32(2)
	w.text("counters")
	w.list(counterRow("a", 1), counterRow("b", 2))
	w.text("numbers")
	w.fixed(8)
	w.text(strings.Repeat("x", 24))
	w.zeros(8)
	if m := decodeBinary(t, w.Bytes()); m.kind != queryMessage || m.request != 0x04030201 || m.rows != 5 || m.refused {
		t.Errorf("rows: %+v", m)
	}
	w = &writer{}
	w.Write([]byte{0, serverOneOffQueryResponse, 4, 0, 0, 0, 1, 2, 3, 4, 0}) // an error
	w.text("no")
	w.u32(0)
	w.zeros(8)
	if m := decodeBinary(t, w.Bytes()); !m.refused || string(m.text) != "no" {
		t.Errorf("a refused query: %+v", m)
	}
	for tag, kind := range map[byte]messageKind{serverSubscribeMultiApplied: subscribedMessage, serverUnsubscribeMultiApplied: unsubscribedMessage} {
		w = &writer{}
		w.Write([]byte{0, tag})
		w.u32(5)
		w.zeros(8 + 4)
		w.WriteString(update(0, "counters", 0, nil, []string{counterRow("a", 1), counterRow("b", 2)})[1:])
		if m := decodeBinary(t, w.Bytes()); m.kind != kind || m.request != 5 || m.rows != 2 || m.changes != (changes{}) {
			t.Errorf("tag %d: %+v", tag, m)
		}
	}
	w = &writer{}
	w.Write([]byte{0, serverSubscriptionError})
	w.zeros(8)
	w.Write([]byte{0, 6, 0, 0, 0, 1, 1}) // a request, no query, no table
	w.text("refused")
	if m := decodeBinary(t, w.Bytes()); m.kind != refusedMessage || m.request != 6 || string(m.text) != "refused" {
		t.Errorf("a refused subscription: %+v", m)
	}
}

func TestBrokenBSATNIsAnError(t *testing.T) {
	whole := transaction(update(0, "counters", 0, []string{counterRow("a", 1)}, []string{counterRow("a", 2)}), bsatnConnection, "increment", "xyz", 8)
	needed := len(whole) - 16 - 8 // what follows the request id is not read
	for cut := range needed {
		d := decoder{binary: true, connection: bsatnConnection, schema: counterSchema()}
		var m message
		if err := d.decode(opBinary, whole[:cut], &m); err == nil {
			t.Fatalf("the first %d bytes are taken for a message", cut)
		}
	}
	for _, text := range []string{"", "00", "0063", "03aa", "01ffff", "02ffff", "0001ff"} {
		payload, _ := hex.DecodeString(text)
		var m message
		if err := (&decoder{binary: true}).decode(opBinary, payload, &m); err == nil {
			t.Errorf("%s is taken for a message", text)
		}
	}
	// Lengths and offsets that cannot be do not make it read elsewhere.
	for at := range whole {
		for _, b := range []byte{0, 1, 0x7F, 0xFF} {
			spoiled := bytes.Clone(whole)
			spoiled[at] = b
			var m message
			_ = (&decoder{binary: true, connection: bsatnConnection, schema: counterSchema()}).decode(opBinary, spoiled, &m)
		}
	}
}

func TestAMessageInTheOtherEncodingIsAnError(t *testing.T) {
	var m message
	if err := (&decoder{binary: true}).decode(opText, []byte(jsonGreeting), &m); err == nil {
		t.Error("a text is taken for BSATN")
	}
	if err := (&decoder{}).decode(opBinary, []byte(jsonGreeting), &m); err == nil {
		t.Error("bytes are taken for JSON")
	}
}

func TestRowsWithTheSameKeyAreUpdates(t *testing.T) {
	for _, n := range []int{1, 3, 50} { // few are compared with each other, many by a map
		var deletes, inserts [][]byte
		for i := range n {
			deletes = append(deletes, fmt.Append(nil, i))
			inserts = append(inserts, fmt.Append(nil, i+n/2))
		}
		both := n - n/2
		if got, expected := pair(n, n, deletes, inserts), (changes{inserts: int64(n - both), updates: int64(both), deletes: int64(n - both)}); got != expected {
			t.Errorf("%d rows: %+v, expected %+v", n, got, expected)
		}
	}
	if got := pair(2, 3, nil, nil); got != (changes{inserts: 3, deletes: 2}) {
		t.Errorf("without keys: %+v", got)
	}
}
