// Whether what is printed has colours.

/** Standard output is a terminal that shows them, and the user has not asked for none with NO_COLOR (https://no-color.org). */
export function hasColor(): boolean {
  return process.stdout.isTTY === true && process.stdout.hasColors();
}
