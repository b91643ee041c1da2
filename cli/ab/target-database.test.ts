import { describe, expect, it } from "vitest";
import { connectionStrings, whyNotAdministered, withDatabase } from "./target-database.ts";

describe("a URL for another database", () => {
  it.each([
    ["postgres://u:p%40%2F@h:5432/d?sslmode=require", "postgres://u:p%40%2F@h:5432/x?sslmode=require"],
    ["postgres://h", "postgres://h/x"],
    ["postgres:///?host=/run/pg&dbname=d", "postgres:///x?host=/run/pg"],
    ["postgresql://u@h1:1,h2:2/d", "postgresql://u@h1:1,h2:2/x"],
    ["postgres://h/d?options=-c%20jit%3Doff&database=e#f", "postgres://h/x?options=-c%20jit%3Doff"],
  ])("keeps all but the database: %s", (url, expected) => {
    expect(withDatabase(url, "x")).toBe(expected);
  });
});

describe("a URL for node-postgres", () => {
  const strings = (url: string, environment = {}) => connectionStrings(url, environment);

  it("tries TLS first where it is preferred, insists where it is required, and leaves it out where it is disabled", () => {
    const compatible = "uselibpqcompat=true";
    expect(strings("postgres://h/d")).toEqual([
      `postgres://h/d?sslmode=prefer&${compatible}`,
      `postgres://h/d?sslmode=disable&${compatible}`,
    ]);
    expect(strings("postgres://h/d", { PGSSLMODE: "require" })).toEqual([
      `postgres://h/d?sslmode=require&${compatible}`,
    ]);
    expect(strings("postgres://h/d?sslmode=verify-full&sslrootcert=/ca.pem")).toEqual([
      `postgres://h/d?sslrootcert=/ca.pem&sslmode=verify-full&${compatible}`,
    ]);
    expect(strings("postgres://h/d?sslmode=disable")).toHaveLength(1);
    expect(strings("postgres://h/d?sslmode=allow")[0]).toContain("sslmode=disable");
  });

  it("has no TLS on a socket, and leaves out what is for the operations of a run", () => {
    expect(strings("postgres://u@/d?host=/run/pg&statement_timeout=5&options=-c%20jit%3Doff")).toEqual([
      "postgres://u@/d?host=/run/pg&sslmode=disable&uselibpqcompat=true",
    ]);
    expect(strings("postgres://%2Frun%2Fpg/d")[0]).toContain("sslmode=disable");
    expect(strings("postgres:///", { PGHOST: "/run/pg" })).toHaveLength(1);
  });
});

describe("databases cannot be made", () => {
  it.each([
    ["postgres://a,b/d", "several hosts"],
    ["postgres:///?service=main", "the option service"],
    ["postgres://h/d?passfile=/p", "the option passfile"],
  ])("by way of %s", (url, reason) => {
    expect(whyNotAdministered(url)).toContain(reason);
  });

  it("and can by way of a plain URL", () => {
    expect(whyNotAdministered("postgres://u:p@h/d?sslmode=disable")).toBeUndefined();
  });
});
