/**
 * Xcode configuration files: `NAME = value`, `NAME[sdk=macosx*] = value`, `#include "x"`, `#include? "x"`, `//`.
 * Form: Apple's "Build settings reference" and swiftlang/swift-build Sources/SWBCore/MacroConfigFileLoader.swift.
 */

export interface XcconfigSetting {
  readonly name: string;
  readonly value: string;
  /** What stands in brackets: `sdk=driverkit*`; a conditional setting counts only where that holds. */
  readonly conditions: readonly string[];
  /** Offsets of the name. */
  readonly start: number;
  readonly end: number;
}

export interface XcconfigInclude {
  readonly path: string;
  /** `#include?`: a missing file is no fault. */
  readonly optional: boolean;
  readonly start: number;
  readonly end: number;
}

export interface Xcconfig {
  /** In file order; includes stand at their place, since later assignments win. */
  readonly statements: readonly (XcconfigSetting | XcconfigInclude)[];
}

export function isInclude(statement: XcconfigSetting | XcconfigInclude): statement is XcconfigInclude {
  return 'path' in statement;
}

const LINE = /[^\r\n]+/g;
const INCLUDE = /^\s*#include(\?)?\s*"([^"]*)"/;
const SETTING = /^\s*([A-Za-z_]\w*)((?:\[[^\]]*\])*)\s*=(.*)$/;

/** Reads the text; lines that are none of the forms are passed over. Never throws. */
export function readXcconfig(text: string): Xcconfig {
  const statements: (XcconfigSetting | XcconfigInclude)[] = [];
  for (const match of text.matchAll(LINE)) {
    const line = match[0];
    const include = INCLUDE.exec(line);
    if (include) {
      statements.push({
        path: include[2] ?? '',
        optional: include[1] !== undefined,
        start: match.index,
        end: match.index + line.length,
      });
      continue;
    }
    const setting = SETTING.exec(withoutComment(line));
    if (!setting) continue;
    const name = setting[1] ?? '';
    const start = match.index + line.indexOf(name);
    statements.push({
      name,
      value: (setting[3] ?? '').trim().replace(/;$/, '').trim(),
      conditions: [...(setting[2] ?? '').matchAll(/\[([^\]]*)\]/g)].map(([, condition]) => condition ?? ''),
      start,
      end: start + name.length,
    });
  }
  return { statements };
}

/** `//` begins a comment anywhere in a line: a URL has to be written otherwise, in Xcode too. */
function withoutComment(line: string): string {
  const at = line.indexOf('//');
  return at < 0 ? line : line.slice(0, at);
}
