/** Folders that hold far more than a project: editors open them when a file is opened by itself. */
import { URI } from 'vscode-uri';

/**
 * True for the home folder of the person and every folder above it. To search them for bundles would take minutes and
 * read what nobody asked to be read.
 * @param folder URI
 * @param home URI of the home folder, where there is one
 */
export function isTooWide(folder: string, home: string | undefined): boolean {
  const { scheme } = URI.parse(folder);
  if (scheme !== 'file') return false;
  const path = pathOf(folder);
  // The root, and that of a drive.
  if (path === '/' || /^\/[a-z]:\/$/.test(path)) return true;
  return home !== undefined && pathOf(home).startsWith(path);
}

/** With one slash at its end; the letter of a drive is written in either case. */
function pathOf(uri: string): string {
  const path = URI.parse(uri).path.replace(/\/*$/, '/');
  return path.replace(/^\/[A-Z]:/, (drive) => drive.toLowerCase());
}
