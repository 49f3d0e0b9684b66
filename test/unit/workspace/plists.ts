/** Property lists from few words. */

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

/** XML text of a value: numbers are integers. */
export function plist(value: Value): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n${element(value, '')}</plist>\n`;
}

function element(value: Value, indent: string): string {
  if (typeof value === 'string') return `${indent}<string>${value.replace(/&/g, '&amp;')}</string>\n`;
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>\n`;
  if (typeof value === 'boolean') return `${indent}<${value}/>\n`;
  if (Array.isArray(value)) {
    return `${indent}<array>\n${value.map((item) => element(item, `${indent}\t`)).join('')}${indent}</array>\n`;
  }
  const entries = Object.entries(value as { readonly [key: string]: Value });
  const inner = entries.map(([key, one]) => `${indent}\t<key>${key}</key>\n${element(one, `${indent}\t`)}`);
  return `${indent}<dict>\n${inner.join('')}${indent}</dict>\n`;
}
