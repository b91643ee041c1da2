// dbmark ab from its request to its end: starts what is needed, has the data prepared, lets the experiment run, and removes what was made.

import { randomBytes } from "node:crypto";
import type { Variant as VariantName } from "../../lib/experiment/order.ts";
import type { ExperimentFile } from "../../lib/schema/experiment.generated.ts";
import { CommandError, messageOf } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { describeExecution, execute } from "../run/execution.ts";
import { Interrupted, Interruption } from "../run/interruption.ts";
import { prepareTarget } from "../run/prepare-target.ts";
import { isAnswer } from "./administration.ts";
import { chooseDataState, type DataState } from "./data-state.ts";
import { claimFolder } from "./experiment-folder.ts";
import type { AbRequest, VariantWork } from "./request.ts";
import { assertSameServers, assertUnchanged } from "./resumed.ts";
import { RunningExperiment } from "./running-experiment.ts";
import { type Servers, startServers } from "./servers.ts";
import { Told } from "./told.ts";

/** How an experiment ended. */
export interface EndedExperiment {
  /** Undefined: it ended before its first repetition. */
  file: ExperimentFile | undefined;
  folder: string | undefined;
  interrupted: boolean;
  /** Why it could not go on. */
  failure: Error | undefined;
}

/** Runs an experiment, or what is left of one. Everything that it started and made on a server is gone when it returns. */
export async function runExperiment(request: AbRequest): Promise<EndedExperiment> {
  const interruption = new Interruption();
  const told = new Told();
  let servers: Servers | undefined;
  let data: DataState | undefined;
  let running: RunningExperiment | undefined;
  let release: (() => void) | undefined;
  let failure: Error | undefined;
  try {
    if (request.resumed !== undefined) {
      release = claimFolder(request.resumed.folder);
      assertUnchanged(request.resumed);
    }
    servers = await startServers(request.variants, interruption.signal, (text) => told.say(text));
    const urls = urlsOf(request, servers);
    for (const name of ["a", "b"] as const) {
      const environment = { ...process.env, ...request.variants[name].environment };
      await prepareTarget(urls[name], environment, interruption.signal, told);
    }
    data = await chooseDataState({
      variants: request.variants,
      urls,
      passing: { a: servers.of.a !== undefined, b: servers.of.b !== undefined },
      signal: interruption.signal,
      key: randomBytes(4).toString("hex"),
      load: (variant, url, environment) => load(request, variant, url, environment, interruption, told),
      say: (text) => told.say(text),
    });
    interruption.signal.throwIfAborted();
    if (request.resumed !== undefined) assertSameServers(request.resumed, data);
    await data.prepare();
    interruption.signal.throwIfAborted();
    running = new RunningExperiment(request, { servers, data, interruption, told });
    release ??= claimFolder(running.folder);
    await running.run();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (isAnswer(error)) failure = new CommandError(`The server refused what an experiment needs: ${error.message}`);
    else if (!(error instanceof Interrupted)) failure = error;
  } finally {
    // A signal from now on is one to hurry, and there is nothing left that it could shorten.
    await data
      ?.close()
      .catch((error) => told.say(`What was made on the server may be left there: ${messageOf(error)}`));
    await servers?.stop();
  }
  const interrupted = interruption.count > 0;
  try {
    running?.end(failure, interrupted);
  } catch (error) {
    failure ??= error as Error;
  }
  release?.();
  interruption.dispose();
  return { file: running?.file, folder: running?.folder, interrupted, failure };
}

function urlsOf({ variants }: AbRequest, servers: Servers): Record<VariantName, string> {
  const urlOf = (name: VariantName) => variants[name].work.target ?? servers.of[name]?.url ?? "";
  return { a: urlOf("a"), b: urlOf("b") };
}

/** Loads a variant's data and runs nothing. @throws CommandError */
async function load(
  request: AbRequest,
  variant: VariantWork,
  url: string,
  environment: Record<string, string>,
  interruption: Interruption,
  told: Told,
): Promise<void> {
  const execution = await execute(
    {
      script: variant.work.script,
      outputs: [],
      environment: { ...variant.environment, ...environment, DBMARK_LOAD_ONLY: "1" },
      target: url,
      resultsFolder: request.resultsFolder,
    },
    interruption,
    { receive: (event) => told.loading(event), interrupted: () => {} },
  ).finally(() => told.loaded());
  interruption.signal.throwIfAborted();
  const [error] = execution.story.errors;
  if (error !== undefined) throw new CommandError(error.message, error.exitCode);
  if (execution.end.code !== 0) throw new CommandError(describeExecution(execution), exitCodes.invalid);
}
