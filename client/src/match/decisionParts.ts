/** The parts of a decision's page: bars, steps, tables, links. Every text goes through `escapeHtml`. */
import type { DecisionCandidate, DecisionCheck } from '../../../server/src/lsp/matchMessages.ts';

/** `vscode.l10n`, or what stands in for it. */
export interface Words {
  readonly t: (message: string, ...values: (string | number)[]) => string;
}

/** Text as it may stand in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** A name of someone else's, whose direction of writing stays its own. */
export function name(text: string): string {
  return text === '' ? '' : `<bdi>${escapeHtml(text)}</bdi>`;
}

/** The command that the page's links run; its arguments are a URI, a personality, and one of its keys. */
export const PLACE_COMMAND = 'driverPlist.goToPersonality';

/** A link to a personality, or to one of its keys. `label` is what is read out. */
export function placeLink(
  text: string,
  label: string,
  uri: string,
  personality: string,
  key?: string,
): string {
  const args = encodeURIComponent(
    JSON.stringify(key === undefined ? [uri, personality] : [uri, personality, key]),
  );
  const href = escapeHtml(`command:${PLACE_COMMAND}?${args}`);
  return `<a href="${href}" aria-label="${escapeHtml(label)}" title="${escapeHtml(label)}">${escapeHtml(text)}</a>`;
}

/** The hatching of added points: told from the first summand without its colour. */
export const PATTERNS = `<svg class="patterns" aria-hidden="true" width="0" height="0"><defs>
<pattern id="added" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"></rect><rect class="hatch-line" width="3" height="6"></rect></pattern>
<pattern id="taken" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect class="taken-line" width="2" height="6"></rect></pattern>
</defs></svg>`;

export interface Score {
  readonly score: number;
  readonly parts: DecisionCandidate['parts'];
  /** The score that fills the whole bar. */
  readonly scale: number;
  /** The score that wins, marked by a line. */
  readonly best: number;
}

/** A score as its summands side by side, what wildcards take away hatched at the end, and a line at the best. */
export function scoreBar({ score, parts, scale, best }: Score, l10n: Words): string {
  const percent = (points: number) => Math.max(0, Math.min(100, (points / scale) * 100));
  let at = 0;
  const rects: string[] = [];
  const added = parts.filter(({ points }) => points > 0);
  added.forEach(({ points }, index) => {
    const kind = index === 0 ? 'value' : 'added';
    rects.push(
      `<rect class="${kind}" x="${round(percent(at))}%" width="${round(percent(points))}%" height="100%"></rect>`,
    );
    at += points;
  });
  if (score < at) {
    const from = percent(Math.max(0, score));
    rects.push(
      `<rect class="taken" x="${round(from)}%" width="${round(percent(at) - from)}%" height="100%"></rect>`,
    );
  }
  const line = `${round(Math.min(99.7, percent(best)))}%`;
  const sum = parts.map(({ what, points }) => `${what} ${signed(points)}`).join(', ');
  const said =
    sum === ''
      ? l10n.t('Score {0}; the best here is {1}', score, best)
      : l10n.t('Score {0}: {1}; the best here is {2}', score, sum, best);
  const items = parts.map(({ what, points }, index) => {
    const kind = points < 0 ? 'taken' : index === 0 ? 'value' : 'added';
    const swatch = `<svg class="swatch" aria-hidden="true"><rect class="${kind}" width="100%" height="100%"></rect></svg>`;
    return `<li>${swatch}<span lang="en">${name(what)}</span> <span class="points">${signed(points)}</span></li>`;
  });
  const gap =
    score < best ? `<li class="gap">${escapeHtml(l10n.t('{0} less than the best', best - score))}</li>` : '';
  return `<div class="scored"><svg class="bar" role="img" aria-label="${escapeHtml(said)}"><rect class="track-line" width="100%" height="100%"></rect>${rects.join('')}<line class="best" x1="${line}" x2="${line}" y1="0" y2="100%"></line></svg><span class="score" aria-hidden="true">${score}</span></div>
<ul class="parts" aria-hidden="true">${items.join('')}${gap}</ul>`;
}

function signed(points: number): string {
  return points < 0 ? `−${-points}` : `+${points}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The checks as steps in the kernel's order, up to the one that ends it; what lies behind is drawn as not reached. */
export function track(checks: readonly DecisionCheck[], personality: string, l10n: Words): string {
  const steps = checks.map((check) => {
    const { kind, mark, word } = stateOf(check, l10n);
    const values =
      check.reached && check.holds === 'no' && check.wants !== '' && check.has !== ''
        ? ` <span class="quiet">${escapeHtml(l10n.t('wants {0}, has {1}', short(check.wants), short(check.has)))}</span>`
        : '';
    return `<li class="${kind}"><span aria-hidden="true">${mark}</span> <span class="read-out">${escapeHtml(word)}: </span><code>${name(check.key)}</code>${values}</li>`;
  });
  const label = escapeHtml(l10n.t('Checks of {0}, in the kernel’s order', personality));
  return steps.length === 0 ? '' : `<ol class="track" aria-label="${label}">${steps.join('')}</ol>`;
}

function short(text: string): string {
  return text.length > 28 ? `${text.slice(0, 27)}…` : text;
}

function stateOf(check: DecisionCheck, l10n: Words): { kind: string; mark: string; word: string } {
  if (!check.reached) return { kind: 'unreached', mark: '·', word: l10n.t('not looked at') };
  if (check.holds === 'yes') return { kind: 'yes', mark: '✓', word: l10n.t('yes') };
  if (check.holds === 'no') return { kind: 'no', mark: '✗', word: l10n.t('no') };
  return { kind: 'unknown', mark: '?', word: l10n.t('unknown') };
}

/** All checks of a candidate with what is wanted and what is there; keys of the file are links. */
export function checksTable({ checks, uri, personality }: DecisionCandidate, l10n: Words): string {
  const heads = [l10n.t('Holds'), l10n.t('Key'), l10n.t('Wants'), l10n.t('Has'), l10n.t('Why')];
  const holds = {
    yes: ['✓', l10n.t('yes')],
    no: ['✗', l10n.t('no')],
    unknown: ['?', l10n.t('unknown')],
  } as const;
  const rows = checks.map((check) => {
    const [mark, word] = holds[check.holds];
    const [own = ''] = check.key.split('.');
    const label = l10n.t('Show {0} of {1} in the file', check.key, personality);
    const key = check.wants === '' ? name(check.key) : placeLink(check.key, label, uri, personality, own);
    return `<tr class="holds-${check.holds}"><td><span aria-hidden="true">${mark}</span> ${escapeHtml(word)}</td><th scope="row"><code>${key}</code></th><td>${name(check.wants)}</td><td>${name(check.has)}</td><td lang="en">${escapeHtml(check.why)}</td></tr>`;
  });
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join('');
  const label = escapeHtml(l10n.t('Checks of {0}', personality));
  return `<div class="wide" role="group" aria-label="${label}" tabindex="0"><table aria-label="${label}"><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}
