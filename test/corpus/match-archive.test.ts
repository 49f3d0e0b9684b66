/**
 * The same machine in every form that a dump may have: the text of `ioreg -l` turned into an `ioreg -a` archive, XML
 * and binary, must give the same registry and the same winners.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { attach, Catalogue } from '../../server/src/iokit/matching-catalogue.ts';
import { type Registry, type RegistryNode, readRegistry } from '../../server/src/iokit/registry.ts';
import { writeBinaryPlist } from '../../server/src/plist/binary.ts';
import { printPlist } from '../../server/src/plist/print.ts';
import type { PlistValue } from '../../server/src/plist/value.ts';
import { candidateOf, driversOf, rebuild } from './replay.ts';

const DUMP = new URL('../../../shared/corpus/registry/iMac19,1.ioreg.txt', import.meta.url);

function read(input: string | Uint8Array): Registry {
  const result = readRegistry(input);
  assert.ok(result.ok, result.ok ? '' : result.message);
  return result.registry;
}

/** As `ioreg -a -l` writes an entry: keys sorted, so that children stand before name and id. */
function archiveOf(node: RegistryNode): PlistValue {
  const entries: [string, PlistValue][] = [
    ...node.properties,
    ['IOObjectClass', node.className],
    ['IOObjectRetainCount', 7n],
    ['IORegistryEntryName', node.name],
    ['IOServiceState', node.registered ? 30n : 0n],
  ];
  if (node.entryId !== undefined) entries.push(['IORegistryEntryID', node.entryId]);
  if (node.location !== undefined) entries.push(['IORegistryEntryLocation', node.location]);
  if (node.children.length > 0) entries.push(['IORegistryEntryChildren', node.children.map(archiveOf)]);
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Everything that one entry says, for comparing. */
function facts(node: RegistryNode): unknown {
  const { name, location, className, classChain, entryId, path, registered } = node;
  const properties = new Map([...node.properties].sort(([a], [b]) => (a < b ? -1 : 1)));
  const around = [node.parents.map((parent) => parent.path), node.children.map((child) => child.path)];
  return { name, location, className, classChain, entryId, path, registered, properties, around };
}

function winners(registry: Registry): string[] {
  const catalogue = new Catalogue(
    driversOf(registry).map((driver) => candidateOf(rebuild(driver, registry))),
  );
  const attached = attach(catalogue, registry.nodes, registry.context);
  return [...attached].flatMap(([nub, ranked]) =>
    ranked.filter(({ wins }) => wins).map(({ candidate, score }) => `${nub.path} ${candidate.name} ${score}`),
  );
}

test('a machine as text, as XML archive and as binary archive', (t) => {
  if (!existsSync(DUMP)) return t.skip('needs ../shared/corpus, not here');
  const original = read(readFileSync(DUMP));
  const root = archiveOf(original.roots[0]!);
  const expected = original.nodes.map(facts);
  const won = winners(original);
  assert.ok(expected.length > 700 && won.length > 150);
  for (const input of [printPlist(root), writeBinaryPlist(root)]) {
    const archive = read(input);
    assert.equal(archive.format, 'ioreg-archive');
    assert.deepEqual(archive.machine, original.machine);
    assert.deepEqual(archive.nodes.map(facts), expected);
    assert.deepEqual(winners(archive), won);
  }
});
