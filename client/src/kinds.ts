/** The kinds of bundle in a person's words. */
import { l10n } from 'vscode';
import type { BundleKind } from '../../server/src/lsp/messages.ts';

export interface KindWords {
  /** A name of few words, for the status bar. */
  readonly label: string;
  /** One line, for a list to choose from. */
  readonly description: string;
}

/** Every kind, in the order of a list to choose from. */
export function kindWords(): Readonly<Record<BundleKind, KindWords>> {
  return {
    dext: {
      label: l10n.t('Driver Extension'),
      description: l10n.t('DriverKit extension (.dext) with code of its own'),
    },
    'codeless-dext': {
      label: l10n.t('Codeless Driver Extension'),
      description: l10n.t('DriverKit extension that only claims devices for a class of DriverKit'),
    },
    kext: {
      label: l10n.t('Kernel Extension'),
      description: l10n.t('Kernel extension (.kext) with an executable'),
    },
    'codeless-kext': {
      label: l10n.t('Codeless Kernel Extension'),
      description: l10n.t('Kernel extension without executable: its personalities name existing classes'),
    },
    'network-extension': {
      label: l10n.t('Network Extension'),
      description: l10n.t('System extension that filters, proxies or tunnels the network'),
    },
    'endpoint-security': {
      label: l10n.t('Endpoint Security Extension'),
      description: l10n.t('System extension that watches processes and files'),
    },
    'camera-extension': {
      label: l10n.t('Camera Extension'),
      description: l10n.t('System extension that offers a camera (CMIO)'),
    },
    'system-extension': {
      label: l10n.t('System Extension'),
      description: l10n.t('Another system extension'),
    },
    app: {
      label: l10n.t('App'),
      description: l10n.t('Application, perhaps the host of an extension'),
    },
    entitlements: {
      label: l10n.t('Entitlements'),
      description: l10n.t('Entitlements of a target, given to the code signature'),
    },
    plist: {
      label: l10n.t('Other Property List'),
      description: l10n.t('None of these: help with the syntax only'),
    },
  };
}
