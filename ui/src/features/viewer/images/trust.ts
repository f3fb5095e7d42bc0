import type { ImageOwnerView } from '../../../bridge';

/** Why an image may be trusted, or not; the worst reason counts. */
export interface Trust {
  tone: 'ok' | 'warn' | 'bad';
  why: 'damaged' | 'another' | 'loading' | 'mixed' | 'lossy' | 'reduced' | 'unnamed' | 'source';
}

export interface Seen {
  /** It cannot be decoded. */
  damaged: boolean;
  /** Its values are here. */
  here: boolean;
  owner: ImageOwnerView;
  /** Files of several patients say that they belong to this series. */
  mixed: boolean;
  lossy: boolean;
  reduced: boolean;
}

export function trustOf({ damaged, here, owner, mixed, lossy, reduced }: Seen): Trust {
  if (damaged) return { tone: 'bad', why: 'damaged' };
  if (owner === 'another') return { tone: 'bad', why: 'another' };
  if (!here) return { tone: 'bad', why: 'loading' };
  if (mixed) return { tone: 'warn', why: 'mixed' };
  if (lossy) return { tone: 'warn', why: 'lossy' };
  if (reduced) return { tone: 'warn', why: 'reduced' };
  return owner === 'unnamed' ? { tone: 'warn', why: 'unnamed' } : { tone: 'ok', why: 'source' };
}
