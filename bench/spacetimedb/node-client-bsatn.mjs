// SpacetimeDB's binary encoding (BSATN) of a call and of its result, by hand: little-endian, lengths as u32.

const name = Buffer.from("increment");

/**
 * `CallReducer` with the arguments (counter: String, amount: i64 = 1).
 * @param {string} _reducer It is `increment`.
 * @param {string} counter
 * @param {number} requestId
 */
export function encodeCall(_reducer, counter, requestId) {
  const length = Buffer.byteLength(counter);
  const message = Buffer.allocUnsafe(1 + 4 + name.length + 4 + 4 + length + 8 + 4 + 1);
  message[0] = 0;
  let at = message.writeUInt32LE(name.length, 1);
  at += name.copy(message, at);
  at = message.writeUInt32LE(4 + length + 8, at);
  at = message.writeUInt32LE(length, at);
  at += message.write(counter, at);
  at = message.writeUInt32LE(1, at);
  at = message.writeUInt32LE(0, at);
  at = message.writeUInt32LE(requestId, at);
  message[at] = 0;
  return message;
}

/**
 * The request that a message says was committed. Without subscriptions a `TransactionUpdate` has no tables.
 * @param {Buffer} data
 * @throws for any other message.
 */
export function requestIdOf(data) {
  // No compression, TransactionUpdate, Committed, no tables.
  if (data[0] !== 0 || data[1] !== 1 || data[2] !== 0 || data.readUInt32LE(3) !== 0)
    throw new Error(`not committed: ${data.subarray(0, 200).toString("hex")}`);
  // Timestamp, the caller's identity and connection; then the call: name, id, arguments.
  let at = 7 + 8 + 32 + 16;
  at += 4 + data.readUInt32LE(at);
  at += 4;
  at += 4 + data.readUInt32LE(at);
  return data.readUInt32LE(at);
}
