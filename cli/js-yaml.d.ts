// What is used of js-yaml, which comes without types.

declare module "js-yaml" {
  /** The value of a document; @throws for a text that is no YAML. */
  export function load(text: string): unknown;
  /** The values of all documents of a text; @throws for a text that is no YAML. */
  export function loadAll(text: string): unknown[];
  /**
   * A value as YAML.
   * @param options.lineWidth -1: lines are not broken.
   * @param options.forceQuotes quotes every text, also one that could stand without.
   */
  export function dump(
    value: unknown,
    options?: { lineWidth?: number; noRefs?: boolean; forceQuotes?: boolean },
  ): string;
}
