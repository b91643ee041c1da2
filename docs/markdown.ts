// The documents of the repository, as the tests see them.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/** The folder of the clone. */
export const root = resolve(import.meta.dirname, "..");

/** A fenced block with what the comment before it says about it. */
export interface Block {
  language: string;
  text: string;
  /** Line on which it starts, from 1. */
  line: number;
  /** The comment `<!-- … -->` on the line before, without its marks; undefined: there is none. */
  classification: string | undefined;
}

/** A document. */
export interface Document {
  /** Path from the clone's folder. */
  path: string;
  text: string;
  blocks: Block[];
  /** What stands between back-quotes outside of blocks. */
  code: string[];
  /** Targets of links and images. */
  links: string[];
  /** Headings as the part of a link after #. */
  anchors: string[];
}

/** Every document of the repository. */
export function readDocuments(): Document[] {
  const modules = readdirSync(join(root, "modules"), { recursive: true, encoding: "utf8" });
  const paths = [
    "README.md",
    "CONTRIBUTING.md",
    ...readdirSync(join(root, "docs")).map((name) => join("docs", name)),
    ...modules.map((name) => join("modules", name)),
  ];
  return paths.filter((path) => path.endsWith(".md")).map((path) => readDocument(join(root, path)));
}

function readDocument(path: string): Document {
  const text = readFileSync(path, "utf8");
  const blocks = [...text.matchAll(/(?:^<!-- (.*) -->\n)?^```(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[2] ?? "",
    text: match[3] ?? "",
    line: text.slice(0, match.index).split("\n").length,
    classification: match[1],
  }));
  const prose = text.replace(/^```[\s\S]*?^```$/gm, "");
  return {
    path: relative(root, path),
    text,
    blocks,
    code: [...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? ""),
    links: [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? ""),
    anchors: [...prose.matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1] ?? "")),
  };
}

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
