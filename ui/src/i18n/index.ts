/** Words. French is the only language for now; every string of the window is in `locales/fr.ftl`. */
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import type { Failure } from '../bridge/bridge';
import french from '../../locales/fr.ftl?raw';

const bundle = new FluentBundle('fr-FR', { useIsolating: false });
bundle.addResource(new FluentResource(french));

/** The sentence `id` with its figures. A missing sentence shows its name: a test makes sure that there is none. */
export function t(id: string, values?: Record<string, FluentVariable>): string {
  const pattern = bundle.getMessage(id)?.value;
  return pattern ? bundle.formatPattern(pattern, values) : id;
}

/** Whether a sentence exists, for words that come from Rust as stable names. */
export function has(id: string): boolean {
  return bundle.hasMessage(id);
}

/** What happened, what to do, and what to read out to the support desk. */
export function failureWords(failure: Failure): { what: string; next: string; reference: string } {
  const { attempts_left, width, height, reason } = failure.parameters;
  const values = {
    attempts: attempts_left ?? -1,
    width: width ?? 0,
    height: height ?? 0,
    reason: reason ?? 'unknown',
  };
  return {
    what: t(`failure-${failure.code}`, values),
    next: t(`failure-${failure.code}-next`, values),
    reference: failure.reference ? t('failure-reference', { reference: failure.reference }) : '',
  };
}

export * from './format';
