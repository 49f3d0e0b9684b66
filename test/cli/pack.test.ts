/** The npm package: what it holds, and that both programs run where it is installed, without a network. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const { version, engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

function npm(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', [...args, '--offline', '--no-audit', '--no-fund'], {
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
    shell: process.platform === 'win32',
  });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

describe('the npm package', () => {
  let work = '';
  let files: string[] = [];
  const program = (name: string) => path.join(work, 'node_modules/.bin', name);
  const run = (name: string, args: string[], input?: string) =>
    spawnSync(program(name), args, {
      encoding: 'utf8',
      timeout: 30_000,
      input,
      shell: process.platform === 'win32',
    });

  before(() => {
    assert.ok(existsSync(path.join(root, 'dist/cli.js')), 'dist is not there: run npm run build first');
    work = mkdtempSync(path.join(tmpdir(), 'driver-plist-pack-'));
    const [packed] = JSON.parse(npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', work));
    files = packed.files.map((file: { path: string }) => file.path);
    writeFileSync(path.join(work, 'package.json'), '{ "private": true }');
    npm(work, 'install', '--ignore-scripts', '--omit=dev', `./${packed.filename}`);
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  test('holds programs, schemas, README and licence, and nothing of the workshop', () => {
    for (const file of [
      'dist/cli.js',
      'dist/server.js',
      'schemas/dext.schema.json',
      'README.md',
      'LICENSE',
    ]) {
      assert.ok(files.includes(file), file);
    }
    const others = files.filter(
      (file) => !/^(?:dist\/(?:cli|server)\.js|schemas\/.+|README\.md|LICENSE|package\.json)$/.test(file),
    );
    assert.deepEqual(others, []);
  });

  test('driver-plist lints', () => {
    assert.equal(run('driver-plist', ['--version']).stdout, `${version}\n`);
    const { status, stdout } = run(
      'driver-plist',
      ['lint', '-', '--format', 'json'],
      '<plist><dict><key>a</key></dict></plist>',
    );
    assert.equal(status, 1);
    assert.equal(JSON.parse(stdout).summary.errors, 1);
  });

  test('npx runs both, by the names of the package and of the program', () => {
    for (const [name, ...args] of [
      ['driver-plist', '--version'],
      ['driver-plist-language-server', '--version'],
      ['--package=driver-plist', '--', 'driver-plist-language-server', '--version'],
    ]) {
      const command = [
        'exec',
        '--offline',
        '--yes',
        ...(name?.startsWith('--') ? [name] : ['--', name!]),
        ...args,
      ];
      const { status, stdout, stderr } = spawnSync('npm', command, {
        cwd: work,
        encoding: 'utf8',
        timeout: 60_000,
        shell: process.platform === 'win32',
      });
      assert.deepEqual([status, stdout], [0, `${version}\n`], stderr);
    }
  });

  test('every command works there: rules, schemas and tables are inside', () => {
    const lint = run('driver-plist', ['explain', 'dext/missing-user-class']);
    assert.match(lint.stdout, /^# dext\/missing-user-class/);
    assert.match(run('driver-plist', ['explain', 'IOUserClass']).stdout, /^IOUserClass/);
    const planned = run(
      'driver-plist',
      ['convert', '-', '--to', 'codeless-dext', '--dry-run', '--format', 'json'],
      '<plist><dict><key>CFBundleIdentifier</key><string>com.acme.lamp</string><key>IOKitPersonalities</key><dict><key>Lamp</key><dict><key>IOClass</key><string>IOService</string><key>IOProviderClass</key><string>IOUSBHostDevice</string></dict></dict></dict></plist>',
    );
    assert.equal(JSON.parse(planned.stdout).personalities[0].name, 'Lamp', planned.stderr);
  });

  test('another Node of this machine, as old as the package allows, runs both', (t) => {
    const least = Number(/\d+/.exec(engines.node)?.[0]);
    const others = (process.env.PATH ?? '')
      .split(path.delimiter)
      .filter((folder) => !folder.includes('node_modules'))
      .map((folder) => path.join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))
      .map((node) => ({
        node,
        is: spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '',
      }))
      .filter(({ is }) => is !== process.version && Number(/^v(\d+)/.exec(is)?.[1]) >= least);
    const [other] = others;
    if (!other) return t.skip(`needs a Node from ${least} on that is not ${process.version}, not here`);
    const inPackage = (file: string) => path.join(work, 'node_modules/driver-plist', file);
    const lint = spawnSync(other.node, [inPackage('dist/cli.js'), 'lint', '-', '--format', 'json'], {
      input: '<plist><dict><key>a</key></dict></plist>',
      encoding: 'utf8',
    });
    assert.equal(JSON.parse(lint.stdout).summary.errors, 1, `${other.is}: ${lint.stderr}`);
    const server = spawnSync(other.node, [inPackage('dist/server.js'), '--version'], { encoding: 'utf8' });
    assert.equal(server.stdout, `${version}\n`, `${other.is}: ${server.stderr}`);
  });

  test('driver-plist-language-server answers', async () => {
    assert.equal(run('driver-plist-language-server', ['--version']).stdout, `${version}\n`);
    const message = (body: object) => {
      const text = JSON.stringify({ jsonrpc: '2.0', ...body });
      return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
    };
    const child = spawn(program('driver-plist-language-server'), ['--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    });
    try {
      const exited = once(child, 'exit');
      const params = { processId: null, rootUri: null, capabilities: {} };
      child.stdin.write(message({ id: 1, method: 'initialize', params }));
      let said = '';
      for await (const chunk of child.stdout) {
        said += chunk;
        if (/"id":1\b/.test(said)) break;
      }
      assert.match(said, /"serverInfo":\{"name":"driver-plist"/);
      child.stdin.write(message({ id: 2, method: 'shutdown' }) + message({ method: 'exit' }));
      assert.deepEqual(await exited, [0, null]);
    } finally {
      child.kill();
    }
  });
});
