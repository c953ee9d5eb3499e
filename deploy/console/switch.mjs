// Two programs in one page: each link shows the stages of its program.

import { lookedAt, SIZES } from './checks.mjs';

// Waits until the overview has the stage of a program and no other, with calls.
async function showsStage(tab, { name, stage }) {
  const shown = `[...document.querySelectorAll('tbody tr')].map((row) => row.querySelector('th a').textContent).join()`;
  const rate = `parseFloat(document.querySelector('tbody td').textContent)`;
  await tab.until(`the stage of ${name} is shown, with calls`, `${shown} === ${JSON.stringify(stage)} && ${rate} > 0`, 60);
  await tab.until(`the header has ${name}`, `document.getElementById('service').textContent === ${JSON.stringify(name)}`);
}

// Returns the requests to another origin that the page has made.
const askedOf = (tab, { origin }) =>
  tab.evaluate(`performance.getEntriesByType('resource').filter(({ name }) => name.startsWith(${JSON.stringify(origin)})).length`);

// Follows the links to the other program and back. Returns what is wrong with the views of the other.
export async function switched(tab, folder, [own, other]) {
  await tab.show(SIZES[0]);
  await tab.open(`${own.origin}/`);
  await showsStage(tab, own);
  if (await askedOf(tab, other)) throw new Error('the page asks another program before its link is followed');
  const query = new URLSearchParams({ program: other.origin });
  await tab.click(`#programs a[href="#/overview?${query}"]`);
  await showsStage(tab, other);
  if (!(await askedOf(tab, other))) throw new Error('the page does not ask the other program');
  // The program stays chosen in the next view.
  await tab.click('#views a[data-view="metrics"]');
  await tab.until('the metrics of the other program are shown', `[...document.querySelectorAll('.metric summary code')].some(({ textContent }) => textContent.startsWith('${other.name}_'))`);
  const wrong = await lookedAt(tab, folder, own.origin, [['two programs', `/?${query}`], ['metrics of another program', `/metrics?${query}`]]);
  await tab.click('#programs a');
  // The links of the views change after that of the program.
  await tab.until('the other program is left', `![location, document.querySelector('#views a[data-view="overview"]')].some(({ href }) => href.includes('program='))`);
  await tab.click('#views a[data-view="overview"]');
  await showsStage(tab, own);
  return wrong;
}
