/** Tables: with a caption, headings that say what they head, and numbers below each other. */

import type { ComponentChildren } from "preact";

/** A cell: text, or text with a look. */
export type Cell = ComponentChildren;

/** A column's heading. */
export interface Column {
  heading: string;
  /** Text stands to the left, numbers to the right (default). */
  text?: boolean;
  /** Long text: broken into lines. `words`: short text, broken between words alone, and only where the table has no room. */
  wrap?: boolean | "words";
}

/** All that a table shows. */
export interface TableContent {
  caption: string;
  columns: readonly Column[];
  /** The first cell of each row heads it. */
  rows: readonly (readonly Cell[])[];
  /** What a reader should know, below it. */
  note?: ComponentChildren;
  /** Shows the caption only to those who do not see the heading above. */
  hideCaption?: boolean;
}

/** A table that scrolls within itself where the page is narrower. */
export function Table({ caption, columns, rows, note, hideCaption = false }: TableContent) {
  const kind = (index: number) => {
    const { text = false, wrap = false } = columns[index] ?? {};
    return [text ? "text" : "", wrap === "words" ? wrap : wrap ? "wrap" : ""].filter(Boolean).join(" ") || undefined;
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reached by the keyboard. */}
      <section class="scroll" tabIndex={0} aria-label={`${caption}, table`}>
        <table>
          <caption class={hideCaption ? "hidden" : undefined}>{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ heading }, index) => (
                <th key={heading} scope="col" class={kind(index)}>
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, index) => (
              <tr key={index}>
                {cells.map((cell, column) =>
                  column === 0 ? (
                    <th key={column} scope="row" class={kind(column)}>
                      {cell}
                    </th>
                  ) : (
                    <td key={column} class={kind(column)}>
                      {cell}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {note === undefined ? null : <p class="note">{note}</p>}
    </>
  );
}

/** Facts: a name and what is known of it. Those that are not known (undefined or empty) are left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  const known = facts.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return (
    <dl>
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
