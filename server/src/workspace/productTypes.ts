/**
 * What Xcode assumes of a product by its type, where a project says nothing.
 * Figures: swiftlang/swift-build Sources/SWBApplePlatform/Specs/DarwinProductTypes.xcspec:86-108,430-463,
 * DarwinPackageTypes.xcspec:23,42,114,177-186, KernelExtension.xcspec:21.
 */
import type { SettingsLevel } from './buildSettings.ts';

interface ProductType {
  /** Suffix of the product's folder. */
  readonly wrapper: 'app' | 'dext' | 'systemextension' | 'kext' | 'appex';
  readonly packageType: string;
  /** Driver and system extensions are named by their bundle id. */
  readonly namedById: boolean;
}

const PRODUCT_TYPES: readonly [RegExp, ProductType][] = [
  [/^com\.apple\.product-type\.driver-extension$/, { wrapper: 'dext', packageType: 'DEXT', namedById: true }],
  [
    /^com\.apple\.product-type\.system-extension$/,
    { wrapper: 'systemextension', packageType: 'SYSX', namedById: true },
  ],
  [/^com\.apple\.product-type\.kernel-extension/, { wrapper: 'kext', packageType: 'KEXT', namedById: false }],
  [/^com\.apple\.product-type\.application$/, { wrapper: 'app', packageType: 'APPL', namedById: false }],
  [/^com\.apple\.product-type\.app-extension/, { wrapper: 'appex', packageType: 'XPC!', namedById: false }],
];

/** The wrapper and package type of a product type; undefined for those that carry no driver. */
export function productTypeOf(identifier: string | undefined): ProductType | undefined {
  return PRODUCT_TYPES.find(([pattern]) => identifier !== undefined && pattern.test(identifier))?.[1];
}

/** The lowest level of settings of a target. */
export function defaultSettings(
  productType: string | undefined,
  known: Readonly<Record<'TARGET_NAME' | 'PROJECT_NAME' | 'CONFIGURATION' | 'SRCROOT', string>>,
): SettingsLevel {
  const type = productTypeOf(productType);
  const settings = new Map<string, string>([
    ...Object.entries(known),
    ['TARGETNAME', '$(TARGET_NAME)'],
    ['PROJECT_DIR', '$(SRCROOT)'],
    ['SOURCE_ROOT', '$(SRCROOT)'],
    ['PRODUCT_NAME', type?.namedById ? '$(PRODUCT_BUNDLE_IDENTIFIER)' : '$(TARGET_NAME)'],
    ['PRODUCT_MODULE_NAME', '$(PRODUCT_NAME:c99extidentifier)'],
    ['EXECUTABLE_NAME', '$(PRODUCT_NAME)'],
    ['DEVELOPMENT_LANGUAGE', 'en'],
  ]);
  if (type) {
    settings.set('PRODUCT_BUNDLE_PACKAGE_TYPE', type.packageType);
    settings.set('WRAPPER_EXTENSION', type.wrapper);
    settings.set('WRAPPER_NAME', '$(PRODUCT_NAME).$(WRAPPER_EXTENSION)');
    settings.set(
      'CONTENTS_FOLDER_PATH',
      type.wrapper === 'dext' ? '$(WRAPPER_NAME)' : '$(WRAPPER_NAME)/Contents',
    );
    settings.set('SYSTEM_EXTENSIONS_FOLDER_PATH', '$(CONTENTS_FOLDER_PATH)/Library/SystemExtensions');
  }
  return settings;
}
