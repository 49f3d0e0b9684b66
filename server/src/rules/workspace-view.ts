/** A bundle as one build configuration makes it: its files, with the build settings filled in. */
import type { PlistNode, TextRange } from '../plist/types.ts';
import { hasBuildVariable } from '../plist/variables.ts';
import type { Bundle, BundleConfiguration } from '../workspace/bundles.ts';
import type { SettingPlace } from '../workspace/project.ts';
import type { PlistDocument } from '../workspace/types.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { personalitiesOf } from './personalities.ts';
import type { PersonalityNode } from './types.ts';

/** A file of a view with its root dictionary. */
export interface ViewFile {
  readonly document: PlistDocument;
  readonly root: PlistNode;
}

export interface BundleView {
  readonly bundle: Bundle;
  readonly configuration: BundleConfiguration;
  /** Undefined when there is none, or its root is no dictionary. */
  readonly info: ViewFile | undefined;
  readonly entitlements: ViewFile | undefined;
  /** The bundle id as the build makes it; undefined when unknown. */
  readonly bundleId: string | undefined;
  readonly personalities: readonly PersonalityNode[];
  /** The text of a string with variables filled in; undefined when it is none or one is unknown. */
  text(node: PlistNode | undefined): string | undefined;
  /** The value of a top-level key of the built Info.plist: written there, or generated from the settings. */
  infoText(key: string): string | undefined;
  /** Where the build settings write a setting. */
  place(setting: string): SettingPlace | undefined;
}

/** Keys of the Info.plist that a build generates from a setting of another name. */
const GENERATED: Readonly<Record<string, string>> = {
  CFBundleIdentifier: 'PRODUCT_BUNDLE_IDENTIFIER',
  CFBundleShortVersionString: 'MARKETING_VERSION',
  CFBundleVersion: 'CURRENT_PROJECT_VERSION',
};

/** Never throws. */
export function viewOf(workspace: Workspace, bundle: Bundle, configuration: BundleConfiguration): BundleView {
  const info = fileOf(workspace, configuration.infoPlist);
  let bundleId: string | undefined;
  /** What only signing fills in. */
  const signed = (written: string): string => {
    const team = configuration.setting('DEVELOPMENT_TEAM');
    const prefix = team ? `${team}.` : UNKNOWN_TEAM;
    return written
      .replace(/\$[({](?:TeamIdentifierPrefix|AppIdentifierPrefix)[)}]/g, prefix)
      .replace(/\$[({]CFBundleIdentifier[)}]/g, (whole) => bundleId ?? whole);
  };
  const text = (node: PlistNode | undefined): string | undefined => {
    const written = node?.string?.trim();
    if (written === undefined || !hasBuildVariable(written)) return written;
    const expanded = configuration.expand(signed(written));
    return expanded === undefined || hasBuildVariable(expanded) ? undefined : expanded;
  };
  const infoText = (key: string): string | undefined => {
    const node = info?.root.get(key);
    if (node) return text(node);
    if (info && !configuration.generatesInfoPlist && key !== 'CFBundleIdentifier') return undefined;
    return configuration.setting(GENERATED[key] ?? `INFOPLIST_KEY_${key}`);
  };
  bundleId = infoText('CFBundleIdentifier') || undefined;
  return {
    bundle,
    configuration,
    info,
    entitlements: fileOf(workspace, configuration.entitlements),
    bundleId,
    personalities: info ? personalitiesOf(info.root) : [],
    text,
    infoText,
    place: (setting) =>
      bundle.target?.configurations.find(({ name }) => name === configuration.name)?.place(setting),
  };
}

/** Stands for a team that is not known. No bundle id or group holds this character. */
const UNKNOWN_TEAM = '\uE000.';

/** A name without its team, so that `ABCDE12345.lamp` and `$(TeamIdentifierPrefix)lamp` may be the same. */
export function withoutTeam(name: string): string {
  return name.replace(/^(?:[A-Z0-9]{10}|\uE000)\./, 'TEAM.');
}

/** A name as a person may read it, with an unknown team written as the variable. */
export function shown(name: string): string {
  return name.replaceAll(UNKNOWN_TEAM, '$(TeamIdentifierPrefix)');
}

function fileOf(workspace: Workspace, uri: string | undefined): ViewFile | undefined {
  const document = uri === undefined ? undefined : workspace.document(uri);
  const root = document?.tree.root;
  return document && root?.kind === 'dict' ? { document, root } : undefined;
}

/** The view of another bundle in the same configuration; where it has none of that name, its first. */
export function siblingView(workspace: Workspace, view: BundleView, bundle: Bundle): BundleView | undefined {
  const configuration =
    bundle.configurations.find(({ name }) => name === view.configuration.name) ?? bundle.configurations[0];
  return configuration && viewOf(workspace, bundle, configuration);
}

/** Where a finding about the whole bundle stands: at a key of its Info.plist if it is there, else at the root. */
export function placeIn(file: ViewFile, key: string): PlistNode {
  return file.root.get(key) ?? file.root;
}

/** Strings of an entitlement that is an array, or one string; undefined when one of them is unknown. */
export function textsOf(view: BundleView, node: PlistNode | undefined): readonly string[] | undefined {
  if (!node) return [];
  const nodes = node.kind === 'array' ? node.items : [node];
  const texts = nodes.map((item) => view.text(item));
  return texts.some((text) => text === undefined) ? undefined : (texts as string[]);
}

/** A related place at a node of another file. */
export function related(document: PlistDocument, node: PlistNode, message: string) {
  const range: TextRange = {
    start: node.start,
    end: node.kind === 'dict' || node.kind === 'array' ? node.openEnd : node.end,
  };
  return { uri: document.uri, range, message };
}
