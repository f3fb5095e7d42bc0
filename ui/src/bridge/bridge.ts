/** The port between the window and Rust. `tauri.ts` is the real one; `fake.ts` plays scripted cases in a browser. */
import type { Commands, Failure } from './generated';

export type * from './generated';

/** Topics that Rust announces; the window then reads again what it shows. */
export type Topic = 'session' | 'worklist' | `case/${string}` | 'second-screen' | 'second-instance' | 'locking';

/** How a page is asked for. */
export interface PageRequest {
  /** From 1. */
  page: number;
  /** Width of the page in device pixels, after rotation. */
  width: number;
  /** Quarter turns to the right, 0 to 3. */
  turns: number;
  /** Every pixel as rendered, for fine detail under zoom. */
  lossless?: boolean;
  /** Only this part of the page, in its pixels. */
  part?: { x: number; y: number; width: number; height: number };
}

export interface Bridge {
  /** Which window this is. */
  readonly screen: 'first' | 'second';
  /** Resolves with the response or rejects with a {@link Failure}. */
  call<K extends keyof Commands>(name: K, request: Commands[K]['request']): Promise<Commands[K]['response']>;
  /** Calls back on every topic; returns the way to stop. */
  onTopic(callback: (topic: Topic) => void): () => void;
  /** Address of a page of an open document. */
  pageUrl(handle: string, request: PageRequest): string;
  /** What is told of an image of an open document and its values, as `case://localhost/image/…` answers. */
  image(handle: string, page: number): Promise<ArrayBuffer>;
  /** Address of a glance at a page on which words were found: a thumbnail, or the part around them. */
  foundUrl(assignment: string, piece: string, request: PageRequest): string;
}

/** There is no image: the status says why (RFC 9110), 422 that it is damaged, 415 that it is written in a way that is not read. */
export class ImageRefused extends Error {
  constructor(readonly status: number) {
    super(`no image: ${status}`);
  }
}

/** What a rejected call carries; anything unexpected becomes an internal failure without a reference. */
export function asFailure(error: unknown): Failure {
  if (typeof error === 'object' && error !== null && 'code' in error && 'reference' in error) {
    return error as Failure;
  }
  return {
    code: 'internal',
    parameters: { attempts_left: null, width: null, height: null, reason: null },
    reference: '',
  };
}
