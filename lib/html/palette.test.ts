import { describe, expect, it } from "vitest";
import { dark, light, lineColours, lineStyle, type Scheme } from "./palette.ts";

type Colour = [red: number, green: number, blue: number];

/** A colour in linear light. */
function linear(hex: string): Colour {
  const channel = (start: number) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Contrast by WCAG 2.2. */
function contrast(a: string, b: string): number {
  const luminance = ([r, g, blue]: Colour) => 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  const [low = 0, high = 0] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** What people without one of the three kinds of cones see, in linear light (Machado, Oliveira and Fernandes 2009, severity 1). */
const visions: Record<string, number[]> = {
  all: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

/** Distance of two colours in OKLab (Ottosson 2020), in which 0.02 is about what can just be seen. */
function distance(a: string, b: string, vision: number[]): number {
  const lab = (hex: string) => {
    const seen = linear(hex);
    const [r, g, blue] = [0, 3, 6].map((row) =>
      Math.max(
        0,
        seen.reduce((sum, value, column) => sum + value * (vision[row + column] ?? 0), 0),
      ),
    ) as Colour;
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [one, other] = [lab(a), lab(b)];
  return Math.hypot(...one.map((value, index) => value - (other[index] ?? 0)));
}

const schemes: [string, Scheme][] = [
  ["light", light],
  ["dark", dark],
];
const lines = Array.from({ length: lineColours }, (_, index) => `line-${index + 1}` as keyof Scheme);

describe.each(schemes)("the %s colours", (_, scheme) => {
  it("of text stand out from every ground by 4.5", () => {
    for (const text of ["text", "quiet", "link", "good", "bad", "warning"] as const) {
      for (const ground of ["ground", "raised", "band"] as const) {
        expect(contrast(scheme[text], scheme[ground]), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it("of lines stand out from every ground by 3", () => {
    for (const line of lines) {
      for (const ground of ["ground", "band"] as const) {
        expect(contrast(scheme[line], scheme[ground]), `${line} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it.each(Object.entries(visions))("of lines are told apart with %s", (_, vision) => {
    for (const [index, one] of lines.entries()) {
      for (const other of lines.slice(index + 1)) {
        expect(distance(scheme[one], scheme[other], vision), `${one} and ${other}`).toBeGreaterThan(0.1);
      }
    }
  });
});

describe("lines", () => {
  it("differ in their dashes alone among the first five, and together with the colour among 25", () => {
    const styles = Array.from({ length: 25 }, (_, index) => lineStyle(index));
    expect(new Set(styles.slice(0, 5).map(({ dashes }) => dashes)).size).toBe(5);
    expect(new Set(styles.map(({ stroke, dashes }) => `${stroke} ${dashes}`)).size).toBe(25);
  });
});
