/** The schema files, which of them describes which kind of bundle, and the set that resolves their references. */
import app from '../../../schemas/app.schema.json' with { type: 'json' };
import cameraExtension from '../../../schemas/camera-extension.schema.json' with { type: 'json' };
import codelessKext from '../../../schemas/codeless-kext.schema.json' with { type: 'json' };
import common from '../../../schemas/common.schema.json' with { type: 'json' };
import dext from '../../../schemas/dext.schema.json' with { type: 'json' };
import dextPersonality from '../../../schemas/dext-personality.schema.json' with { type: 'json' };
import endpointSecurity from '../../../schemas/endpoint-security.schema.json' with { type: 'json' };
import entitlements from '../../../schemas/entitlements.schema.json' with { type: 'json' };
import kext from '../../../schemas/kext.schema.json' with { type: 'json' };
import kextPersonality from '../../../schemas/kext-personality.schema.json' with { type: 'json' };
import matchAudio from '../../../schemas/match-audio.schema.json' with { type: 'json' };
import matchGeneral from '../../../schemas/match-general.schema.json' with { type: 'json' };
import matchHid from '../../../schemas/match-hid.schema.json' with { type: 'json' };
import matchLegacyBus from '../../../schemas/match-legacy-bus.schema.json' with { type: 'json' };
import matchMedia from '../../../schemas/match-media.schema.json' with { type: 'json' };
import matchMerge from '../../../schemas/match-merge.schema.json' with { type: 'json' };
import matchNetwork from '../../../schemas/match-network.schema.json' with { type: 'json' };
import matchPci from '../../../schemas/match-pci.schema.json' with { type: 'json' };
import matchPlatform from '../../../schemas/match-platform.schema.json' with { type: 'json' };
import matchResources from '../../../schemas/match-resources.schema.json' with { type: 'json' };
import matchScsi from '../../../schemas/match-scsi.schema.json' with { type: 'json' };
import matchSerial from '../../../schemas/match-serial.schema.json' with { type: 'json' };
import matchUsbDevice from '../../../schemas/match-usb-device.schema.json' with { type: 'json' };
import matchUsbInterface from '../../../schemas/match-usb-interface.schema.json' with { type: 'json' };
import networkExtension from '../../../schemas/network-extension.schema.json' with { type: 'json' };
import systemExtension from '../../../schemas/system-extension.schema.json' with { type: 'json' };
import userClient from '../../../schemas/user-client.schema.json' with { type: 'json' };
import { createSchemaSet, type SchemaSet } from '../schema/set.ts';
import type { Schema } from '../schema/types.ts';
import type { BundleKind } from '../workspace/types.ts';

const files: { readonly [name: string]: unknown } = {
  'app.schema.json': app,
  'camera-extension.schema.json': cameraExtension,
  'codeless-kext.schema.json': codelessKext,
  'common.schema.json': common,
  'dext-personality.schema.json': dextPersonality,
  'dext.schema.json': dext,
  'endpoint-security.schema.json': endpointSecurity,
  'entitlements.schema.json': entitlements,
  'kext-personality.schema.json': kextPersonality,
  'kext.schema.json': kext,
  'match-audio.schema.json': matchAudio,
  'match-general.schema.json': matchGeneral,
  'match-hid.schema.json': matchHid,
  'match-legacy-bus.schema.json': matchLegacyBus,
  'match-media.schema.json': matchMedia,
  'match-merge.schema.json': matchMerge,
  'match-network.schema.json': matchNetwork,
  'match-pci.schema.json': matchPci,
  'match-platform.schema.json': matchPlatform,
  'match-resources.schema.json': matchResources,
  'match-scsi.schema.json': matchScsi,
  'match-serial.schema.json': matchSerial,
  'match-usb-device.schema.json': matchUsbDevice,
  'match-usb-interface.schema.json': matchUsbInterface,
  'network-extension.schema.json': networkExtension,
  'system-extension.schema.json': systemExtension,
  'user-client.schema.json': userClient,
};

const rootOfKind: { readonly [kind in BundleKind]?: string } = {
  dext: 'dext.schema.json',
  'codeless-dext': 'dext.schema.json',
  kext: 'kext.schema.json',
  'codeless-kext': 'codeless-kext.schema.json',
  'network-extension': 'network-extension.schema.json',
  'endpoint-security': 'endpoint-security.schema.json',
  'camera-extension': 'camera-extension.schema.json',
  'system-extension': 'system-extension.schema.json',
  app: 'app.schema.json',
  entitlements: 'entitlements.schema.json',
};

let built: SchemaSet | undefined;

/** All schema files with their references resolved. Built on first use; throws only when a reference leads nowhere. */
export function schemaSet(): SchemaSet {
  // test/unit/schemas/sound.test.ts looks for what else may be wrong.
  built ??= createSchemaSet(files as { readonly [name: string]: Schema }, true);
  return built;
}

/** The root schema for documents of a kind; undefined for `plist`, of whose keys we know nothing. */
export function schemaForKind(kind: BundleKind): Schema | undefined {
  const name = rootOfKind[kind];
  return name === undefined ? undefined : schemaSet().get(name);
}
