import { describe, expect, it } from "vitest";
import { changeText, confidenceText, intervalText, pValueText, shareText, valueText } from "./words.ts";

describe("words", () => {
  it.each([
    [null, "–"],
    [1, "0 %"],
    [1.00004, "0 %"],
    [1.0042, "+0.42 %"],
    [0.9958, "−0.42 %"],
    [1.124, "+12.4 %"],
    [0.5, "−50.0 %"],
    [2.5, "+150 %"],
    [9.99, "+899 %"],
    [12.34, "12.3 times"],
    [2490, "2,490 times"],
    [1e30, "> 999,999 times"],
    [0.0006, "−99.9 %"],
    [1e-12, "< −99.9 %"],
  ])("a ratio of %s is a change of %s", (ratio, text) => expect(changeText(ratio)).toBe(text));

  it("an interval has both ends, or is none", () => {
    expect(intervalText({ lower: 0.99, upper: 1.05 })).toBe("−1.0 % to +5.0 %");
    expect(intervalText({ lower: 7.13, upper: 12.7 })).toBe("7.13 times to 12.7 times");
    expect(intervalText({ lower: 0.5, upper: 12.7 })).toBe("−50.0 % to 12.7 times");
    expect(intervalText({ lower: null, upper: null })).toBeNull();
  });

  it("shares, confidences and p-values have the digits that matter", () => {
    expect([0.03, 0.047, 0.0523, 1.53, 0].map(shareText)).toEqual(["3 %", "4.7 %", "5.2 %", "150 %", "0 %"]);
    expect([0.95, 0.9, 0.999, 0.9999, 1 - 0.05].map(confidenceText)).toEqual([
      "95 %",
      "90 %",
      "99.9 %",
      "99.99 %",
      "95 %",
    ]);
    expect([0.5, 0.0489, 0.00016, 0.00001].map(pValueText)).toEqual([
      "p = 0.5",
      "p = 0.049",
      "p = 0.00016",
      "p < 0.0001",
    ]);
  });

  it("values have their units", () => {
    expect(valueText("perSecond", 5210.4)).toBe("5,210/s");
    expect(valueText("milliseconds", 12.34)).toBe("12.3 ms");
    expect(valueText("microseconds", 12.34)).toBe("12.3 µs");
    expect(valueText("share", 0.0175)).toBe("1.75 %");
    expect(valueText("bytes", 2 ** 20)).toBe("1.00 MiB");
    expect(valueText("bytesPerSecond", 2048)).toBe("2.00 KiB/s");
    expect(valueText("bytes", null)).toBe("–");
  });
});
