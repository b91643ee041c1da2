// What the tests use of js-yaml, which comes without types.

declare module "js-yaml" {
  /** The value of a document; @throws for a text that is no YAML. */
  export function load(text: string): unknown;
}
