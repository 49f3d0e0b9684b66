/** Entries of a dump by class. */
import { isA } from './nub.ts';
import type { Registry, RegistryNode } from './registry.ts';

const pools = new WeakMap<Registry, Map<string, readonly RegistryNode[]>>();

/** The entries of a class; looked up once for each dump and class. */
export function entriesOfClass(registry: Registry, className: string): readonly RegistryNode[] {
  let known = pools.get(registry);
  if (!known) {
    known = new Map();
    pools.set(registry, known);
  }
  let pool = known.get(className);
  if (!pool) {
    pool = registry.nodes.filter((node) => isA(node, className));
    known.set(className, pool);
  }
  return pool;
}
