/** Writes sparse histograms in the form of the recorder's. For Node: it needs hdr-histogram-js. */

import { deflateSync } from "node:zlib";
import byteBuffer from "hdr-histogram-js/dist/ByteBuffer.js";
import zigZag from "hdr-histogram-js/dist/ZigZagEncoding.js";
import type { SparseHistogram } from "./sparse-histogram.ts";

// The library is CommonJS: its default exports are members of what Node imports, and are what bundlers and test runners import.
const unwrapped = <Type extends object>(imported: Type): Type =>
  "default" in imported ? (imported.default as Type) : imported;
const ByteBuffer = unwrapped(byteBuffer);
const ZigZagEncoding = unwrapped(zigZag);

const compressedCookie = 0x1c849314;
const cookie = 0x1c849313;
const headerBytes = 40;
const digits = 3;
const highestNanoseconds = 3_600_000_000_000n;

/** The V2 compressed form of HdrHistogram, in base64: counts as positive numbers, runs of empty buckets as negative ones. */
export function encodeSparseHistogram({ buckets, counts }: SparseHistogram): string {
  const payload = ByteBuffer.allocate(buckets.length * 3 + 16);
  let next = 0;
  for (let place = 0; place < buckets.length; place += 1) {
    const bucket = buckets[place] as number;
    const empty = bucket - next;
    // One empty bucket is a count of 0, not a run, in every writer.
    if (empty > 0) ZigZagEncoding.encode(payload, empty === 1 ? 0 : -empty);
    ZigZagEncoding.encode(payload, counts[place] as number);
    next = bucket + 1;
  }
  const plain = Buffer.alloc(headerBytes + payload.position);
  plain.writeUInt32BE(cookie, 0);
  plain.writeUInt32BE(payload.position, 4);
  plain.writeUInt32BE(0, 8);
  plain.writeUInt32BE(digits, 12);
  plain.writeBigUInt64BE(1n, 16);
  plain.writeBigUInt64BE(highestNanoseconds, 24);
  plain.writeDoubleBE(1, 32);
  plain.set(payload.data.subarray(0, payload.position), headerBytes);
  const packed = deflateSync(plain);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(compressedCookie, 0);
  header.writeUInt32BE(packed.length, 4);
  return Buffer.concat([header, packed]).toString("base64");
}
