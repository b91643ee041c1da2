/**
 * The frame of every page: one HTML file that needs nothing else. It loads nothing, runs nothing, and says so to the browser by its content
 * security policy: only its own style sheet, known by its hash, has a say. For Node: the hash needs its crypto.
 *
 * Other pages are made the same way: `page({ title, heading, body: <Section id="…" title="…">…</Section> })`.
 */

import { createHash } from "node:crypto";
import type { ComponentChildren, VNode } from "preact";
import { renderToStaticMarkup } from "preact-render-to-string";
import { style } from "./style.ts";

const styleHash = createHash("sha256").update(style).digest("base64");
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** What a page consists of. */
export interface Page {
  /** Of the browser's window. */
  title: string;
  /** What stands on top, h1 included. */
  heading: VNode;
  /** Sections; those at the top level are in the table of contents. */
  body: readonly VNode<SectionProperties>[];
  /** What made it, at the foot. */
  foot: string;
}

/** What a section needs. */
export interface SectionProperties {
  /** Of letters, digits and dashes. */
  id: string;
  title: string;
  children?: ComponentChildren;
}

/** A part of a page with its heading. */
export function Section({ id, title, children }: SectionProperties) {
  return (
    <section id={id} aria-labelledby={`${id}-heading`}>
      <h2 id={`${id}-heading`}>{title}</h2>
      {children}
    </section>
  );
}

/** The page as text. What the files say is escaped. */
export function page({ title, heading, body, foot }: Page): string {
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        {/* A constant; escaped, it would be another style sheet. */}
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header>{heading}</header>
        <nav aria-label="Contents">
          <ul>
            {body.map(({ props }) => (
              <li key={props.id}>
                <a href={`#${props.id}`}>{props.title}</a>
              </li>
            ))}
          </ul>
        </nav>
        <main id="content" tabIndex={-1}>
          {body}
        </main>
        <footer>
          <p>{foot}</p>
        </footer>
      </body>
    </html>
  );
  return `<!doctype html>\n${renderToStaticMarkup(document)}\n`;
}
