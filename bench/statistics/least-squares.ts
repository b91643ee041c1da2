// The straight line that lies nearest to points, by the sum of the squares of the vertical distances.

/** y = intercept + slope × x. */
export interface Line {
  intercept: number;
  slope: number;
}

/**
 * The line through points by ordinary least squares.
 * @throws {RangeError} for points that have no two different x.
 */
export function leastSquares(points: readonly (readonly [x: number, y: number])[]): Line {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (!(spread > 0)) throw new RangeError(`no line goes through ${points.length} points with one x; give more`);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  return { intercept: meanY - slope * meanX, slope };
}
