/** A new driver of every family lints clean and asks for what its nub demands. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FAMILIES } from '../../../server/src/convert/families.ts';
import { newBundle } from '../../../server/src/convert/newBundle.ts';
import type { PlistValue } from '../../../server/src/plist/value.ts';
import { lint } from '../../../server/src/rules/lint.ts';
import { createWorkspaceLinter } from '../../../server/src/rules/workspace-lint.ts';
import { openDocument } from '../../../server/src/workspace/document.ts';
import { Workspace } from '../../../server/src/workspace/workspace.ts';
import { memoryFiles, ROOT } from '../workspace/memoryFiles.ts';

const MATCH: Readonly<Record<string, readonly (readonly [string, PlistValue])[]>> = {
  IOUSBHostDevice: [
    ['idVendor', 1118n],
    ['idProduct', 746n],
  ],
  IOUSBHostInterface: [
    ['idVendor', 1118n],
    ['idProduct', 746n],
    ['bInterfaceNumber', 0n],
    ['bConfigurationValue', 1n],
  ],
  IOHIDInterface: [
    ['VendorID', 1118n],
    ['ProductID', 746n],
  ],
  IOPCIDevice: [['IOPCIPrimaryMatch', '0x15338086']],
  IOSCSIPeripheralDeviceNub: [],
  IOUserResources: [],
  IOUserService: [['IOPropertyMatch', new Map([['AcmeNub', 'Port']])]],
};

const base = { bundleId: 'com.acme.gadget.driver', className: 'AcmeDriver' };

describe('a new bundle', () => {
  for (const family of FAMILIES) {
    for (const provider of family.providers) {
      test(`${family.value} on ${provider}`, () => {
        const result = newBundle({
          ...base,
          family: family.value,
          provider,
          match: new Map(MATCH[provider]),
        });
        assert.ok(result.ok, result.ok ? '' : result.problems.join());
        const findings = result.files
          .filter(({ path }) => /Info\.plist$|\.entitlements$/.test(path))
          .flatMap(({ path, text }) => lint(openDocument(`file:///${path}`, text)).findings)
          .filter(({ severity }) => severity === 'error' || severity === 'warning');
        assert.deepEqual(
          findings.map(({ rule, message }) => `${rule}: ${message}`),
          [],
        );
        const entitlements =
          result.files.find(({ path }) => path.endsWith('Driver.entitlements'))?.text ?? '';
        for (const key of family.entitlements) assert.ok(entitlements.includes(`<key>${key}</key>`), key);
        assert.equal(entitlements.includes('transport.usb'), provider.startsWith('IOUSBHost'));
      });
    }
  }

  test('a SCSI driver matches the type of unit that its class serves, and no other', () => {
    const family = 'scsi-peripheral-type05';
    const result = newBundle({ ...base, family, match: new Map() });
    assert.ok(result.ok);
    const info = result.files.find(({ path }) => path.endsWith('Driver/Info.plist'))?.text ?? '';
    assert.match(info, /<key>Peripheral Device Type<\/key>\s*<integer>5<\/integer>/);
    const wrong = newBundle({ ...base, family, match: new Map([['Peripheral Device Type', 0n]]) });
    assert.ok(!wrong.ok && /type 5, not of type 0/.test(wrong.problems.join()));
  });

  test('what cannot be used is refused', () => {
    const problems = (change: object) => {
      const result = newBundle({
        ...base,
        family: 'usb-device',
        match: new Map(MATCH.IOUSBHostDevice),
        ...change,
      });
      return result.ok ? '' : result.problems.join();
    };
    assert.equal(problems({}), '');
    assert.match(problems({ family: 'toaster' }), /no family/);
    assert.match(problems({ provider: 'IOPCIDevice' }), /takes IOUSBHostDevice/);
    assert.match(problems({ bundleId: '../../x' }), /no bundle id/);
    assert.match(problems({ className: 'IOUserClient' }), /Apple’s own/);
    assert.match(problems({ team: 'x' }), /no team id/);
    assert.match(
      problems({ match: new Map([['idVendor', 1n]]) }),
      /not matched by these keys alone. Add idProduct/,
    );
  });
});

test('every family on every nub of its gives a project in which nothing is found', async () => {
  for (const family of FAMILIES) {
    for (const provider of family.providers) {
      const said = `${family.value} on ${provider}`;
      const result = newBundle({
        family: family.value,
        provider,
        // A nub of one’s own gets a property to be told by.
        match: new Map(provider === 'IOUserService' ? [] : MATCH[provider]),
        bundleId: 'org.acme.lamp.driver',
        className: 'LampDriver',
        name: 'Lamp',
      });
      assert.ok(result.ok, result.ok ? '' : `${said}: ${result.problems}`);
      const files = Object.fromEntries(result.files.map(({ path, text }) => [path, text]));
      const workspace = new Workspace(memoryFiles(files), [ROOT]);
      await workspace.index();
      const linter = createWorkspaceLinter(workspace);
      const found = result.files
        .filter(({ path }) => /\.(?:plist|entitlements)$/.test(path))
        .flatMap(({ path, text }) => {
          const uri = `${ROOT}/${path}`;
          return linter.merged(uri, lint(openDocument(uri, text)).findings);
        });
      assert.deepEqual(
        found.map(({ rule, message }) => `${rule}: ${message}`),
        [],
        said,
      );
      const kinds = workspace.bundles.map(({ kind }) => kind).sort();
      // Each target stands in the Xcode project and in the spec.
      assert.deepEqual([...new Set(kinds)], ['app', 'dext'], said);
    }
  }
});
