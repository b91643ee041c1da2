import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isProfileFile, readProfileFile } from "./profile-file.ts";

const folder = mkdtempSync(join(tmpdir(), "dbmark-profiles-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let number = 0;
function read(extension: string, text: string): Promise<string> {
  const file = join(folder, `profile-${number++}.${extension}`);
  writeFileSync(file, text);
  return readProfileFile(file);
}

const segment = { phase: "measure", seconds: 2, rate: 10, workers: 1 };
const good = { name: "mine", loop: "open", segments: [segment] };
const change = (changed: object) => JSON.stringify({ ...good, segments: [{ ...segment, ...changed }] });

describe("a profile file", () => {
  it("is what has a path, or ends like one", () => {
    for (const given of ["./a", "a/b", "my.json", "my.ts", "my.mjs"]) expect(isProfileFile(given), given).toBe(true);
    for (const given of ["tps500", "rampUp", "my.profile"]) expect(isProfileFile(given), given).toBe(false);
  });

  it("of JSON, and of a script with the same object, give the same profile", async () => {
    const expected = {
      ...good,
      description: "",
      segments: [{ ...segment, rate: { from: 10, to: 10 }, workers: { from: 1, to: 1 } }],
    };
    expect(JSON.parse(await read("json", JSON.stringify(good)))).toEqual(expected);
    expect(JSON.parse(await read("mjs", `export default ${JSON.stringify(good)}`))).toEqual(expected);
    expect(
      JSON.parse(await read("ts", `const profile: object = ${JSON.stringify(good)};\nexport default profile;`)),
    ).toEqual(expected);
  });

  it("of functions is sampled", async () => {
    const text = `export default { name: "half", loop: "open", seconds: 10, warmupSeconds: 0, workers: 4,
      rate(second: number): number { return second < 5 ? 10 * this.workers : 5 * this.workers; } };`;
    expect(JSON.parse(await read("ts", text)).segments.map(({ rate }: { rate: object }) => rate)).toEqual([
      { from: 40, to: 40 },
      { from: 40, to: 20 },
      { from: 20, to: 20 },
    ]);
  });
});

describe("is refused in plain words, with the file's name, where it", () => {
  it.each<[string, string, string, RegExp]>([
    ["is not JSON", "json", "{ name: 1", /profile-\d+\.json cannot be read: .*JSON/],
    ["is empty", "json", "", /profile-\d+\.json cannot be read: Unexpected end of JSON/],
    ["is a list", "json", "[]", /profile-\d+\.json holds no profile: expected is an object/],
    ["is a number", "json", "5", /holds no profile/],
    [
      "has an unknown field",
      "json",
      change({ rates: 5 }),
      /is not accepted: segment 1 of load profile mine has an unknown field rates; known are/,
    ],
    [
      "has a negative rate",
      "json",
      change({ rate: -5 }),
      /is not accepted: rate of segment 1 of load profile mine is -5/,
    ],
    [
      "has a rate that is a text",
      "json",
      change({ rate: "5" }),
      /rate of segment 1 of load profile mine is "5"; expected is a number/,
    ],
    ["has no length", "json", change({ seconds: 0 }), /seconds of segment 1 of load profile mine is 0/],
    ["has no name", "json", JSON.stringify({ ...good, name: undefined }), /name of the load profile is missing/],
    [
      "has a syntax error",
      "ts",
      "export default {\n  name: ,\n};",
      /profile-\d+\.ts cannot be read: Unexpected "," in line 2/,
    ],
    [
      "imports what is not there",
      "ts",
      'import a from "./nowhere.ts";\nexport default a;',
      /cannot be read: Could not resolve "\.\/nowhere\.ts" in line 1/,
    ],
    [
      "exports nothing as default",
      "ts",
      "export const profile = {};",
      /holds no profile: expected is an object \(in a script the default export\)/,
    ],
    [
      "exports a bare function",
      "ts",
      "export default (second: number) => second;",
      /holds no profile: .* the functions rate and workers/,
    ],
    [
      "throws when it is read",
      "ts",
      'throw new Error("not today");',
      /profile-\d+\.ts throws when it is read: not today/,
    ],
    [
      "has a function that throws",
      "ts",
      'export default { name: "f", loop: "open", seconds: 5, workers: 1, rate() { throw new Error("never"); } };',
      /is not accepted: rate\(0\) of load profile "f" throws \(never\)/,
    ],
    [
      "has a function that gives no number",
      "ts",
      'export default { name: "f", loop: "open", seconds: 5, workers: 1, rate: (t: number) => (t > 1 ? Number.NaN : 1) };',
      /rate\(2\) of load profile "f" is NaN/,
    ],
    [
      "has a rate in a closed loop",
      "ts",
      'export default { name: "f", loop: "closed", seconds: 5, workers: () => 1, rate: () => 1 };',
      /a closed loop has no rate/,
    ],
    [
      "has segments and functions",
      "ts",
      'export default { name: "f", loop: "open", segments: [], workers: () => 1, rate: () => 1 };',
      /seconds of load profile "f" is missing/,
    ],
    [
      "ends otherwise",
      "txt",
      "{}",
      /profile-\d+\.txt is no profile file: expected is a file whose name ends with \.json, \.ts/,
    ],
  ])("%s", async (_, extension, text, message) => {
    await expect(read(extension, text)).rejects.toThrow(message);
  });

  it("is a folder, or not there", async () => {
    await expect(readProfileFile(folder)).rejects.toThrow("is no profile file");
    await expect(readProfileFile(join(folder, "none.json"))).rejects.toThrow(/There is no profile file .*none\.json/);
  });
});
