// What has to be asked about a user's table before its workload can be made.

import type { TableDefinition } from "../../k6-ext/index.d.ts";
import type { OltpOptions } from "../oltp/options.ts";
import type { TableFacts, TableQuestion } from "../system.ts";
import { countedColumns, nextQuestion } from "./table-insert.ts";
import { keyOf } from "./table-key.ts";
import { candidateRows } from "./table-pool.ts";

const rowsQuestion = "rows";

/**
 * The questions for these choices: how many rows there are, where the statistics say few or nothing, and which
 * numbers are above all that a column holds, where rows are inserted.
 */
export function tableQuestions(definition: TableDefinition, options: OltpOptions): TableQuestion[] {
  const questions: TableQuestion[] = [];
  const key = keyOf(definition, options);
  if (definition.estimatedRows < candidateRows) {
    questions.push({ name: rowsQuestion, statement: `SELECT count(*) AS answer FROM ${definition.qualified}` });
  }
  if (options.weights.insert === undefined) return questions;
  for (const { name, quoted } of countedColumns(definition, key)) {
    // A multiple of 10,000, well above the largest: it stays exact on its way through a JavaScript number, however large the key is.
    const statement = `SELECT coalesce((max(${quoted})::bigint / 10000 + 2) * 10000, 1) AS answer FROM ${definition.qualified}`;
    questions.push({ name: nextQuestion(name), statement });
  }
  return questions;
}

/** Rows of the table: counted, or from its statistics. */
export function rowsOf(definition: TableDefinition, facts: TableFacts): number {
  return facts[rowsQuestion] ?? definition.estimatedRows;
}
