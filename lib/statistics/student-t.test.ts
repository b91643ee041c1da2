import { describe, expect, it } from "vitest";
import { studentTCumulative, studentTQuantile, studentTUpperTail } from "./student-t.ts";

/** Regularised incomplete beta function of mpmath 1.3 with 40 digits: t, degrees of freedom, probability above t. */
const tails = [
  [0.1, 1, 0.468274482569446],
  [1, 1, 0.25],
  [2.5, 1, 0.121118941590843],
  [7.5, 1, 0.0421924631588414],
  [40, 1, 0.00795608991202581],
  [0.1, 2, 0.46473271920707],
  [1, 2, 0.211324865405187],
  [2.5, 2, 0.0648058601107554],
  [7.5, 2, 0.00865866343968622],
  [40, 2, 0.00031220733609237],
  [0.1, 3, 0.463326174400403],
  [1, 3, 0.195501109477885],
  [2.5, 3, 0.0438533235040328],
  [7.5, 3, 0.00245548746299415],
  [40, 3, 1.71903403945793e-5],
  [0.1, 4, 0.462577920469727],
  [1, 4, 0.186950483150029],
  [2.5, 4, 0.0333832724059941],
  [7.5, 4, 0.000845435766161149],
  [40, 4, 1.16700816130063e-6],
  [0.1, 7, 0.461574029802396],
  [1, 7, 0.175308331410104],
  [2.5, 7, 0.0204961092928764],
  [7.5, 7, 6.8651915357639e-5],
  [40, 7, 7.95108999242519e-10],
  [0.1, 10, 0.461160359282204],
  [1, 10, 0.17044656615103],
  [2.5, 10, 0.0157234221183044],
  [7.5, 10, 1.03139854805909e-5],
  [40, 10, 1.14042887154288e-12],
  [0.1, 29, 0.460516222243687],
  [1, 29, 0.162790994008097],
  [2.5, 29, 0.00916267216921304],
  [7.5, 29, 1.44209457653253e-8],
  [40, 29, 3.17343866486467e-27],
  [0.1, 30, 0.460504805895136],
  [1, 30, 0.162654307713015],
  [2.5, 30, 0.00905782453403335],
  [7.5, 30, 1.16146245027553e-8],
  [40, 30, 6.8630225972032e-28],
  [0.1, 100, 0.460272265547926],
  [1, 100, 0.159862077892062],
  [2.5, 100, 0.00702289456203859],
  [7.5, 100, 1.32861996318603e-11],
  [40, 100, 1.23105380107004e-63],
  [0.1, 999, 0.460182194542356],
  [1, 999, 0.158776330088206],
  [2.5, 999, 0.00628936379225461],
  [7.5, 999, 7.03400723599106e-14],
  [40, 999, 6.21321059813571e-210],
  [0.1, 1000, 0.460182184511802],
  [1, 1000, 0.158776209042336],
  [2.5, 1000, 0.0062892839005454],
  [7.5, 1000, 7.02864673060579e-14],
  [40, 1000, 5.23942607758668e-210],
  [0.1, 10000, 0.460173165015537],
  [1, 10000, 0.158667352165215],
  [2.5, 10000, 0.00621760977529185],
  [7.5, 10000, 3.46214839205878e-14],
] as const;

/** Roots of the same function: probability above, degrees of freedom, t. */
const quantiles = [
  [0.4, 1, 0.324919696232906],
  [0.025, 1, 12.7062047361747],
  [1e-6, 1, 318309.886182743],
  [1e-12, 1, 318309886183.791],
  [0.4, 2, 0.288675134594813],
  [0.025, 2, 4.30265272974946],
  [1e-6, 2, 707.105720525934],
  [1e-12, 2, 707106.781185487],
  [0.4, 3, 0.27667066233269],
  [0.025, 3, 3.18244630528371],
  [1e-6, 3, 103.299467780419],
  [1e-12, 3, 10331.1082442925],
  [0.4, 4, 0.270722294707597],
  [0.025, 4, 2.77644510519779],
  [1e-6, 4, 41.577854150451],
  [1e-12, 4, 1316.07274655926],
  [0.4, 7, 0.263166861352023],
  [0.025, 7, 2.36462425159279],
  [1e-6, 7, 14.2414696519814],
  [1e-12, 7, 104.021829262647],
  [0.4, 30, 0.255605364951913],
  [0.025, 30, 2.04227245630124],
  [1e-6, 30, 5.87111712041888],
  [1e-12, 30, 11.3972175233114],
  [0.4, 101, 0.254015488212191],
  [0.025, 101, 1.98373100295561],
  [1e-6, 101, 5.04575320461143],
  [1e-12, 101, 8.01491346117296],
  [0.4, 1000, 0.253414515839499],
  [0.025, 1000, 1.96233908082641],
  [1e-6, 1000, 4.78160862045835],
  [1e-12, 1000, 7.12422892531441],
] as const;

/** Biometrika Tables for Statisticians, volume 1 (1966): degrees of freedom, and the points above which 10, 5, 2.5, 1 and 0.5 % lie. */
const published = [
  [1, 3.078, 6.314, 12.706, 31.821, 63.657],
  [2, 1.886, 2.92, 4.303, 6.965, 9.925],
  [4, 1.533, 2.132, 2.776, 3.747, 4.604],
  [7, 1.415, 1.895, 2.365, 2.998, 3.499],
  [15, 1.341, 1.753, 2.131, 2.602, 2.947],
  [30, 1.31, 1.697, 2.042, 2.457, 2.75],
  [60, 1.296, 1.671, 2, 2.39, 2.66],
] as const;

const relativeError = (found: number, wanted: number) => Math.abs(found / wanted - 1);

describe("Student's t distribution", () => {
  it.each(tails)("above %d with %d degrees of freedom lies %d", (t, degreesOfFreedom, tail) => {
    expect(relativeError(studentTUpperTail(t, degreesOfFreedom), tail)).toBeLessThan(1e-10);
    expect(studentTCumulative(t, degreesOfFreedom)).toBeCloseTo(1 - tail, 12);
    expect(relativeError(studentTCumulative(-t, degreesOfFreedom), tail)).toBeLessThan(1e-10);
  });

  it.each(quantiles)("a share of %d with %d degrees of freedom lies above %d", (tail, degreesOfFreedom, t) => {
    expect(relativeError(-studentTQuantile(tail, degreesOfFreedom), t)).toBeLessThan(1e-11);
    expect(relativeError(studentTQuantile(1 - tail, degreesOfFreedom), t)).toBeLessThan(1e-4);
  });

  it.each(published)(
    "of %d degrees of freedom has the percentage points of the tables",
    (degreesOfFreedom, ...points) => {
      const found = [0.1, 0.05, 0.025, 0.01, 0.005].map((tail) => studentTQuantile(1 - tail, degreesOfFreedom));
      for (const [index, point] of points.entries()) expect(found[index]).toBeCloseTo(point, 3);
    },
  );

  it("has quantiles that its probabilities lead back to, for every number of degrees of freedom", () => {
    for (let degreesOfFreedom = 1; degreesOfFreedom <= 1000; degreesOfFreedom += degreesOfFreedom < 50 ? 1 : 37) {
      for (const probability of [1e-12, 1e-9, 1e-4, 0.0006, 0.025, 0.3, 0.4999999, 0.5, 0.51, 0.9, 0.999]) {
        const t = studentTQuantile(probability, degreesOfFreedom);
        expect(relativeError(studentTCumulative(t, degreesOfFreedom), probability)).toBeLessThan(1e-9);
      }
    }
  });

  it("goes from 0 to 1", () => {
    expect(studentTCumulative(Number.NEGATIVE_INFINITY, 3)).toBe(0);
    expect(studentTCumulative(0, 3)).toBe(0.5);
    expect(studentTCumulative(Number.POSITIVE_INFINITY, 3)).toBe(1);
    expect(studentTUpperTail(Number.MAX_VALUE, 7)).toBe(0);
  });

  it.each([0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY])("with %d degrees of freedom is refused", (degrees) => {
    expect(() => studentTCumulative(1, degrees)).toThrow(RangeError);
    expect(() => studentTQuantile(0.9, degrees)).toThrow(RangeError);
  });

  it.each([0, 1, -0.1, 1.1, Number.NaN])("has no quantile for %d", (probability) => {
    expect(() => studentTQuantile(probability, 7)).toThrow(RangeError);
  });

  it("says nothing of what is not a number", () => {
    expect(() => studentTCumulative(Number.NaN, 7)).toThrow(RangeError);
  });
});
