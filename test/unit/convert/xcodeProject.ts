/** A project file in the form in which Xcode writes one: an app with one source file and its entitlements. */

export interface Given {
  readonly entitlements?: string;
  /** Settings of the whole project. */
  readonly settings?: readonly string[];
  readonly sdk?: string;
}

export function xcodeProject({ entitlements, settings = [], sdk = 'macosx' }: Given = {}): string {
  const lines = (own: readonly string[]) => own.map((one) => `\t\t\t\t${one};\n`).join('');
  const configurations = (ids: readonly [string, string], own: readonly string[]) =>
    ['Debug', 'Release']
      .map(
        (name, i) => `\t\t${ids[i]} /* ${name} */ = {
			isa = XCBuildConfiguration;
			buildSettings = {
${lines(own)}			};
			name = ${name};
		};
`,
      )
      .join('');
  const list = (
    id: string,
    of: string,
    ids: readonly [string, string],
  ) => `\t\t${id} /* Build configuration list for ${of} */ = {
			isa = XCConfigurationList;
			buildConfigurations = (
				${ids[0]} /* Debug */,
				${ids[1]} /* Release */,
			);
			defaultConfigurationIsVisible = 0;
			defaultConfigurationName = Release;
		};
`;
  const project: [string, string] = ['A10000000000000000000031', 'A10000000000000000000032'];
  const target: [string, string] = ['A10000000000000000000041', 'A10000000000000000000042'];
  return `// !$*UTF8*$!
{
	archiveVersion = 1;
	classes = {
	};
	objectVersion = 56;
	objects = {

/* Begin PBXBuildFile section */
		A10000000000000000000001 /* Lamp App.swift in Sources */ = {isa = PBXBuildFile; fileRef = A10000000000000000000002 /* Lamp App.swift */; };
/* End PBXBuildFile section */

/* Begin PBXFileReference section */
		A10000000000000000000002 /* Lamp App.swift */ = {isa = PBXFileReference; lastKnownFileType = sourcecode.swift; path = "Lamp App.swift"; sourceTree = "<group>"; };
		A10000000000000000000003 /* Lamp.app */ = {isa = PBXFileReference; explicitFileType = wrapper.application; includeInIndex = 0; path = Lamp.app; sourceTree = BUILT_PRODUCTS_DIR; };
/* End PBXFileReference section */

/* Begin PBXGroup section */
		A10000000000000000000010 = {
			isa = PBXGroup;
			children = (
				A10000000000000000000011 /* Lamp */,
				A10000000000000000000012 /* Products */,
			);
			sourceTree = "<group>";
		};
		A10000000000000000000011 /* Lamp */ = {
			isa = PBXGroup;
			children = (
				A10000000000000000000002 /* Lamp App.swift */,
			);
			path = Lamp;
			sourceTree = "<group>";
		};
		A10000000000000000000012 /* Products */ = {
			isa = PBXGroup;
			children = (
				A10000000000000000000003 /* Lamp.app */,
			);
			name = Products;
			sourceTree = "<group>";
		};
/* End PBXGroup section */

/* Begin PBXNativeTarget section */
		A10000000000000000000020 /* Lamp */ = {
			isa = PBXNativeTarget;
			buildConfigurationList = A10000000000000000000040 /* Build configuration list for PBXNativeTarget "Lamp" */;
			buildPhases = (
				A10000000000000000000021 /* Sources */,
			);
			buildRules = (
			);
			dependencies = (
			);
			name = Lamp;
			productName = Lamp;
			productReference = A10000000000000000000003 /* Lamp.app */;
			productType = "com.apple.product-type.application";
		};
/* End PBXNativeTarget section */

/* Begin PBXProject section */
		A10000000000000000000000 /* Project object */ = {
			isa = PBXProject;
			attributes = {
				LastUpgradeCheck = 1500;
			};
			buildConfigurationList = A10000000000000000000030 /* Build configuration list for PBXProject "Lamp" */;
			compatibilityVersion = "Xcode 14.0";
			mainGroup = A10000000000000000000010;
			productRefGroup = A10000000000000000000012 /* Products */;
			projectDirPath = "";
			projectRoot = "";
			targets = (
				A10000000000000000000020 /* Lamp */,
			);
		};
/* End PBXProject section */

/* Begin PBXSourcesBuildPhase section */
		A10000000000000000000021 /* Sources */ = {
			isa = PBXSourcesBuildPhase;
			buildActionMask = 2147483647;
			files = (
				A10000000000000000000001 /* Lamp App.swift in Sources */,
			);
			runOnlyForDeploymentPostprocessing = 0;
		};
/* End PBXSourcesBuildPhase section */

/* Begin XCBuildConfiguration section */
${configurations(project, settings)}${configurations(target, [
  ...(entitlements === undefined ? [] : [`CODE_SIGN_ENTITLEMENTS = ${entitlements}`]),
  'GENERATE_INFOPLIST_FILE = YES',
  'PRODUCT_BUNDLE_IDENTIFIER = "com.acme.$(PRODUCT_NAME:lower)"',
  'PRODUCT_NAME = "$(TARGET_NAME)"',
  `SDKROOT = ${sdk}`,
])}/* End XCBuildConfiguration section */

/* Begin XCConfigurationList section */
${list('A10000000000000000000030', 'PBXProject "Lamp"', project)}${list('A10000000000000000000040', 'PBXNativeTarget "Lamp"', target)}/* End XCConfigurationList section */
	};
	rootObject = A10000000000000000000000 /* Project object */;
}
`;
}
