// Paths as a person wants to read and copy them.

import { isAbsolute, relative } from "node:path";

/** The path from the working directory where it is below it; else as it is. */
export function pathFromHere(path: string, here: string = process.cwd()): string {
  const short = relative(here, path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}
