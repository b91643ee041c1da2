/** How much values differ from each other: mean, and the coefficient of variation (the standard deviation of the sample over the mean); NaN of fewer than two. */
export function variation(values: readonly number[]): { mean: number; coefficient: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, coefficient: Math.sqrt(squares / (values.length - 1)) / mean };
}
