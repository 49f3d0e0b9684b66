/** A dext's Info.plist with many personalities and the same as JSON: what the servers are compared on. */
import type { JsonValue } from '../../server/src/schema/types.ts';

export interface Twin {
  readonly plist: string;
  readonly json: string;
}

/** Every hundredth personality lacks its IOUserClass, so that there are findings in files of any size. */
export function twin(personalities: number): Twin {
  const value = infoOf(personalities);
  const plist = `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n${plistOf(value, '')}\n</plist>\n`;
  return { plist, json: `${JSON.stringify(value, undefined, '\t')}\n` };
}

function infoOf(count: number): { [key: string]: JsonValue } {
  const personalities: { [name: string]: JsonValue } = {};
  for (let i = 0; i < count; i++) {
    personalities[`Lamp ${i}`] = {
      CFBundleIdentifier: '$(PRODUCT_BUNDLE_IDENTIFIER)',
      CFBundleIdentifierKernel: 'com.apple.kpi.iokit',
      IOClass: 'IOUserService',
      IOProviderClass: 'IOUSBHostDevice',
      ...(i % 100 === 7 ? {} : { IOUserClass: 'LampDriver' }),
      IOUserServerName: 'com.example.LampDriver',
      idVendor: 4660,
      idProduct: i % 65536,
    };
  }
  return {
    CFBundleIdentifier: 'com.example.LampDriver',
    CFBundleName: 'LampDriver',
    CFBundlePackageType: 'DEXT',
    CFBundleVersion: '1',
    OSBundleUsageDescription: 'Lets your Mac use the Example lamp.',
    IOKitPersonalities: personalities,
  };
}

function plistOf(value: JsonValue, indent: string): string {
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `<string>${value}</string>`;
  const inner = `${indent}\t`;
  const entries = Object.entries(value).map(
    ([key, part]) => `${inner}<key>${key}</key>\n${inner}${plistOf(part, inner)}\n`,
  );
  return `<dict>\n${entries.join('')}${indent}</dict>`;
}
