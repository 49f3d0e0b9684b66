/** Draws `images/icon.png` from `images/icon.svg` with a browser: the Marketplace takes no SVG. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { BROWSER_ARGS, findBrowser, projectRoot } from './vscode-host.ts';

const images = path.join(projectRoot, 'images');
const browser = await chromium.launch({ executablePath: findBrowser(), args: BROWSER_ARGS });
try {
  const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
  await page.goto(pathToFileURL(path.join(images, 'icon.svg')).href);
  await page.screenshot({ path: path.join(images, 'icon.png'), omitBackground: true });
} finally {
  await browser.close();
}
