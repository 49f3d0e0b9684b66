/** Plists for benchmarks, generated: the same text on every machine. */

/** A driver's Info.plist with so many personalities. */
export function personalities(count: number): string {
  const parts = [
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n<dict>\n',
    '\t<key>CFBundleIdentifier</key>\n\t<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>\n\t<key>IOKitPersonalities</key>\n\t<dict>\n',
  ];
  for (let i = 0; i < count; i++) {
    parts.push(
      `\t\t<key>Gerät ${i}</key>\n\t\t<dict>\n`,
      i % 4 === 0 ? `\t\t\t<!-- product ${i} of the list -->\n` : '',
      `\t\t\t<key>CFBundleIdentifier</key>\n\t\t\t<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>\n`,
      `\t\t\t<key>IOClass</key>\n\t\t\t<string>IOUserService</string>\n`,
      `\t\t\t<key>IOProviderClass</key>\n\t\t\t<string>IOUSBHostDevice</string>\n`,
      `\t\t\t<key>IOUserServerName</key>\n\t\t\t<string>com.example.keys &amp; mice.${i}</string>\n`,
      `\t\t\t<key>idVendor</key>\n\t\t\t<integer>${1000 + (i % 60000)}</integer>\n`,
      `\t\t\t<key>idProductArray</key>\n\t\t\t<array>\n\t\t\t\t<integer>${i}</integer>\n\t\t\t\t<integer>0x${i.toString(16)}</integer>\n\t\t\t</array>\n`,
      `\t\t\t<key>Enabled</key>\n\t\t\t<true/>\n\t\t</dict>\n`,
    );
  }
  parts.push('\t</dict>\n</dict>\n</plist>\n');
  // One flat string, as an editor hands it over.
  return Buffer.from(parts.join('')).toString('utf8');
}

/** A plist of about that many characters. */
export function plistOfSize(length: number): string {
  const one = personalities(101).length - personalities(100).length;
  return personalities(Math.round(length / one));
}
