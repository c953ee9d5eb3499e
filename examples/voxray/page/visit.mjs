// Calls the server from a browser whose microphone plays a file: `visit.mjs URL WAV LINES`. Prints, as JSON, what was
// heard once it has so many lines, and what the browser counted.

import { argv } from 'node:process';

import { launched, opened } from '../../../deploy/console/browser.mjs';

const [url, wav, lines] = argv.slice(2);
const browser = launched([
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-audio-capture=${wav}%noloop`,
  // The server may be on the loopback interface.
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
]);
try {
  const tab = await opened(browser);
  await tab.send('Page.navigate', { url });
  await tab.until('the page is complete', "document.readyState === 'complete' && Boolean(document.getElementById('call'))");
  await tab.click('#call');
  await tab.until('the call is connected', "document.getElementById('state').textContent === 'connected'", 30);
  const enough = `document.getElementById('heard').textContent.split('\\n').length > ${Number(lines)}`;
  await tab.until('the answers are heard', enough, 60);
  // The statistics and the end are one task, so that nothing is sent or received between them.
  const stats = await tab.evaluate(`(async () => {
    const stats = [...(await connection.getStats()).values()];
    connection.close();
    return stats;
  })()`);
  const heard = await tab.evaluate("document.getElementById('heard').textContent");
  console.log(JSON.stringify({ heard, stats, errors: tab.errors }));
} finally {
  await browser.close();
}
