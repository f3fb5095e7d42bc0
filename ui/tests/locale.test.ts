import { readdirSync, readFileSync } from 'node:fs';
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { describe, expect, test } from 'vitest';
import { failureWords, has } from '../src/i18n';
import type { FailureCode } from '../src/bridge/generated';

const source = readFileSync(new URL('../locales/fr.ftl', import.meta.url), 'utf8');
const generated = readFileSync(new URL('../src/bridge/generated.ts', import.meta.url), 'utf8');
const ids = [...source.matchAll(/^([a-z][\w-]*) =/gm)].map((match) => match[1]!);
/** Sentences without comments and without the arrows and braces of Fluent. */
const lines = source.split('\n').filter((line) => !line.startsWith('#'));

function codes(): FailureCode[] {
  const union = /export type FailureCode = ([^;]+);/.exec(generated)?.[1] ?? '';
  return [...union.matchAll(/"([a-z-]+)"/g)].map((match) => match[1] as FailureCode);
}

function program(folder: URL): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name) && !entry.name.startsWith('fake'))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'))
    .join('\n');
}

describe('failures', () => {
  test('there are codes to check', () => expect(codes().length).toBeGreaterThan(30));

  test.each(codes())('%s says what happened and what to do', (code) => {
    expect(has(`failure-${code}`)).toBe(true);
    expect(has(`failure-${code}-next`)).toBe(true);
    const parameters = { attempts_left: null, width: null, height: null, reason: null };
    const { what, next, reference } = failureWords({ code, parameters, reference: '8F2C-41' });
    for (const sentence of [what, next]) {
      expect(sentence).toMatch(/^\p{Lu}.*\.$/u);
      expect(sentence).not.toContain('{');
    }
    expect(reference).toContain('8F2C-41');
  });

  test('the figures of a failure are said', () => {
    const none = { attempts_left: null, width: null, height: null, reason: null };
    const say = (code: FailureCode, parameters: object) => {
      const { what, next } = failureWords({ code, parameters: { ...none, ...parameters }, reference: '' });
      return `${what} ${next}`;
    };
    expect(say('invalid-credentials', { attempts_left: 1 })).toContain('reste 1');
    expect(say('invalid-credentials', { attempts_left: 2 })).toContain('reste 2');
    expect(say('piece-too-large', { width: 20000, height: 20000 })).toContain('20\u202f000 × 20\u202f000');
    expect(say('signature-refused', { reason: 'expired' })).toContain('certificat a expiré');
  });
});

describe('French typography', () => {
  test('the file is well formed', () => {
    const errors = new FluentBundle('fr-FR').addResource(new FluentResource(source));
    expect(errors).toEqual([]);
    expect(ids.length).toBeGreaterThan(300);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each([
    ['a straight apostrophe', /'/],
    ['three dots for an ellipsis', /\.\.\./],
    ['no narrow no-break space before ; ! or ?', /[^\u202f][;!?]/],
    ['no no-break space before a colon', /[^\u00a0\d]:(?!\/)/],
    ['no narrow no-break space inside guillemets', /«[^\u202f]|[^\u202f]»/],
    ['an exclamation', /!/],
  ])('no line has %s', (_what, wrong) => {
    expect(lines.filter((line) => wrong.test(line))).toEqual([]);
  });
});

describe('sentences and program', () => {
  const used = program(new URL('../src/', import.meta.url));
  const quoted = new Set([...used.matchAll(/['"]([a-z][\w-]*)['"]/g)].map((match) => match[1]));
  // `piece-waiting-${state}` names every sentence that begins so.
  const families = [...used.matchAll(/`([a-z][a-z-]*-)\$\{/g)].map((match) => match[1]!);

  test('every sentence is used', () => {
    const unused = ids.filter((id) => !quoted.has(id) && !families.some((family) => id.startsWith(family)));
    expect(unused).toEqual([]);
  });

  test('every sentence that is asked for exists', () => {
    const asked = [...used.matchAll(/\bt\(\s*(?:[^()'"`]*\?\s*)?'([a-z][\w-]*)'/g)].map((match) => match[1]!);
    expect(asked.length).toBeGreaterThan(150);
    expect([...new Set(asked)].filter((id) => !has(id))).toEqual([]);
    for (const family of families.filter((name) => used.includes(`t(\`${name}\${`))) {
      expect(ids.some((id) => id.startsWith(family)), family).toBe(true);
    }
  });
});
