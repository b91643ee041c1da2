import { expect, it } from "vitest";
import { redact } from "./redact.ts";

it.each([
  ["postgres://user:SECRET@host:5432/db", "postgres://user:xxxxx@host:5432/db"],
  ["postgres://user:SECRET@SECRET@host/db", "postgres://user:xxxxx@host/db"],
  ["postgres://user:SECRET/SECRET#SECRET?SECRET@host/db", "postgres://user:xxxxx@host/db"],
  ["redis://:SECRET@host", "redis://:xxxxx@host"],
  ["postgres:/user:SECRET@host", "postgres:/user:xxxxx@host"],
  ["user:SECRET@host", "user:xxxxx@host"],
  ["postgres://user:SECRET", "postgres://user:xxxxx"],
  [
    "postgres://host:5432/db?user=u&password=SECRET&sslmode=require",
    "postgres://host:5432/db?user=u&password=xxxxx&sslmode=require",
  ],
  ["error: unknown command 'postgres://user:SECRET@host/db'", "error: unknown command 'postgres://user:xxxxx@host/db'"],
  ["postgres://host:5432/db", "postgres://host:5432/db"],
  ["error: unknown option '--bogus'", "error: unknown option '--bogus'"],
])("%s is shown as %s", (text, shown) => expect(redact(text)).toBe(shown));
