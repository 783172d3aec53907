// Looks at pages with pa11y (axe and HTML CodeSniffer, WCAG 2 AA) and Lighthouse, in one Chromium. Prints JSON lines.
// Standard input: {"chromium", "flags", "origin", "cookie", "pages": [...]}. What is looked at: tools/audit.py.
import { text } from 'node:stream/consumers';
import lighthouse, { desktopConfig } from 'lighthouse';
import pa11y from 'pa11y';
import puppeteer from 'puppeteer';

const { chromium, flags, origin, cookie, pages } = JSON.parse(await text(process.stdin));
const [name, value] = cookie.split('=');
const browser = await puppeteer.launch({ executablePath: chromium, args: flags });
const port = Number(new URL(browser.wsEndpoint()).port);

const LOOKS = [
  { look: 'desktop, light', width: 1280, scheme: 'light', language: 'en-GB' },
  { look: 'phone, dark', width: 390, scheme: 'dark', language: 'en-GB' },
  { look: 'desktop, dark, Japanese', width: 1280, scheme: 'dark', language: 'ja-JP' },
  { look: 'phone, light, Japanese', width: 390, scheme: 'light', language: 'ja-JP' },
];

const tell = (found) => process.stdout.write(`${JSON.stringify(found)}\n`);

for (const path of pages) {
  const url = origin + path;
  for (const { look, width, scheme, language } of LOOKS) {
    const page = await browser.newPage();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setExtraHTTPHeaders({ 'Accept-Language': language });
    if (path !== '/sign-in') await browser.setCookie({ name, value, domain: '127.0.0.1', path: '/' });
    for (const runner of ['axe', 'htmlcs']) {
      const options = { browser, page, runners: [runner], standard: 'WCAG2AA', viewport: { width, height: 900 }, timeout: 60000 };
      try {
        const { issues } = await pa11y(url, options);
        tell({ path, look: `${look}, ${runner}`, issues: issues.map(({ code, message, selector }) => ({ code, message, selector })) });
      } catch (error) {
        // HTML CodeSniffer knows no color-mix() and stops at it.
        tell({ path, look: `${look}, ${runner}`, failed: String(error).slice(0, 200) });
      }
    }
    await page.close();
  }
  for (const [form, config] of [['desktop', desktopConfig], ['phone', undefined]]) {
    const options = { port, output: 'json', logLevel: 'error', extraHeaders: path === '/sign-in' ? {} : { Cookie: cookie } };
    const { lhr } = await lighthouse(url, options, config);
    const scores = Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]));
    const poor = Object.values(lhr.audits).filter(({ score }) => score !== null && score < 0.9).map(({ id }) => id);
    tell({ path, look: form, scores, poor, bytes: lhr.audits['total-byte-weight']?.numericValue });
  }
  await browser.deleteCookie({ name, value, domain: '127.0.0.1', path: '/' });
}
await browser.close();
