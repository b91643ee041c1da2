// A real browser for the tests of pages. It reports all that a page should not do: say something on its console, fail, or ask for anything.

import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { prepareChromium } from "../../build/chromium.mjs";

/** How a page is looked at. */
export interface View {
  width?: number;
  scheme?: "light" | "dark";
  print?: boolean;
}

/** A page that was opened, and what it did besides being shown. */
export interface OpenedPage {
  page: Page;
  /** Lines of the console and errors of scripts. */
  said: string[];
  /** What it asked for besides itself. */
  requests: string[];
}

/** A browser. */
export class TestBrowser {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    const quiet = ["quic", "background-networking", "component-update", "sync", "gpu"].map(
      (name) => `--disable-${name}`,
    );
    return new TestBrowser(
      await chromium.launch({
        executablePath: await prepareChromium(),
        args: ["--no-sandbox", "--no-first-run", ...quiet],
      }),
    );
  }

  /** Opens a file as a user does who clicks it. */
  async open(path: string, { width = 1280, scheme = "light", print = false }: View = {}): Promise<OpenedPage> {
    const page = await this.#browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      // Otherwise a page is still on its way to what has the focus.
      reducedMotion: "reduce",
    });
    const said: string[] = [];
    const requests: string[] = [];
    const url = pathToFileURL(path).href;
    page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => {
      if (request.url() !== url) requests.push(request.url());
    });
    if (print) await page.emulateMedia({ media: "print", colorScheme: scheme });
    await page.goto(url);
    return { page, said, requests };
  }

  async stop(): Promise<void> {
    await this.#browser.close();
  }
}
