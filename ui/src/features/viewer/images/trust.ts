import type { ImageOwnerView } from '../../../bridge';
import type { FrameFailure } from './frames';

/** How far an image may be trusted, and why. */
export interface Trust {
  tone: 'ok' | 'warn' | 'bad';
  why: FrameFailure | 'another' | 'loading' | 'mixed' | 'lossy' | 'reduced' | 'unnamed' | 'uncompared' | 'source';
}

export interface Seen {
  /** Why it cannot be shown. */
  failure: FrameFailure | null;
  /** Its values are here. */
  here: boolean;
  owner: ImageOwnerView;
  /** Files of several patients say that they belong to this series. */
  mixed: boolean;
  lossy: boolean;
  reduced: boolean;
}

/** Of whom it is, where that is not plain, and of what quality: neither hides the other. */
export function trustOf({ failure, here, owner, mixed, lossy, reduced }: Seen): Trust[] {
  const identity: Trust[] = owner === 'another' ? [{ tone: 'bad', why: owner }] : mixed ? [{ tone: 'warn', why: 'mixed' }] : owner === 'patient' ? [] : [{ tone: 'warn', why: owner }];
  const quality: Trust = failure
    ? { tone: 'bad', why: failure }
    : !here
      ? { tone: 'bad', why: 'loading' }
      : lossy
        ? { tone: 'warn', why: 'lossy' }
        : reduced
          ? { tone: 'warn', why: 'reduced' }
          : { tone: 'ok', why: 'source' };
  return [...identity, quality];
}
