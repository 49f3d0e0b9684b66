/** A VS Code window in a headless browser, for the runners. */
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import {
  BROWSER_ARGS,
  findBrowser,
  type RunningServer,
  startServer,
  type VsCodeServer,
} from '../../scripts/vscode-host.ts';

export interface WindowOptions {
  /** Folder for data, extensions and logs of this run. */
  readonly work: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly underTest?: boolean;
  readonly untrusted?: boolean;
}

export interface Window {
  readonly page: Page;
  readonly server: RunningServer;
  readonly token: string;
  readonly close: () => Promise<void>;
}

/** A fresh folder for one run. */
export function workFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'driver-plist-vscode-'));
}

export function profileIn(work: string): { dataDir: string; extensionsDir: string } {
  return { dataDir: path.join(work, 'data'), extensionsDir: path.join(work, 'extensions') };
}

/** Starts server and browser; the page is still blank. What the page says goes to `browser.log`. */
export async function openWindow(vscode: VsCodeServer, options: WindowOptions): Promise<Window> {
  const executablePath = findBrowser();
  const token = randomBytes(16).toString('hex');
  const server = await startServer(vscode, {
    ...profileIn(options.work),
    token,
    log: path.join(options.work, 'server.log'),
    settings: options.settings,
    underTest: options.underTest,
    untrusted: options.untrusted,
  });
  try {
    const browser = await chromium.launch({ executablePath, args: BROWSER_ARGS });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    const log = createWriteStream(path.join(options.work, 'browser.log'));
    page.on('console', (message) => log.write(`[${message.type()}] ${message.text()}\n`));
    page.on('pageerror', (error) => log.write(`[pageerror] ${error}\n`));
    page.on('requestfailed', (request) =>
      log.write(`[failed] ${request.url()} ${request.failure()?.errorText}\n`),
    );
    const close = async () => {
      await browser.close();
      await server.stop();
      log.end();
    };
    return { page, server, token, close };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Prints the counts, leaves them for `scripts/test.ts`, and sets the exit status: 0 only when something passed
 * and nothing failed. Then the run's folder goes away.
 */
export function finish(counts: Counts, work: string): void {
  const out = process.env.DRIVER_PLIST_TEST_COUNTS;
  if (out) writeFileSync(out, JSON.stringify(counts));
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
  if (process.exitCode === 0) rmSync(work, { recursive: true, force: true });
  else console.log(`logs: ${work}`);
}
