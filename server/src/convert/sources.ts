/** The C++ of a dext's class: the interface file and the implementation. */
import type { Family } from './families.ts';

export interface DextClass {
  readonly name: string;
  readonly family: Family;
  /** Methods must be written; else the class stays empty. */
  readonly needsCode: boolean;
  /** Kernel class that it takes the place of, for the comment. */
  readonly replaces: string | undefined;
  /** Class of the user client, when the driver has one. */
  readonly userClient: string | undefined;
}

const driverKitHeader = (base: string) => (base === 'IOService' ? 'DriverKit/IOService.iig' : undefined);

/** `Name.iig` */
export function interfaceFile(one: DextClass): string {
  const { name, family } = one;
  const header = driverKitHeader(family.baseClass) ?? family.header;
  const lines = [
    `// ${name}: ${family.title}. ${family.description}`,
    ...(one.replaces
      ? [`// Takes the place of the kernel class ${one.replaces.replace(/[^\w.$(){}:-]/g, '?')}.`]
      : []),
    `#ifndef ${name}_h`,
    `#define ${name}_h`,
    '',
    '#include <Availability.h>',
    `#include <${header}>`,
    '',
  ];
  if (!one.needsCode) {
    lines.push(
      '// Empty on purpose: the base class does all the work. The class exists so that the',
      '// personality has a name of yours in IOUserClass.',
      `class ${name} : public ${family.baseClass}`,
      '{',
      '};',
    );
  } else {
    if (one.userClient) lines.push('class IOUserClient;', '');
    lines.push(`class ${name} : public ${family.baseClass}`, '{', 'public:', ...declarations(one), '};');
  }
  lines.push('', `#endif /* ${name}_h */`, '');
  return lines.join('\n');
}

function declarations({ family, userClient }: DextClass): string[] {
  const lines = [
    '    virtual bool init() override;',
    '    virtual void free() override;',
    '    virtual kern_return_t Start(IOService * provider) override;',
    '    virtual kern_return_t Stop(IOService * provider) override;',
  ];
  if (userClient)
    lines.push(
      '    virtual kern_return_t NewUserClient(uint32_t type, IOUserClient ** userClient) override;',
    );
  const own = family.methods.filter(({ name, uses }) => name !== 'Start' && name !== 'Stop' && !uses);
  const declared = own.filter(({ declaration }) => declaration !== undefined);
  if (declared.length > 0) lines.push('', '    // The work of the driver.');
  for (const { declaration } of declared) lines.push(`    virtual ${declaration} override;`);
  const rest = own.filter(({ declaration }) => declaration === undefined);
  if (rest.length > 0) {
    lines.push('', `    // Still to declare, with the signatures of <${family.header}>:`);
    for (const { name, what } of rest) lines.push(`    //   ${name}: ${what}`);
  }
  return lines;
}

/** `Name.cpp` */
export function implementationFile(one: DextClass): string {
  const { name, family, userClient, replaces } = one;
  const head = [`// ${name}: see ${name}.iig.`];
  if (!one.needsCode) {
    return [...head, '#include <DriverKit/DriverKit.h>', '', `#include "${name}.h"`, ''].join('\n');
  }
  const declared = family.methods.filter(({ declaration }) => declaration !== undefined);
  const nub = NUBS[family.value];
  return [
    ...head,
    '#include <os/log.h>',
    '#include <DriverKit/DriverKit.h>',
    '#include <DriverKit/IOLib.h>',
    ...(userClient ? ['#include <DriverKit/IOUserClient.h>', '#include <DriverKit/OSDictionary.h>'] : []),
    ...(nub ? [`#include <${family.header.replace(/\.iig$/, '.h')}>`] : []),
    '',
    `#include "${name}.h"`,
    '',
    `struct ${name}_IVars`,
    '{',
    nub ? `    ${nub.nub} * device;` : '    // What the driver keeps: provider, queues, actions.',
    '};',
    '',
    `bool ${name}::init()`,
    '{',
    '    if (!super::init()) {',
    '        return false;',
    '    }',
    `    ivars = IONewZero(${name}_IVars, 1);`,
    '    return ivars != nullptr;',
    '}',
    '',
    `void ${name}::free()`,
    '{',
    ...(nub ? ['    if (ivars != nullptr) {', '        OSSafeReleaseNULL(ivars->device);', '    }'] : []),
    `    IOSafeDeleteNULL(ivars, ${name}_IVars, 1);`,
    '    super::free();',
    '}',
    '',
    `kern_return_t IMPL(${name}, Start)`,
    '{',
    '    kern_return_t result = Start(provider, SUPERDISPATCH);',
    '    if (result != kIOReturnSuccess) {',
    `        os_log(OS_LOG_DEFAULT, "${name}: Start: 0x%08x", result);`,
    '        return result;',
    '    }',
    ...(nub ? opening(name, nub) : []),
    `    // Set the device up here${replaces === undefined ? '' : ', as the kext did in its start()'}.`,
    ...helpers(family),
    '    return RegisterService();',
    '}',
    '',
    `kern_return_t IMPL(${name}, Stop)`,
    '{',
    `    // Cancel what is under way first${replaces === undefined ? '' : ', as the kext did in its stop()'}.`,
    ...(nub
      ? ['    if (ivars->device != nullptr) {', '        ivars->device->Close(this, 0);', '    }']
      : []),
    '    return Stop(provider, SUPERDISPATCH);',
    '}',
    ...(userClient ? newUserClient(name) : []),
    ...declared.flatMap((method) => methodBody(name, method.declaration!, method.what)),
    '',
  ].join('\n');
}

interface OpenedNub {
  readonly nub: string;
  /** Arguments of its Open. */
  readonly open: string;
}

/** Families whose driver opens its provider by itself: `Open` of the providers’ headers. */
const NUBS: Readonly<Record<string, OpenedNub>> = {
  'usb-device': { nub: 'IOUSBHostDevice', open: 'this, 0, 0' },
  'usb-interface': { nub: 'IOUSBHostInterface', open: 'this, 0, 0' },
  pci: { nub: 'IOPCIDevice', open: 'this, 0' },
};

function opening(name: string, { nub, open }: OpenedNub): string[] {
  return [
    `    ivars->device = OSDynamicCast(${nub}, provider);`,
    '    if (ivars->device == nullptr) {',
    '        Stop(provider, SUPERDISPATCH);',
    '        return kIOReturnNoDevice;',
    '    }',
    '    ivars->device->retain();',
    `    result = ivars->device->Open(${open});`,
    '    if (result != kIOReturnSuccess) {',
    `        os_log(OS_LOG_DEFAULT, "${name}: Open: 0x%08x", result);`,
    '        // So that Stop closes nothing that is not open.',
    '        OSSafeReleaseNULL(ivars->device);',
    '        Stop(provider, SUPERDISPATCH);',
    '        return result;',
    '    }',
  ];
}

/** What the driver calls and makes, for the comment where it does. */
function helpers({ methods, framework }: Family): string[] {
  const used = methods.filter(({ uses }) => uses);
  if (used.length === 0) return [];
  return [
    `    // What ${framework} has for it:`,
    ...used.map(({ name, what }) => `    //   ${name}: ${what}`),
  ];
}

function newUserClient(name: string): string[] {
  return [
    '',
    `kern_return_t IMPL(${name}, NewUserClient)`,
    '{',
    '    // The personality’s UserClientProperties names both classes of the client.',
    '    IOService * client = nullptr;',
    '    kern_return_t result = Create(this, "UserClientProperties", &client);',
    '    if (result != kIOReturnSuccess) {',
    '        return result;',
    '    }',
    '    *userClient = OSDynamicCast(IOUserClient, client);',
    '    if (*userClient == nullptr) {',
    '        client->release();',
    '        return kIOReturnError;',
    '    }',
    '    return kIOReturnSuccess;',
    '}',
  ];
}

/** A body that says at run time that it is not written yet, so that nothing seems to work. */
function methodBody(className: string, declaration: string, what: string): string[] {
  const split = /^(.*?)\s*([A-Za-z_]\w*)\((.*)\)$/.exec(declaration);
  if (!split) return [];
  const [, type = 'void', method = '', parameters = ''] = split;
  const result =
    type === 'kern_return_t'
      ? 'kIOReturnUnsupported'
      : type === 'bool'
        ? 'super::handleStart(provider)'
        : type === 'void'
          ? undefined
          : 'nullptr';
  return [
    '',
    `${type.endsWith('*') ? type : `${type} `}${className}::${method}(${parameters})`,
    '{',
    `    // ${what}`,
    ...(result === undefined ? [] : [`    return ${result};`]),
    '}',
  ];
}

/** Interface and implementation of a user client. */
export function userClientFiles(name: string): { readonly iig: string; readonly cpp: string } {
  return {
    iig: [
      `// ${name}: what an app gets when it opens the driver.`,
      `#ifndef ${name}_h`,
      `#define ${name}_h`,
      '',
      '#include <Availability.h>',
      '#include <DriverKit/IOUserClient.iig>',
      '',
      `class ${name} : public IOUserClient`,
      '{',
      'public:',
      '    virtual kern_return_t ExternalMethod(uint64_t selector,',
      '                                         IOUserClientMethodArguments * arguments,',
      '                                         const IOUserClientMethodDispatch * dispatch,',
      '                                         OSObject * target,',
      '                                         void * reference) override;',
      '};',
      '',
      `#endif /* ${name}_h */`,
      '',
    ].join('\n'),
    cpp: [
      `// ${name}: see ${name}.iig.`,
      '#include <DriverKit/DriverKit.h>',
      '',
      `#include "${name}.h"`,
      '',
      `kern_return_t ${name}::ExternalMethod(uint64_t selector,`,
      '    IOUserClientMethodArguments * arguments,',
      '    const IOUserClientMethodDispatch * dispatch,',
      '    OSObject * target,',
      '    void * reference)',
      '{',
      '    // One case for each method that the kernel user client had. Check every argument: apps are not trusted.',
      '    return kIOReturnBadArgument;',
      '}',
      '',
    ].join('\n'),
  };
}
