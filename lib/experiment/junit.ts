/** An experiment as a JUnit report, for programs that show tests. A pure function of its file. */

import type { Builder, TestCase, TestSuite } from "junit-report-builder";
import type { ExperimentFile, PrimaryResult } from "../schema/experiment.generated.ts";
import { obstaclesOf } from "./gate.ts";
import { headlineOf } from "./headline.ts";
import { labelOf, nameOf } from "./primary.ts";
import { isSame, subject, tookSeconds, variantWords } from "./setup-words.ts";
import { experimentText } from "./text.ts";

/**
 * One test case for each primary metric: a failure where it is worse; an error where the experiment is not valid or half done, or where the
 * metric could not be tested, since then nobody knows.
 */
export async function experimentJUnit(experiment: ExperimentFile): Promise<string> {
  // Loaded when it is needed: it brings a library of some size, and few commands write a report.
  const { default: library } = await import("junit-report-builder");
  const builder: Builder = library.newBuilder().name("dbmark ab");
  const { id, plan, judgement, startedAt } = experiment;
  const suite = builder
    .testSuite()
    .name(id)
    .timestamp(startedAt.replace(/(\.\d+)?Z$/, ""));
  const seconds = tookSeconds(experiment);
  if (seconds !== null) suite.time(seconds);
  addProperties(suite, experiment);
  const className = `dbmark.ab.${plan.a.suite}`;
  const cases = judgement?.primary ?? [];
  for (const result of cases) {
    const testCase = suite
      .testCase()
      .className(className)
      .name(clean(`${labelOf(result.result)} (${nameOf(result.result)})`).replace(/\s+/g, " "));
    addFigures(testCase, result);
    decide(testCase, experiment, result);
    // Once is enough.
    if (result === cases[0]) testCase.standardOutput(output(experiment));
  }
  if (cases.length === 0) {
    const testCase = suite.testCase().className(className).name("verdict");
    decide(testCase, experiment, undefined);
    testCase.standardOutput(output(experiment));
  }
  return builder.build();
}

function addProperties(suite: TestSuite, experiment: ExperimentFile): void {
  const { plan, status, validity, software, judgement } = experiment;
  const words = (variant: typeof plan.a, other: typeof plan.a) =>
    isSame(experiment) ? "the same" : variantWords(variant, other).join(", ");
  const properties: Record<string, string> = {
    subject: subject(experiment),
    a: words(plan.a, plan.b),
    b: words(plan.b, plan.a),
    pairs: `${judgement?.pairs ?? 0}`,
    plannedPairs: `${plan.pairs}`,
    minimumEffect: `${plan.minimumEffect}`,
    alpha: `${plan.alpha}`,
    status,
    valid: `${validity.valid}`,
    dbmark: software.dbmark,
  };
  for (const [name, value] of Object.entries(properties)) suite.property(name, clean(value));
}

/** The figures of the file as they are, with all their digits; what is not known is left out. */
function addFigures(testCase: TestCase, { result, adjustedPValue, verdict }: PrimaryResult): void {
  const { medianA, medianB, ratio, lower, upper, pValue, wilcoxonPValue, detectableRatio } = result;
  const figures = { medianA, medianB, ratio, lower, upper, pValue, adjustedPValue, wilcoxonPValue, detectableRatio };
  testCase.property("verdict", verdict ?? "none");
  for (const [name, value] of Object.entries(figures)) if (value !== null) testCase.property(name, `${value}`);
}

/** Passed, failed, or an error. */
function decide(testCase: TestCase, experiment: ExperimentFile, result: PrimaryResult | undefined): void {
  const { validity } = experiment;
  const halfDone = obstaclesOf(experiment).find(({ kind }) => kind === "half done");
  if (halfDone !== undefined) testCase.error(clean(halfDone.message), "half done");
  else if (!validity.valid) {
    testCase.error(clean(`${headlineOf(experiment)}: ${validity.reasons.join(" ")}`), "invalid");
  } else if (result === undefined || result.verdict === null) {
    testCase.error(clean(result?.reason ?? "There is no primary metric."), "not tested");
  } else if (result.verdict === "worse") {
    testCase.failure(clean(`${labelOf(result.result)} is worse: ${result.reason}`), "worse");
  }
}

/** A text with its line breaks. The library takes the end of a CDATA section for one the first time only. */
function output(experiment: ExperimentFile): string {
  return clean(experimentText(experiment)).replaceAll("]]>", "]] >");
}

/** Without what XML 1.0 cannot hold, not even escaped. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, "�");
}
