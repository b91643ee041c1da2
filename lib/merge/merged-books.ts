/** The books of all instances together. */

import type { Book } from "../schema/run.generated.ts";
import type { Part } from "./instance-runs.ts";

/**
 * Acknowledged and unknown are summed. Where each instance counted its own rows, what the target holds is summed as well; where each counted
 * those of all, it is what the last one counted, which is the most: rows only come (or go), and each counted when it had ended itself.
 * @returns one book for each operation that all instances keep one on; none where an instance has none, as after a crash.
 */
export function booksOf(parts: readonly [Part, ...Part[]]): Book[] {
  return parts[0].run.books.flatMap(({ operation }) => {
    const books = parts.flatMap(({ run }) => run.books.filter((book) => book.operation === operation));
    return books.length === parts.length ? [merged(books as [Book, ...Book[]])] : [];
  });
}

/** Whether an instance keeps no book on something that another keeps one on. */
export function booksAreMissing(parts: readonly Part[]): boolean {
  return new Set(parts.map(({ run }) => run.books.length)).size > 1;
}

function merged(books: [Book, ...Book[]]): Book {
  const [first] = books;
  const sum = (value: (book: Book) => number) => books.reduce((total, book) => total + value(book), 0);
  const acknowledged = sum((book) => book.acknowledged);
  const unknown = sum((book) => book.unknown);
  const counts = books.flatMap(({ held }) => held ?? []);
  const held =
    counts.length < books.length ? null : first.allInstances ? Math.max(...counts) : counts.reduce((a, b) => a + b, 0);
  return {
    operation: first.operation,
    acknowledged,
    unknown,
    held,
    balanced: held !== null && acknowledged <= held && held <= acknowledged + unknown,
    ...(first.removes ? { removes: true } : {}),
  };
}
