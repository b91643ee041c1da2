// What Kubernetes accepts as names, amounts and images, checked before a manifest is written.

import { UsageError } from "../../lib/environment/index.ts";

/** The longest name of a test: what the operator appends (`-initializer`, `-service-1000`) must fit in a label of 63 characters. */
const longestName = 48;

/** A name of RFC 1123, which most of Kubernetes' objects need. @throws {UsageError} */
export function checkName(option: string, name: string, longest = longestName): string {
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= longest) return name;
  throw new UsageError(
    `${option} ${name} is not accepted; expected are up to ${longest} lower-case letters, digits and dashes, with a letter or digit at both ends.`,
  );
}

/** A name that may have dots as well: of a Secret, a volume claim, a storage class. @throws {UsageError} */
export function checkDottedName(option: string, name: string): string {
  if (name.length <= 253 && name.split(".").every((part) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(part))) return name;
  throw new UsageError(
    `${option} ${name} is not accepted; expected are lower-case letters, digits, dashes and dots, with a letter or digit at the ends of each part.`,
  );
}

/** An amount of memory or storage such as 512Mi. @throws {UsageError} */
export function checkBytes(option: string, amount: string): string {
  if (/^[1-9]\d{0,6}(Mi|Gi|Ti|M|G|T)$/.test(amount)) return amount;
  throw new UsageError(
    `${option} ${amount} is not accepted; expected is a whole number with a unit, such as 512Mi or 10Gi.`,
  );
}

/** Whole processors, because a harness that shares one is late. @throws {UsageError} */
export function checkProcessors(option: string, amount: string): number {
  const number = Number(amount);
  if (/^\d{1,3}$/.test(amount) && number >= 1) return number;
  throw new UsageError(`${option} ${amount} is not accepted; expected is a whole number of processors from 1 to 999.`);
}

/** A reference to an image: registry and path, and a tag or digest. @throws {UsageError} */
export function checkImage(option: string, image: string): string {
  const host = /(?:[A-Za-z0-9.-]+(?::\d+)?\/)?/;
  const path = /[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*/;
  const version = /(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?/;
  if (new RegExp(`^${host.source}${path.source}${version.source}$`).test(image) && image.length <= 255) return image;
  throw new UsageError(
    `${option} ${image} is not accepted; expected is an image such as registry.example.com/team/dbmark:1.0, in lower case but for the tag.`,
  );
}
