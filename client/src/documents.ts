/**
 * Which documents are ours. Documents of the language `plist` always are. VS Code opens many plists as `xml`
 * (another extension may claim the extension, a name may be unusual): those are ours when name or content says so.
 */

/** What has to be known of a document to decide. */
export interface DocumentView {
  readonly uri: string;
  readonly languageId: string;
  /** Path part of the URI. */
  readonly path: string;
  /** The beginning of the text, {@link HEAD_LENGTH} characters are enough. */
  readonly head: () => string;
}

/** So many characters are looked at: the prolog of a plist with a long licence comment. */
export const HEAD_LENGTH = 4096;

const PLIST_NAME = /\.(?:plist|entitlements|xcent)(?:\.in)?$/i;
const PROLOG = /^(?:\s|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/;
const PLIST_START = /^<(?:!DOCTYPE\s+plist|plist)(?=[\s>/]|$)/;

/** True for a file name that a property list has: `.plist`, `.entitlements`, `.xcent`, each with `.in` for a template. */
export function isPlistName(path: string): boolean {
  return PLIST_NAME.test(path);
}

/** True when the text begins as an XML property list does, after declaration and comments. Never throws. */
export function isPlistText(text: string): boolean {
  const head = text.slice(0, HEAD_LENGTH).replace(/^\uFEFF/, '');
  const prolog = PROLOG.exec(head)?.[0].length ?? 0;
  return PLIST_START.test(head.slice(prolog));
}

/** True when the server shall see the document. */
export function isOurs(document: DocumentView): boolean {
  if (document.languageId === 'plist') return true;
  if (document.languageId !== 'xml') return false;
  return isPlistName(document.path) || isPlistText(document.head());
}

/** The documents that the server holds, by URI. */
export interface ServedDocuments {
  /** A document appeared. True: tell the server. */
  readonly opened: (document: DocumentView) => boolean;
  /**
   * A document changed, first at `offset`. `served`: tell the server of the change. `became`: it is a plist
   * now, the server must get the whole of it. `other`: not ours.
   */
  readonly changed: (document: DocumentView, offset: number) => 'served' | 'became' | 'other';
  /** A document went away. True: tell the server. */
  readonly closed: (uri: string) => boolean;
  readonly has: (uri: string) => boolean;
}

/** Keeps the books. A document that is ours stays ours until it is closed, whatever is typed into it. */
export function servedDocuments(): ServedDocuments {
  const served = new Set<string>();
  const opened = (document: DocumentView): boolean => {
    if (!isOurs(document)) return false;
    served.add(document.uri);
    return true;
  };
  return {
    opened,
    changed(document, offset) {
      if (served.has(document.uri)) return 'served';
      if (offset > HEAD_LENGTH) return 'other';
      return opened(document) ? 'became' : 'other';
    },
    closed: (uri) => served.delete(uri),
    has: (uri) => served.has(uri),
  };
}
