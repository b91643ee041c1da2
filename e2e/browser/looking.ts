// What a page looks like to those who read it: colours against their ground, room, order of the keyboard. Functions for the browser are texts: this
// code is not checked against a browser's types.

import type { Page } from "playwright-core";

/** Text with too little contrast. */
export interface PaleText {
  text: string;
  colour: string;
  ground: string;
  contrast: number;
}

/**
 * Every text that is shown and stands out from its ground by less than so much, by the formula of WCAG 2.2 (relative luminance of sRGB). The ground is
 * the nearest one that is not transparent; for text in a chart, that of the page or of the band that it may stand on.
 */
export async function paleTexts(page: Page, least: number): Promise<PaleText[]> {
  return await page.evaluate(`(() => {
    const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const luminance = ([r, g, b]) => {
      const linear = [r, g, b].map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const contrast = (a, b) => {
      const [dark, light] = [luminance(channels(a)), luminance(channels(b))].sort((x, y) => x - y);
      return (light + 0.05) / (dark + 0.05);
    };
    const groundOf = (element) => {
      for (let one = element; one !== null; one = one.parentElement) {
        const { backgroundColor } = getComputedStyle(one);
        const [, , , alpha = 1] = channels(backgroundColor);
        if (alpha > 0) return backgroundColor;
      }
      return "rgb(255, 255, 255)";
    };
    const variable = (name) => {
      const probe = document.createElement("span");
      document.body.append(probe);
      probe.style.color = "var(" + name + ")";
      const found = getComputedStyle(probe).color;
      probe.remove();
      return found;
    };
    const pale = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.data.trim() === "" || element === null || !element.checkVisibility()) continue;
      if (["TITLE", "DESC", "title", "desc"].includes(element.tagName)) continue;
      const inChart = element.closest("svg") !== null;
      const style = getComputedStyle(element);
      const colour = inChart ? style.fill : style.color;
      const grounds = inChart ? [groundOf(element), variable("--band")] : [groundOf(element)];
      for (const ground of grounds) {
        const found = contrast(colour, ground);
        if (found < ${least}) pale.push({ text: node.data.trim().slice(0, 60), colour, ground, contrast: found });
      }
    }
    return pale;
  })()`);
}

/** How many texts paleTexts looks at, so that a test can tell that it looked at some. */
export async function shownTexts(page: Page): Promise<number> {
  return await page.evaluate("document.body.innerText.split(/\\s+/).length");
}

/** How much wider than the window the page is, in pixels. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/** What has the focus after each press of the tab key, as `element: text`. */
export async function tabOrder(page: Page, presses: number): Promise<string[]> {
  const order: string[] = [];
  for (let press = 0; press < presses; press++) {
    await page.keyboard.press("Tab");
    order.push(
      await page.evaluate(
        `(({ activeElement: e }) => e.tagName.toLowerCase() + ": " + (e.getAttribute("aria-label") ?? e.textContent).trim())(document)`,
      ),
    );
  }
  return order;
}

/** Whether what has the focus is marked by an outline, and in the window. */
export async function focusIsSeen(page: Page): Promise<boolean> {
  return await page.evaluate(`(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && bottom > 0 && top < innerHeight;
  })()`);
}
