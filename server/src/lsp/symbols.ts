/** The outline for clients that know no nested symbols. */
import type { DocumentSymbol, SymbolInformation } from 'vscode-languageserver';

/** All symbols in one list, each with the path of its containers' names. */
export function flatSymbols(uri: string, symbols: readonly DocumentSymbol[]): SymbolInformation[] {
  const flat: SymbolInformation[] = [];
  const work = symbols.map((symbol) => ({ symbol, container: '' })).reverse();
  while (work.length > 0) {
    const { symbol, container } = work.pop()!;
    flat.push({
      name: symbol.name,
      kind: symbol.kind,
      location: { uri, range: symbol.range },
      ...(container ? { containerName: container } : {}),
    });
    for (const child of [...(symbol.children ?? [])].reverse()) {
      work.push({ symbol: child, container: symbol.name });
    }
  }
  return flat;
}
