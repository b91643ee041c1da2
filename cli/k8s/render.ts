// Writes the files of a request into its folder.

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dump } from "js-yaml";
import { CommandError, messageOf } from "../errors.ts";
import { dockerfile, dockerignore } from "./image.ts";
import { instructions } from "./instructions.ts";
import { filesPod, loadJob, type Manifest, mergeJob, settingsOf, testRun } from "./manifests.ts";
import type { KubernetesRequest } from "./request.ts";
import { startScript } from "./start-script.ts";

/** The names of all files that a folder can have. */
const names = [
  "Dockerfile",
  "Dockerfile.dockerignore",
  "README.md",
  "files.yaml",
  "load.yaml",
  "merge.yaml",
  "run.sh",
  "settings.yaml",
  "testrun.yaml",
];

/** The text of each file by its name. */
export function filesOf(request: KubernetesRequest): Record<string, string> {
  return {
    Dockerfile: dockerfile,
    "Dockerfile.dockerignore": dockerignore,
    "README.md": instructions(request),
    "settings.yaml": yaml(...settingsOf(request)),
    ...(request.loads && { "load.yaml": yaml(loadJob(request)) }),
    "testrun.yaml": yaml(testRun(request)),
    "merge.yaml": yaml(mergeJob(request)),
    "files.yaml": yaml(filesPod(request)),
    "run.sh": startScript(request),
  };
}

/**
 * Writes them, over those of an earlier rendering.
 * @returns the folder's path.
 * @throws CommandError for a folder with something else in it, and where it cannot be written.
 */
export function render(request: KubernetesRequest): string {
  const folder = resolve(request.folder);
  try {
    const others = existsSync(folder) ? readdirSync(folder).filter((name) => !names.includes(name)) : [];
    if (others.length > 0) {
      throw new CommandError(
        `${folder} has something in it that is not of dbmark k8s (${others[0]}). Give another folder with --output`,
      );
    }
    mkdirSync(folder, { recursive: true });
    for (const name of names) rmSync(join(folder, name), { force: true });
    for (const [name, text] of Object.entries(filesOf(request))) {
      writeFileSync(join(folder, name), text, { mode: name === "run.sh" ? 0o755 : 0o644 });
    }
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      `The manifests cannot be written to ${folder}: ${messageOf(error)}. Give another folder with --output`,
    );
  }
  return folder;
}

function yaml(...manifests: Manifest[]): string {
  return manifests
    .map((manifest) =>
      dump(manifest, {
        lineWidth: -1,
        noRefs: true,
        // A variable may be anything, and what is a number to the YAML of Kubernetes is not always one to that of the library (1_000).
        forceQuotes: manifest.kind === "ConfigMap",
      }),
    )
    .join("---\n");
}
