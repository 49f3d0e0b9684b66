/** Kexts written for the tests, and their plans. */
import assert from 'node:assert/strict';
import { planConversion } from '../../../server/src/convert/plan.ts';
import type { ConvertOptions, ConvertPlan, PersonalityPlan } from '../../../server/src/convert/types.ts';
import { parsePlist } from '../../../server/src/plist/parse.ts';
import type { PlistNode } from '../../../server/src/plist/types.ts';

export interface Kext {
  readonly id?: string;
  /** XML of IOKitPersonalities’ content. */
  readonly personalities: string;
  readonly libraries?: readonly string[];
  /** `false`: no CFBundleExecutable. */
  readonly code?: boolean;
  /** More XML at the top. */
  readonly more?: string;
}

const entry = (key: string, value: string) => `<key>${key}</key><string>${value}</string>`;

export function kextText({
  id = 'com.acme.kext.Gadget',
  personalities,
  libraries,
  code = true,
  more,
}: Kext): string {
  const libs = libraries ?? (code ? ['com.apple.kpi.iokit'] : []);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	${code ? entry('CFBundleExecutable', 'Gadget') : ''}
	${entry('CFBundleIdentifier', id)}
	${entry('CFBundleName', 'Gadget')}
	${entry('CFBundlePackageType', 'KEXT')}
	${entry('CFBundleVersion', '2.1.0')}
	${libs.length > 0 ? `<key>OSBundleLibraries</key><dict>${libs.map((lib) => entry(lib, '1.0')).join('')}</dict>` : ''}
	${more ?? ''}
	<key>IOKitPersonalities</key>
	<dict>
${personalities}
	</dict>
</dict>
</plist>
`;
}

/** XML of a personality. */
export function personality(
  name: string,
  keys: { readonly [key: string]: string | number | bigint },
  more = '',
): string {
  const lines = Object.entries(keys).map(([key, value]) =>
    typeof value === 'string'
      ? `\t\t\t${entry(key, value)}`
      : `\t\t\t<key>${key}</key><integer>${value}</integer>`,
  );
  return `\t\t<key>${name}</key>\n\t\t<dict>\n${lines.join('\n')}\n${more}\t\t</dict>`;
}

export function planOf(kext: Kext | string, options: Partial<ConvertOptions> = {}): ConvertPlan {
  const text = typeof kext === 'string' ? kext : kextText(kext);
  const result = planConversion(parsePlist(text), { target: 'codeless-dext', ...options });
  assert.ok(result.ok, result.ok ? '' : result.problems.join('\n'));
  return result.plan;
}

export function onlyPersonality(plan: ConvertPlan): PersonalityPlan {
  assert.equal(plan.personalities.length, 1);
  return plan.personalities[0]!;
}

export function fileOf(plan: { readonly files: ConvertPlan['files'] }, end: string | RegExp): string {
  const found = plan.files.filter(({ path }) =>
    typeof end === 'string' ? path.endsWith(end) : end.test(path),
  );
  assert.equal(found.length, 1, `${end}: ${plan.files.map(({ path }) => path).join(', ')}`);
  return found[0]!.text;
}

/** Root of the new bundle’s own Info.plist. */
export function infoOf(plan: { readonly files: ConvertPlan['files'] }): PlistNode {
  const tree = parsePlist(fileOf(plan, /(Driver|Contents)\/Info\.plist$/));
  assert.deepEqual(tree.errors, []);
  assert.ok(tree.root);
  return tree.root;
}

/** The outcome and family of a kext with one personality. */
export function fate(kext: Kext, options: Partial<ConvertOptions> = {}): string {
  const { outcome, family, superClass } = onlyPersonality(planOf(kext, options));
  return [outcome, family, superClass].filter((part) => part !== undefined).join(' ');
}
