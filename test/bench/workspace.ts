/**
 * How long a workspace of 200, 2,000 and 20,000 bundles takes to read, to check, and to check again after one edit;
 * on disk, in a temporary folder. A project has one app and nine dexts, each with an Info.plist, entitlements and an
 * `.iig` file. Prints a table: `node test/bench/workspace.ts [--json]`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeFiles } from '../../server/src/host/nodeFiles.ts';
import { createWorkspaceLinter } from '../../server/src/rules/workspace-lint.ts';
import { openDocument } from '../../server/src/workspace/document.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { pbxproj, type TargetSpec } from '../unit/workspace/pbxproj.ts';
import { plist } from '../unit/workspace/plists.ts';

const SIZES = [200, 2_000, 20_000];
const DEXTS = 9;
/** Edits that are timed; the median counts. */
const EDITS = 25;

interface Row {
  readonly bundles: number;
  readonly files: number;
  readonly indexMs: number;
  readonly assembleMs: number;
  readonly checkMs: number;
  readonly findings: number;
  /** One edit of an Info.plist in the editor: the file’s own findings over several files anew. */
  readonly editMs: number;
  /** The same, and the findings of the whole workspace. */
  readonly editAllMs: number;
  /** One file changed on disk, its project file: read again, bundles put together anew, one file checked. */
  readonly projectMs: number;
  readonly heapMb: number;
}

function info(server: string, product: number): string {
  return plist({
    CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)',
    OSBundleUsageDescription: 'Lets the lamp shine.',
    IOKitPersonalities: {
      Lamp: {
        CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
        IOClass: 'IOUserService',
        IOProviderClass: 'IOUSBHostDevice',
        IOUserClass: 'Lamp',
        IOUserServerName: server,
        idProduct: product,
        idVendor: 4660,
      },
    },
  });
}

const RIGHTS = plist({
  'com.apple.developer.driverkit': true,
  'com.apple.developer.driverkit.transport.usb': [{ idVendor: 4660 }],
});

/** @returns the URI of one Info.plist and of its project file */
function generate(root: string, bundles: number): { info: string; project: string } {
  for (let at = 0; at * (DEXTS + 1) < bundles; at++) {
    const folder = join(root, `Product ${at}`);
    const id = `com.acme.lamp${at}`;
    const targets: Record<string, TargetSpec> = {
      App: {
        type: 'application',
        settings: { PRODUCT_BUNDLE_IDENTIFIER: id, CODE_SIGN_ENTITLEMENTS: 'App.entitlements' },
        embeds: Array.from({ length: DEXTS }, (_, index) => `Driver${index}`),
      },
    };
    for (let index = 0; index < DEXTS; index++) {
      const name = `Driver${index}`;
      targets[name] = {
        type: 'driver-extension',
        settings: {
          PRODUCT_BUNDLE_IDENTIFIER: `${id}.driver${index}`,
          INFOPLIST_FILE: `${name}/Info.plist`,
          CODE_SIGN_ENTITLEMENTS: `${name}/${name}.entitlements`,
        },
        sources: [`${name}/${name}.iig`],
      };
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'Info.plist'), info('$(PRODUCT_BUNDLE_IDENTIFIER)', index + 1));
      writeFileSync(join(folder, name, `${name}.entitlements`), RIGHTS);
      writeFileSync(join(folder, name, `${name}.iig`), 'class Lamp: public IOService\n{\n};\n');
    }
    mkdirSync(join(folder, 'Lamp.xcodeproj'));
    writeFileSync(join(folder, 'Lamp.xcodeproj/project.pbxproj'), pbxproj({ targets }));
    writeFileSync(join(folder, 'App.entitlements'), plist({ 'com.apple.security.app-sandbox': true }));
  }
  const uri = (path: string) => pathToFileURL(join(root, path)).href;
  return {
    info: uri('Product 0/Driver0/Info.plist'),
    project: uri('Product 0/Lamp.xcodeproj/project.pbxproj'),
  };
}

async function measure(bundles: number): Promise<Row> {
  const root = mkdtempSync(join(tmpdir(), 'driver-plist-bench-'));
  try {
    const places = generate(root, bundles);
    const workspace = new Workspace(nodeFiles, [pathToFileURL(root).href]);
    const indexMs = await timed(() => workspace.index());
    const assembleMs = await timed(() => workspace.bundles);
    const linter = createWorkspaceLinter(workspace);
    let findings = 0;
    const checkMs = await timed(() => {
      findings = [...linter.findings().values()].flat().length;
    });
    const edit = (turn: number) => {
      const text = info('$(PRODUCT_BUNDLE_IDENTIFIER)', turn + 1000);
      workspace.setOpen(places.info, openDocument(places.info, text, turn));
    };
    const editMs = await median((turn) => {
      edit(turn);
      linter.findingsOf(places.info);
    });
    const editAllMs = await median((turn) => {
      edit(turn + EDITS);
      linter.findings();
    });
    const projectMs = await median(async () => {
      await workspace.fileChanged(places.project);
      linter.findingsOf(places.info);
    }, 3);
    const heapMb = Math.round(process.memoryUsage().heapUsed / 1e6);
    const count = workspace.bundles.length;
    const files = workspace.allFiles().length;
    return {
      bundles: count,
      files,
      indexMs,
      assembleMs,
      checkMs,
      findings,
      editMs,
      editAllMs,
      projectMs,
      heapMb,
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function timed(run: () => unknown): Promise<number> {
  const started = performance.now();
  await run();
  return rounded(performance.now() - started);
}

async function median(run: (turn: number) => unknown, turns = EDITS): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn++) times.push(await timed(() => run(turn)));
  return times.sort((a, b) => a - b)[turns >> 1] ?? 0;
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

const rows: Row[] = [];
for (const size of SIZES) rows.push(await measure(size));
if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2));
else console.table(rows);
