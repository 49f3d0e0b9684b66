/** Texts that fuzzing starts from: a few of our own, and the corpus beside the project where it is. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeBinaryPlist } from '../../server/src/plist/binary.ts';
import { parsePlist } from '../../server/src/plist/parse.ts';

const corpus = path.join(import.meta.dirname, '../..', '../shared/corpus');

/** False on a machine without the corpus: the seeds of our own are all there is. */
export const hasCorpus = existsSync(path.join(corpus, 'index.json'));

interface Row {
  readonly file: string;
  readonly format: string;
  readonly category: string;
  readonly bytes: number;
}

const rows: readonly Row[] = hasCorpus
  ? (JSON.parse(readFileSync(path.join(corpus, 'index.json'), 'utf8')) as Row[])
  : [];

/** Bytes of corpus files that fit, at most `limit` of them, spread over the whole of it. */
export function corpusBytes(fits: (row: Row) => boolean, limit = 80): Uint8Array[] {
  const fitting = rows.filter((row) => row.bytes > 0 && row.bytes < 12_000 && fits(row));
  const step = Math.max(1, Math.ceil(fitting.length / limit));
  return fitting
    .filter((_, i) => i % step === 0)
    .map(({ file }) => new Uint8Array(readFileSync(path.join(corpus, file))));
}

export function corpusTexts(fits: (row: Row) => boolean, limit = 80): string[] {
  return corpusBytes(fits, limit).map((bytes) => Buffer.from(bytes).toString('utf8'));
}

/** The beginning of a real dump, cut at a line. */
export function dumpText(): string[] {
  const file = path.join(corpus, 'registry/MacBook9,1.ioreg.txt');
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return [0, 200_000, 400_000].map((at) => {
    const start = text.indexOf('\n+-o', at) >= 0 ? text.indexOf('\n', at) + 1 : 0;
    return text.slice(start, start + 9000);
  });
}

const header =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n';

export const DEXT = `${header}<dict>
	<key>CFBundleIdentifier</key>
	<string>com.example.LampDriver</string>
	<key>CFBundlePackageType</key>
	<string>DEXT</string>
	<key>CFBundleVersion</key>
	<string>1.2.3b4</string>
	<key>OSBundleUsageDescription</key>
	<string>Lets your Mac use a lamp &amp; a fan.</string>
	<key>IOKitPersonalities</key>
	<dict>
		<!-- one of two -->
		<key>Lamp</key>
		<dict>
			<key>CFBundleIdentifierKernel</key>
			<string>com.apple.kpi.iokit</string>
			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOProviderClass</key>
			<string>IOUSBHostInterface</string>
			<key>IOUserClass</key>
			<string>LampDriver</string>
			<key>IOUserServerName</key>
			<string>$(PRODUCT_BUNDLE_IDENTIFIER)</string>
			<key>bConfigurationValue</key>
			<integer>1</integer>
			<key>bInterfaceNumber</key>
			<string>*</string>
			<key>idProduct</key>
			<integer>0x2ea</integer>
			<key>idVendor</key>
			<integer>1118</integer>
		</dict>
		<key>Card</key>
		<dict>
			<key>IOClass</key>
			<string>IOUserService</string>
			<key>IOProviderClass</key>
			<string>IOPCIDevice</string>
			<key>IOPCIMatch</key>
			<string>0x12348086&amp;0xffffffff 0x56781022</string>
			<key>IOUserServerName</key>
			<string>com.example.LampDriver</string>
			<key>IOUserClass</key>
			<string>CardDriver</string>
			<key>IOProbeScore</key>
			<integer>100</integer>
		</dict>
	</dict>
</dict>
</plist>
`;

export const KEXT = `${header}<dict>
	<key>CFBundleIdentifier</key>
	<string>com.example.Hid</string>
	<key>CFBundlePackageType</key>
	<string>KEXT</string>
	<key>CFBundleExecutable</key>
	<string>Hid</string>
	<key>CFBundleVersion</key>
	<string>1.0</string>
	<key>OSBundleLibraries</key>
	<dict>
		<key>com.apple.kpi.iokit</key>
		<string>9.0.0</string>
	</dict>
	<key>IOKitPersonalities</key>
	<dict>
		<key>Hid</key>
		<dict>
			<key>CFBundleIdentifier</key>
			<string>com.example.Hid</string>
			<key>IOClass</key>
			<string>HidDriver</string>
			<key>IOProviderClass</key>
			<string>IOHIDInterface</string>
			<key>VendorID</key>
			<integer>1452</integer>
			<key>DeviceUsagePairs</key>
			<array>
				<dict>
					<key>DeviceUsage</key>
					<integer>6</integer>
					<key>DeviceUsagePage</key>
					<integer>1</integer>
				</dict>
			</array>
		</dict>
	</dict>
</dict>
</plist>
`;

export const ENTITLEMENTS = `${header}<dict>
	<key>com.apple.developer.driverkit</key>
	<true/>
	<key>com.apple.developer.driverkit.transport.usb</key>
	<array>
		<dict>
			<key>idVendor</key>
			<integer>1118</integer>
		</dict>
	</array>
</dict>
</plist>
`;

/** Driver plists: ours, and those of the corpus. */
export const driverTexts = [
  DEXT,
  KEXT,
  ENTITLEMENTS,
  ...corpusTexts((row) => row.format === 'xml' && row.category !== 'plist', 140),
];

/** Kexts: ours, and those of the corpus. */
export const kextTexts = [
  KEXT,
  ...corpusTexts((row) => row.format === 'xml' && row.category === 'kext', 140),
];

export const xmlTexts = [
  ...driverTexts,
  ...corpusTexts((row) => row.format === 'xml' && row.category === 'plist'),
];

export const binaryFiles = [
  writeBinaryPlist(parsePlist(DEXT).root!.value()!),
  ...corpusBytes((row) => row.format === 'binary'),
];

/** A property list in the frame of a signature. */
export const profiles = [
  new Uint8Array([
    ...[0x30, 0x82, 1, 0, 4],
    ...new TextEncoder().encode(
      '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>Name</key><string>Lamp</string><key>Entitlements</key><dict><key>application-identifier</key><string>ABCDE12345.com.acme.*</string><key>com.apple.developer.driverkit</key><true/></dict></dict></plist>',
    ),
    ...[0, 0xff, 0x30],
  ]),
];

export const openStepTexts = [
  '{ a = b; "c d" = ( 1, "x\\"y", <0fbd 77>, ); /* e */ f = { g = h; }; }\n// end\n',
  '"key" = "value";\n"k2" = v2;\n',
  ...corpusTexts((row) => row.format === 'openstep'),
];

export const jsonTexts = [
  '{ "a": [1, -2.5e3, true, null, "x\\u0041"], "b": {} }',
  '{ "rules": { "kext/*": "warning", "dext/missing-user-class": "off" }, "kinds": { "**/Info.plist": "kext" }, "ignore": ["build/**"], "schemas": { "kext": "my.schema.json" }, "registry": "dump.txt" }',
  '{"SPUSBDataType":[{"_name":"USB31Bus","_items":[{"_name":"Lamp","vendor_id":"0x045e","product_id":"0x02ea"}]}],"SPPCIDataType":[{"_name":"Card","sppci_vendor-id":"0x8086"}]}',
  ...corpusTexts((row) => row.format === 'json'),
];

export const projectTexts = [
  '// !$*UTF8*$!\n{ archiveVersion = 1; objectVersion = 56; objects = { A1 = { isa = PBXProject; buildConfigurationList = C1; mainGroup = G1; targets = ( T1, ); }; T1 = { isa = PBXNativeTarget; buildConfigurationList = C1; buildPhases = ( P1, ); dependencies = ( ); name = Lamp; productReference = F1; productType = "com.apple.product-type.driver-extension"; }; C1 = { isa = XCConfigurationList; buildConfigurations = ( B1, ); }; B1 = { isa = XCBuildConfiguration; baseConfigurationReference = F2; buildSettings = { INFOPLIST_FILE = "Lamp/Info.plist"; PRODUCT_NAME = "$(TARGET_NAME:c99extidentifier)"; }; name = Debug; }; G1 = { isa = PBXGroup; children = ( F1, F2, G1, ); sourceTree = "<group>"; }; F1 = { isa = PBXFileReference; path = Lamp.dext; sourceTree = BUILT_PRODUCTS_DIR; }; F2 = { isa = PBXFileReference; path = a.xcconfig; sourceTree = "<group>"; }; P1 = { isa = PBXCopyFilesBuildPhase; dstPath = "$(SYSTEM_EXTENSIONS_FOLDER_PATH)"; dstSubfolderSpec = 16; files = ( ); }; }; rootObject = A1; }\n',
  ...corpusTexts((row) => row.format === 'openstep(pbxproj)'),
];

export const xcconfigTexts = [
  '#include "base.xcconfig"\n#include? "maybe.xcconfig"\nPRODUCT_NAME = $(TARGET_NAME) // x\nARCHS[sdk=macosx*][arch=arm64] = $(inherited) arm64;\nA = $(B:lower)\nB = $(A)${C:default=$(D)}\n',
  ...corpusTexts((row) => row.format === 'xcconfig'),
];

export const specTexts = [
  'name: Lamp\ninclude:\n  - base.yml\ntargets:\n  Lamp:\n    type: driver-extension\n    platform: macOS\n    settings:\n      base: { INFOPLIST_FILE: Lamp/Info.plist }\n    dependencies:\n      - target: &a Other\n      - *a\n',
  ...corpusTexts((row) => row.format === 'yaml'),
];

export const iigTexts = [
  '#include <DriverKit/IOService.iig>\n/* class No : public X */\nclass LampDriver: public IOUSBHostInterface // c\n{\npublic:\n  virtual bool init() override;\n  virtual kern_return_t Start(IOService * provider) override LOCALONLY;\n};\nclass KERNEL IOThing : public OSObject { };\nstruct S { class Inner : public Outer {}; };\n',
];

export const dumpTexts = [
  '+-o Root  <class IORegistryEntry, id 0x100000100, retain 14>\n  +-o lamp@14100000  <class IOUSBHostDevice, id 0x100000101, registered, matched, active, busy 0 (1 ms), retain 9>\n  | {\n  |   "idVendor" = 1118\n  |   "idProduct" = 746\n  |   "blob" = <0011ff>\n  |   "d" = {"a"=(1,2,"x"),"b"=Yes,"c"=No}\n  |   "IOGeneralInterest" = "IOCommand is not serializable"\n  | }\n  | \n  +-o b  <class IOPCIDevice, id 0x100000102>\n',
  `${header}<dict><key>IORegistryEntryName</key><string>Root</string><key>IOObjectClass</key><string>IORegistryEntry</string><key>IORegistryEntryID</key><integer>4294967552</integer><key>IORegistryEntryChildren</key><array><dict><key>IOObjectClass</key><string>IOUSBHostDevice</string><key>idVendor</key><integer>1118</integer><key>IORegistryEntryChildren</key><array/></dict></array></dict></plist>`,
  jsonTexts[2]!,
  ...dumpText(),
];

/** Headers of executables: fat and thin, 32 and 64 bits, both byte orders. */
export const machoFiles = [
  [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2, 1, 0, 0, 7, 0, 0, 0, 3, ...Array(12).fill(0), 1, 0, 0, 12, 0, 0, 0, 2],
  [0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1, 3, 0, 0, 0, 2, 0, 0, 0],
  [0xfe, 0xed, 0xfa, 0xce, 0, 0, 0, 18, 0, 0, 0, 0],
].map((bytes) => Uint8Array.from([...bytes, ...Array(24).fill(0)]));
