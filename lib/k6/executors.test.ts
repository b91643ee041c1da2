import { describe, expect, it } from "vitest";
import type { RunDeclaration } from "../../k6-ext/index.d.ts";
import { executorsDeclaration, ownExecutors } from "./executors.ts";

const functions = { counterScenario: "counter", mixedScenario: "mixed" };
const found = (actual: Record<string, unknown>) => ownExecutors(["tps500"], actual, functions);

describe("executors of a script's own", () => {
  it("are none where the profile's scenario runs", () => {
    expect(found({ tps500: { executor: "per-vu-iterations", exec: null } })).toBeUndefined();
  });

  it("are none where k6's --vus and the like replaced it", () => {
    expect(found({ default: { executor: "constant-vus", vus: 10, exec: null } })).toBeUndefined();
  });

  it("run the scenarios whose functions they call, with as many VUs as all of them together may have", () => {
    expect(
      found({
        one: { executor: "ramping-arrival-rate", exec: "counterScenario", preAllocatedVUs: 5, maxVUs: 20 },
        two: { executor: "constant-arrival-rate", exec: "counterScenario", preAllocatedVUs: 7, maxVUs: null },
        three: { executor: "ramping-vus", exec: "mixedScenario", startVUs: 1, stages: [{ target: 9 }, { target: 0 }] },
        four: { executor: "shared-iterations", exec: "mixedScenario", vus: 3 },
        five: { executor: "per-vu-iterations", exec: "mixedScenario" },
      }),
    ).toEqual({ names: ["counter", "mixed"], workers: 20 + 7 + 9 + 3 + 1 });
  });

  it("may run any scenario where one of them calls a function of the script's own", () => {
    expect(found({ mine: { exec: "checkout", vus: 2 } })).toEqual({ names: ["counter", "mixed"], workers: 2 });
  });

  it("have no profile, and one operation in an iteration unless another number is asked for", () => {
    const declaration = {
      suite: "s",
      operationsPerIteration: undefined,
      iterationSeconds: 5,
    } as unknown as RunDeclaration;
    const own = executorsDeclaration(declaration, 12);
    expect(own).toMatchObject({ executors: true, operationsPerIteration: 1, profile: { loop: "closed" } });
    expect(own).not.toHaveProperty("iterationSeconds");
    expect(executorsDeclaration({ ...declaration, operationsPerIteration: 7 }, 12).operationsPerIteration).toBe(7);
  });

  it("refuse OPERATION_COUNT", () => {
    expect(() => executorsDeclaration({ operationCount: 5 } as RunDeclaration, 1)).toThrow(/OPERATION_COUNT=5/);
  });
});
