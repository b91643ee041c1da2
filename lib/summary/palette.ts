/** Colours of the summary, as functions that wrap a text. */

/** What parts of a summary look like. */
export interface Palette {
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
  strong(text: string): string;
  quiet(text: string): string;
}

const same = (text: string) => text;

/** No colours. */
export const plainPalette: Palette = { good: same, bad: same, warning: same, strong: same, quiet: same };

const ansi = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;

/** The colours of a terminal. */
export const terminalPalette: Palette = {
  good: ansi(32, 39),
  bad: ansi(31, 39),
  warning: ansi(33, 39),
  strong: ansi(1, 22),
  quiet: ansi(2, 22),
};
