/** Pieces of Markdown as GitHub reads it, from texts that may hold anything. */

/**
 * What may have a meaning in Markdown or HTML, or for what GitHub makes of texts: links (`https:`, `www.`), mentions, issues, emoji. A colon
 * before a space has none.
 */
const meaningful = /[^\p{L}\p{N} .,:;%+/=?"'()−–…-]|:(?! )|(?<=www)\./giu;
/** At the beginning of a line these would make a list or a heading. */
const beginsLine = /^(?:[-+=]|\d+(?=[.)]))/;

/** A text in a line of prose or in a cell: no markup, no link, no mention of anybody, no line break. */
export function plainText(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .trim()
    .replace(meaningful, escaped)
    .replace(beginsLine, (start) => `${escaped(start.charAt(0))}${start.slice(1)}`);
}

/** A text as code. Not by back-quotes, which a text may hold, and which do not save a table from its bars. */
export function code(text: string): string {
  return `<code>${plainText(text)}</code>`;
}

/** A table; columns from `leftColumns` on are aligned to the right. Cells are Markdown already. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[], leftColumns: number): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const alignments = heading.map((_, place) => (place < leftColumns ? "---" : "---:"));
  return [heading, alignments, ...rows].map(line).join("\n");
}

/** Folded content below a summary. Both are Markdown already. */
export function details(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** A block of code, in a fence that its text does not hold. */
export function fence(language: string, text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(Math.max(3, longest + 1));
  return `${ticks}${language}\n${text.trimEnd()}\n${ticks}`;
}

/** The breadth of nothing: after @ or #, it keeps them from being read as a mention or an issue once they are shown. */
const apart = "&#8203;";

function escaped(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  // Control characters have no place in HTML, not even as numbers.
  if (point < 32 || (point >= 127 && point < 160)) return "�";
  return `&#${point};${character === "@" || character === "#" ? apart : ""}`;
}
