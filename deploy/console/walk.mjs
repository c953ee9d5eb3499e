// From the overview to a slow exemplar, to its trace, to its lines: three steps.

import { SIZES } from './checks.mjs';

// The most elements that have the focus before the one that is wanted.
const MOST_TABS = 120;

// Returns the steps: what is followed, and what is shown then.
function steps({ stage, exemplar, lines }) {
  const dots = 'document.querySelectorAll(".dot[href]").length > 0';
  const isShown = (hash) => `location.hash.startsWith(${JSON.stringify(`#/${hash}`)})`;
  return [
    { follow: `a[href^="#/metrics/${stage.metric}"]`, then: `${isShown(`metrics/${stage.metric}`)} && ${dots}` },
    { follow: '.dot[href]', then: `${isShown('traces/')} && document.querySelectorAll('.span[open]').length === 1` },
    {
      follow: 'a[href^="#/logs?trace_id="]',
      then: `${isShown('logs?trace_id=')} && document.querySelectorAll('.lines li').length >= 1`,
    },
  ].map((step) => ({ ...step, exemplar, lines }));
}

async function walk(tab, origin, found, follow) {
  await tab.show(SIZES[0]);
  await tab.open(`${origin}/`);
  await tab.until('the stages are shown', 'document.querySelectorAll("tbody tr").length > 0');
  for (const step of steps(found)) {
    await follow(step.follow);
    await tab.until(`following ${step.follow} shows the next view`, step.then);
    await tab.drawn();
  }
  // The lines are those of the trace, as the API has them.
  await tab.until('the view has as many lines as the trace', `(async () => {
    const id = new URLSearchParams(location.hash.split('?')[1]).get('trace_id');
    const { lines } = await (await fetch('/api/v1/logs?trace_id=' + id)).json();
    return lines.length > 0 && lines.length === document.querySelectorAll('.lines li').length;
  })()`);
}

export const byMouse = (tab, origin, found) => walk(tab, origin, found, (selector) => tab.click(selector));

// Follows with Tab and Enter alone. The focus can be seen on the way.
export const byKeyboard = (tab, origin, found) =>
  walk(tab, origin, found, async (selector) => {
    for (let tabs = 0; tabs < MOST_TABS; tabs++) {
      await tab.press('Tab');
      const { isThere, isSeen, html } = await tab.evaluate(`(() => {
        const at = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        return { isThere: at.matches(${JSON.stringify(selector)}), isSeen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2, html: at.outerHTML.slice(0, 160) };
      })()`);
      if (!isSeen) throw new Error(`the focus cannot be seen on ${html}`);
      if (isThere) return tab.press('Enter');
    }
    throw new Error(`${selector} does not get the focus with ${MOST_TABS} tabs`);
  });
