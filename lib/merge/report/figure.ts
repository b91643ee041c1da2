/** Numbers in sentences, as the recorder writes them (k6-ext/record/figure.go). */

/** Three significant digits, or all of those before the point if there are more. */
export function figure(value: number): string {
  return Math.abs(value) >= 100 || value === 0 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
