/** The page of one decision as HTML: plain text in, no script, no address of the network, no colour of its own. */
import type {
  DecisionCandidate,
  DecisionDriver,
  DecisionStage,
  MatchDecision,
} from '../../../server/src/lsp/matchMessages.ts';
import {
  checksTable,
  escapeHtml,
  name,
  PATTERNS,
  placeLink,
  scoreBar,
  track,
  type Words,
} from './decisionParts.ts';
import { STYLE } from './decisionStyle.ts';

export interface PageOptions {
  readonly l10n: Words;
  /** Of the words: `de`. */
  readonly language: string;
  /** Lets the page's own style sheet through its policy, and nothing else. */
  readonly nonce: string;
}

/** The whole page; null says that there is nothing to decide. Never throws. */
export function decisionPage(decision: MatchDecision | null, options: PageOptions): string {
  const { l10n, language, nonce } = options;
  const body = decision === null ? nothing(l10n) : content(decision, l10n);
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${escapeHtml(nonce)}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(l10n.t('Match Decision'))}</title>
<style nonce="${escapeHtml(nonce)}">${STYLE}</style>
</head>
<body><main>${body}</main></body>
</html>`;
}

function nothing(l10n: Words): string {
  const words = l10n.t(
    'Nothing to show: no registry dump is loaded, the personality or device is not there any more, or no device comes near.',
  );
  return `<p>${escapeHtml(words)}</p>`;
}

function content(decision: MatchDecision, l10n: Words): string {
  const { registry, device, candidates, drivers, more } = decision;
  const details = [device.className, device.ids ?? '', registry.machine ?? registry.name].filter(Boolean);
  const inContest = candidates.filter(({ matches }) => matches);
  const out = candidates.filter(({ matches }) => !matches);
  const categories = [...new Set([...inContest, ...drivers].map(({ category }) => category))];
  const scale = scaleOf(decision);
  const lanes = categories.map((category) => lane(category, decision, scale, l10n));
  const outside = out.map((candidate) => row(candidate, scale, undefined, l10n)).join('\n');
  const rest = more > 0 ? `<p>${escapeHtml(l10n.t('{0} more do not match.', more))}</p>` : '';
  const left =
    out.length > 0
      ? `<section><h2>${escapeHtml(l10n.t('Out before the contest'))}</h2><ol class="rows">${outside}</ol>${rest}</section>`
      : '';
  return `${PATTERNS}<header><h1>${name(device.name)}</h1>
<p class="quiet">${details.map(name).join(' · ')}</p>
<p class="quiet path">${name(device.path)}</p></header>
${verdict(decision, categories, l10n)}
${steps(decision, l10n)}
${lanes.join('\n')}
${left}`;
}

/** Who gets the device, in a sentence for each match category. */
function verdict({ candidates, drivers }: MatchDecision, categories: readonly string[], l10n: Words): string {
  const lines = categories.flatMap((category) => {
    const of = ({ category: own }: { category: string }) => own === category;
    const winner = candidates.find((one) => of(one) && one.wins);
    if (winner) {
      const words = l10n.t('{0} ({1}) gets this device.', winner.personality, winner.bundle);
      return [['wins', '★', words]];
    }
    const driver = bestDriver(drivers.filter(of));
    if (!driver)
      return [['stuck', '⚠', l10n.t('Nobody gets it in {0}: what matches does not start.', category)]];
    return [['holds', '▣', l10n.t('{0} keeps this device: the dump shows it attached.', driver.className)]];
  });
  if (lines.length === 0) lines.push(['none', '○', l10n.t('No personality matches this device.')]);
  const items = lines.map(
    ([kind, mark, words]) =>
      `<p class="${kind}"><span class="mark" aria-hidden="true">${mark}</span> ${escapeHtml(words ?? '')}</p>`,
  );
  return `<div class="verdict">${items.join('')}</div>`;
}

function bestDriver(drivers: readonly DecisionDriver[]): DecisionDriver | undefined {
  return drivers.toSorted((a, b) => b.score - a.score)[0];
}

/** The kernel's steps as a funnel: how many personalities are still in after each, and who falls out. */
function steps({ all, stages, candidates, classes, unresolved }: MatchDecision, l10n: Words): string {
  const words = stageWords(l10n, classes);
  const rows = stages.map(({ stage, left }, index) => {
    const { title, what } = words[stage];
    const fallen = candidates.filter(({ fell }) => fell === stage).map(({ personality }) => personality);
    const before = stages[index - 1]?.left ?? all;
    const others = before - left - fallen.length;
    const names =
      others > 0 ? [...fallen.map(name), escapeHtml(l10n.t('{0} more', others))] : fallen.map(name);
    const outs =
      names.length > 0
        ? `<span class="out">${escapeHtml(l10n.t('Out here:'))} ${names.join(', ')}</span>`
        : '';
    const share = all > 0 ? Math.round((left / all) * 100) : 0;
    const label = escapeHtml(l10n.t('{0} of {1} still in', left, all));
    return `<li><span class="number" aria-hidden="true">${index + 1}</span>
<span class="title">${escapeHtml(title)}</span>
<svg class="bar" aria-hidden="true" preserveAspectRatio="none"><rect class="track-line" width="100%" height="100%"></rect><rect class="value" x="${(100 - share) / 2}%" width="${share}%" height="100%"></rect></svg>
<span class="count">${label}</span>
<span class="what">${what} ${outs}</span></li>`;
  });
  const build =
    unresolved > 0
      ? `<p class="quiet">${escapeHtml(l10n.t('Left out, since the build fills in what they match by: {0}.', unresolved))}</p>`
      : '';
  return `<section><h2>${escapeHtml(l10n.t('What the kernel does, in order'))}</h2>
<ol class="steps">${rows.join('\n')}</ol>${build}</section>`;
}

function stageWords(
  l10n: Words,
  classes: readonly string[],
): Record<DecisionStage, { readonly title: string; readonly what: string }> {
  const chain = classes.map((one) => `<code>${name(one)}</code>`).join(' › ');
  const text = (words: string) => escapeHtml(words);
  return {
    filed: {
      title: l10n.t('Offer by class'),
      what: `${text(l10n.t('The catalogue offers what is filed under a class of the device:'))} ${chain}.`,
    },
    generic: {
      title: l10n.t('Keys of IOService'),
      what: text(
        l10n.t('Names, location, properties and paths are compared; the first that differs ends it.'),
      ),
    },
    family: {
      title: l10n.t('Keys of the family'),
      what: text(l10n.t('The family of the device compares its own keys and gives the score.')),
    },
    around: {
      title: l10n.t('What is above'),
      what: text(l10n.t('IOParentMatch or IOLocationMatch must fit something above the device.')),
    },
    start: {
      title: l10n.t('May it start'),
      what: text(
        l10n.t('IOClass is made and probed; a dext needs its entitlements and a provider that takes dexts.'),
      ),
    },
    best: {
      title: l10n.t('Best score'),
      what: text(l10n.t('In each match category the best score starts; of equal ones the first filed.')),
    },
  };
}

/** The score that fills a whole bar. */
function scaleOf({ candidates, drivers }: MatchDecision): number {
  const gross = candidates.map(({ parts }) =>
    parts.reduce((sum, { points }) => sum + Math.max(0, points), 0),
  );
  return Math.max(1, ...gross, ...drivers.map(({ score }) => score));
}

/** All that compete in one match category, candidates and the drivers that the dump shows. */
function lane(category: string, decision: MatchDecision, scale: number, l10n: Words): string {
  const candidates = decision.candidates.filter((one) => one.matches && one.category === category);
  const drivers = decision.drivers.filter((one) => one.category === category);
  const best = Math.max(
    ...candidates.filter(({ wins }) => wins).map(({ score }) => score ?? 0),
    ...(candidates.some(({ wins }) => wins) ? [] : drivers.map(({ score }) => score)),
  );
  const entries = [
    ...candidates.map((one) => ({
      score: one.score ?? 0,
      first: Number(one.wins),
      html: row(one, scale, best, l10n),
    })),
    ...drivers.map((one) => ({ score: one.score, first: 0, html: driverRow(one, scale, best, l10n) })),
  ].toSorted((a, b) => b.first - a.first || b.score - a.score);
  const title = l10n.t('Contest in {0}', category);
  return `<section><h2>${escapeHtml(title)}</h2><ol class="rows">${entries.map(({ html }) => html).join('\n')}</ol></section>`;
}

function driverRow(
  { className, bundle, score }: DecisionDriver,
  scale: number,
  best: number,
  l10n: Words,
): string {
  const parts = [{ what: l10n.t('after its probe()'), points: score }];
  return `<li class="row holds"><div class="head"><span class="outcome"><span aria-hidden="true">▣</span> ${escapeHtml(l10n.t('attached in the dump'))}</span>
<h3>${name(className)}</h3> <span class="quiet">${name(bundle ?? '')}</span></div>
${scoreBar({ score, parts, scale, best }, l10n)}</li>`;
}

function row(candidate: DecisionCandidate, scale: number, best: number | undefined, l10n: Words): string {
  const { uri, personality, bundle, score, parts, sentence, advice, unresolved, checks } = candidate;
  const { kind, mark, word } = outcome(candidate, l10n);
  const tags = [
    candidate.asked ? l10n.t('asked about') : '',
    candidate.attached ? l10n.t('attached in the dump') : '',
  ].filter(Boolean);
  const tagged = tags.map((tag) => `<span class="tag">${escapeHtml(tag)}</span>`).join(' ');
  const warning =
    unresolved.length > 0
      ? `<p>${escapeHtml(l10n.t('The build fills in {0}: this holds only for the text as it stands.', unresolved.join(', ')))}</p>`
      : '';
  const hints = advice.map((item) => `<li lang="en">${escapeHtml(item)}</li>`).join('');
  const bar = score === null ? '' : scoreBar({ score, parts, scale, best: best ?? score }, l10n);
  return `<li class="row ${kind}"><div class="head"><span class="outcome"><span aria-hidden="true">${mark}</span> ${escapeHtml(word)}</span>
<h3>${name(personality)}</h3> <span class="quiet">${name(bundle)}</span> ${tagged}
${placeLink(l10n.t('Show in the file'), l10n.t('Show in the file: {0}', personality), uri, personality)}</div>
${bar}
<p lang="en">${escapeHtml(sentence)}</p>
${hints === '' ? '' : `<ul class="advice">${hints}</ul>`}${warning}
${track(checks, personality, l10n)}
<details${candidate.asked ? ' open' : ''}><summary>${escapeHtml(l10n.t('All checks of {0}', personality))}</summary>
${checksTable(candidate, l10n)}</details></li>`;
}

function outcome(
  { matches, wins, starts }: DecisionCandidate,
  l10n: Words,
): { kind: string; mark: string; word: string } {
  if (!matches) return { kind: 'misses', mark: '○', word: l10n.t('does not match') };
  if (!starts) return { kind: 'stuck', mark: '⚠', word: l10n.t('does not start') };
  if (!wins) return { kind: 'loses', mark: '▽', word: l10n.t('loses') };
  return { kind: 'wins', mark: '★', word: l10n.t('wins') };
}
