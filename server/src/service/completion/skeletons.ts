/** Whole files for an empty document: one for each kind of bundle, legal as they stand but for the names. */
import { CompletionItemKind } from 'vscode-languageserver-types';
import type { Place } from './context.ts';
import type { Proposal } from './items.ts';

const PROLOG = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
  '',
].join('\n');

/** Keys that each bundle of code begins with, as Xcode's templates have them. */
const BUNDLE_KEYS = `	<key>CFBundleDevelopmentRegion</key>
	<string>\\$(DEVELOPMENT_LANGUAGE)</string>
	<key>CFBundleExecutable</key>
	<string>\\$(EXECUTABLE_NAME)</string>
`;

const identity = (type: string): string => `	<key>CFBundleIdentifier</key>
	<string>\\$(PRODUCT_BUNDLE_IDENTIFIER)</string>
	<key>CFBundleInfoDictionaryVersion</key>
	<string>6.0</string>
	<key>CFBundleName</key>
	<string>\\$(PRODUCT_NAME)</string>
	<key>CFBundlePackageType</key>
	<string>${type}</string>
	<key>CFBundleShortVersionString</key>
	<string>1.0</string>
	<key>CFBundleVersion</key>
	<string>1</string>
`;

const dextPersonality = (
  name: string,
  userClass: string,
  superclass: string,
): string => `	<key>IOKitPersonalities</key>
	<dict>
		<key>\${1:${name}}</key>
		<dict>
			<key>CFBundleIdentifier</key>
			<string>\\$(PRODUCT_BUNDLE_IDENTIFIER)</string>
			<key>CFBundleIdentifierKernel</key>
			<string>com.apple.kpi.iokit</string>
			<key>IOClass</key>
			<string>${superclass}</string>
			<key>IOProviderClass</key>
			<string>IOUSBHostInterface</string>
			<key>IOUserClass</key>
			<string>${userClass}</string>
			<key>IOUserServerName</key>
			<string>\\$(PRODUCT_BUNDLE_IDENTIFIER)</string>
			<key>bConfigurationValue</key>
			<integer>\${2:1}</integer>
			<key>bInterfaceNumber</key>
			<integer>\${3:0}</integer>
			<key>idProduct</key>
			<integer>\${4:1}</integer>
			<key>idVendor</key>
			<integer>\${5:1452}</integer>
		</dict>
	</dict>
`;

const KEXT_PERSONALITY = `	<key>IOKitPersonalities</key>
	<dict>
		<key>\${1:MyDriver}</key>
		<dict>
			<key>CFBundleIdentifier</key>
			<string>\\$(PRODUCT_BUNDLE_IDENTIFIER)</string>
			<key>IOClass</key>
			<string>\${2:com_example_MyDriver}</string>
			<key>IOProviderClass</key>
			<string>\${3:IOPCIDevice}</string>
			<key>IOPCIMatch</key>
			<string>\${4:0x00011234}</string>
		</dict>
	</dict>
	<key>OSBundleLibraries</key>
	<dict>
		<key>com.apple.iokit.IOPCIFamily</key>
		<string>2.9</string>
		<key>com.apple.kpi.iokit</key>
		<string>\${5:20.0}</string>
		<key>com.apple.kpi.libkern</key>
		<string>\${5:20.0}</string>
	</dict>
`;

const CODELESS_KEXT_PERSONALITY = `	<key>IOKitPersonalities</key>
	<dict>
		<key>\${1:MyDevice}</key>
		<dict>
			<key>CFBundleIdentifier</key>
			<string>\${2:com.apple.driver.AppleUSBMergeNub}</string>
			<key>IOClass</key>
			<string>\${3:AppleUSBMergeNub}</string>
			<key>IOProviderClass</key>
			<string>IOUSBHostInterface</string>
			<key>IOProviderMergeProperties</key>
			<dict>
				$0
			</dict>
			<key>bConfigurationValue</key>
			<integer>\${4:1}</integer>
			<key>bInterfaceNumber</key>
			<integer>\${5:0}</integer>
			<key>idProduct</key>
			<integer>\${6:1}</integer>
			<key>idVendor</key>
			<integer>\${7:1452}</integer>
		</dict>
	</dict>
`;

const ENTITLEMENTS = `	<key>com.apple.developer.driverkit</key>
	<true/>
	<key>com.apple.developer.driverkit.transport.usb</key>
	<array>
		<dict>
			<key>idVendor</key>
			<integer>\${1:1452}</integer>
		</dict>
	</array>
`;

/** Begins with what every app group of the team begins with. */
const SERVICE = '\\$(TeamIdentifierPrefix)\\$(PRODUCT_BUNDLE_IDENTIFIER)';

const usage = (text: string): string => `	<key>NSSystemExtensionUsageDescription</key>
	<string>\${9:${text}}</string>
`;

const NETWORK_EXTENSION = `	<key>NetworkExtension</key>
	<dict>
		<key>NEMachServiceName</key>
		<string>${SERVICE}</string>
		<key>NEProviderClasses</key>
		<dict>
			<key>com.apple.networkextension.\${1|filter-data,filter-packet,packet-tunnel,app-proxy,dns-proxy|}</key>
			<string>\\$(PRODUCT_MODULE_NAME).\${2:FilterDataProvider}</string>
		</dict>
	</dict>
`;

const APP_ENTITLEMENTS = `	<key>com.apple.developer.driverkit.userclient-access</key>
	<array>
		<string>\${1:com.example.app.driver}</string>
	</array>
	<key>com.apple.developer.system-extension.install</key>
	<true/>
`;

interface Skeleton {
  readonly label: string;
  readonly detail: string;
  /** Lines between `<dict>` and `</dict>`, each indented by one step. */
  readonly body: string;
}

export const SKELETONS: readonly Skeleton[] = [
  {
    label: 'dext',
    detail: 'Info.plist of a DriverKit extension',
    body: `${BUNDLE_KEYS}${identity('\\$(PRODUCT_BUNDLE_PACKAGE_TYPE)')}${dextPersonality('MyDriver', '${6:MyDriver}', 'IOUserService')}	<key>OSBundleUsageDescription</key>
	<string>\${7:Drives the device.}</string>
`,
  },
  {
    label: 'codeless dext',
    detail: 'Info.plist of a DriverKit extension that needs no code of yours',
    body: `${BUNDLE_KEYS}${identity('DEXT')}${dextPersonality('MyDevice', 'IOService', 'IOUserService')}	<key>OSBundleUsageDescription</key>
	<string>\${6:Claims the device.}</string>
`,
  },
  {
    label: 'kext',
    detail: 'Info.plist of a kernel extension',
    body: `${BUNDLE_KEYS}${identity('KEXT')}${KEXT_PERSONALITY}`,
  },
  {
    label: 'codeless kext',
    detail: 'Info.plist of a kernel extension that has personalities only',
    body: `${identity('KEXT').replace('1.0</string>', '1.0.0</string>')}${CODELESS_KEXT_PERSONALITY}`,
  },
  {
    label: 'network extension',
    detail: 'Info.plist of a network system extension',
    body: `${BUNDLE_KEYS}${identity('\\$(PRODUCT_BUNDLE_PACKAGE_TYPE)')}${usage('Filters the network traffic.')}${NETWORK_EXTENSION}`,
  },
  {
    label: 'endpoint-security extension',
    detail: 'Info.plist of an endpoint-security system extension',
    body: `${BUNDLE_KEYS}${identity('\\$(PRODUCT_BUNDLE_PACKAGE_TYPE)')}	<key>NSEndpointSecurityMachServiceName</key>
	<string>${SERVICE}</string>
${usage('Watches what programs do.')}`,
  },
  {
    label: 'camera extension',
    detail: 'Info.plist of a camera system extension',
    body: `${BUNDLE_KEYS}${identity('\\$(PRODUCT_BUNDLE_PACKAGE_TYPE)')}	<key>CMIOExtension</key>
	<dict>
		<key>CMIOExtensionMachServiceName</key>
		<string>${SERVICE}</string>
	</dict>
${usage('Offers a camera.')}`,
  },
  { label: 'entitlements', detail: 'Entitlements of a DriverKit extension', body: ENTITLEMENTS },
  {
    label: 'app entitlements',
    detail: 'Entitlements of an app that carries a driver or a system extension',
    body: APP_ENTITLEMENTS,
  },
  { label: 'plist', detail: 'An empty property list', body: '\t$0\n' },
];

/** The skeletons for a document that holds nothing, or nothing but its prolog. */
export function skeletonProposals(place: Extract<Place, { at: 'empty-document' }>): Proposal[] {
  const typed = place.token.typed.startsWith('<') ? '<' : '';
  return SKELETONS.map(({ label, detail, body }, index) => ({
    label,
    detail,
    kind: CompletionItemKind.File,
    snippet: `${place.hasProlog ? '' : PROLOG}<plist version="1.0">\n<dict>\n${body}</dict>\n</plist>\n`,
    filter: `${typed}${label}`,
    sort: String(index),
    documentation: () => undefined,
  }));
}
