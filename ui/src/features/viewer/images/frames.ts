import { ImageRefused } from '../../../bridge';
import type { Frame } from './frame';

/** Bytes of images that one document may hold in memory: 700 slices of 512 x 512. */
const MOST_BYTES = 384 << 20;
/** And all that lie on the table together. */
const MOST_TOGETHER = 768 << 20;
/** Asked for at the same time: the reader decodes one while others are on their way. */
const IN_FLIGHT = 4;
/** How far ahead of the position images are fetched, and how far behind. */
const AHEAD = 48;
const BEHIND = 12;

/** Why an image cannot be shown: its file is damaged, or written in a way that is not read, or the reader of the document is gone. */
export type FrameFailure = 'damaged' | 'unsupported' | 'ended';

function failureOf(error: unknown): FrameFailure {
  // Values that do not fit what is told of them.
  if (!(error instanceof ImageRefused)) return 'damaged';
  return error.status === 422 ? 'damaged' : error.status === 415 ? 'unsupported' : 'ended';
}

/** Those that hold images. */
const open = new Set<Frames>();
const mostBytes = () => Math.min(MOST_BYTES, MOST_TOGETHER / Math.max(1, open.size));

/** The images of a document, fetched around where one looks, kept as long as there is room. */
export class Frames {
  readonly #kept = new Map<number, Frame>();
  readonly #asked = new Map<number, Promise<Frame>>();
  readonly #failed = new Map<number, FrameFailure>();
  /** Whether the values of each image that was here were rounded; also of those that had to leave. */
  readonly #reduced = new Map<number, boolean>();
  #ended = false;
  #bytes = 0;
  #page = 1;
  #range: [number, number] = [1, 1];
  #direction = 1;
  /** Somebody waits for the first one: no other is asked for before it is painted. */
  #waited = true;
  #closed = false;
  /** Called when one came, or cannot come. */
  onchange: (page: number) => void = () => undefined;

  constructor(private readonly fetchFrame: (page: number) => Promise<Frame>) {
    open.add(this);
    // There is less room for each of the others.
    for (const other of open) other.#makeRoom();
  }

  /** The image of a page, if it is here. */
  at(page: number): Frame | null {
    return this.#kept.get(page) ?? null;
  }

  /** Why it cannot be shown; nothing of those that are here already. */
  failure(page: number): FrameFailure | null {
    if (this.#kept.has(page)) return null;
    return this.#failed.get(page) ?? (this.#ended ? 'ended' : null);
  }

  /** When the image of a page is here, or cannot be: at once if it is not on its way. */
  async settled(page: number): Promise<void> {
    await this.#asked.get(page)?.catch(() => undefined);
  }

  /** Whether the values of an image were rounded; nothing of one that was never here. */
  reduced(page: number): boolean | null {
    return this.#reduced.get(page) ?? null;
  }

  /** How many pages of a range are here. */
  loaded(from: number, to: number): number {
    let count = 0;
    for (const page of this.#kept.keys()) if (page >= from && page <= to) count += 1;
    return count;
  }

  /** One looks at a page of a range: it comes first, then those around it, more of them in the direction in which one goes. */
  look(page: number, range: [number, number]) {
    if (page !== this.#page) this.#direction = page > this.#page ? 1 : -1;
    [this.#page, this.#range] = [page, range];
    this.#fill();
  }

  /** The first one was painted: those around it are fetched. */
  painted() {
    if (!this.#waited) return;
    this.#waited = false;
    this.#fill();
  }

  close() {
    this.#closed = true;
    open.delete(this);
    this.#kept.clear();
  }

  #fill() {
    if (this.#closed || this.#ended) return;
    for (const page of this.#wanted()) {
      if (this.#asked.size >= (this.#waited ? 2 : IN_FLIGHT)) return;
      // Another one may be asked for already, which nobody waits for any more.
      if (this.#waited && page !== this.#page) return;
      this.#ask(page);
    }
  }

  *#wanted(): Generator<number> {
    const [from, to] = this.#range;
    const missing = (page: number) => page >= from && page <= to && !this.#kept.has(page) && !this.#asked.has(page) && !this.#failed.has(page);
    if (missing(this.#page)) yield this.#page;
    const [ahead, behind] = this.#reach();
    for (let step = 1; step <= ahead; step += 1) {
      const next = this.#page + step * this.#direction;
      if (missing(next)) yield next;
      const former = this.#page - step * this.#direction;
      if (step <= behind && missing(former)) yield former;
    }
  }

  /** How many images are wanted ahead of the position and behind it: with room to spare, so that none that is wanted has to leave for another. */
  #reach(): [number, number] {
    if (this.#kept.size === 0) return [AHEAD, BEHIND];
    const room = Math.floor((mostBytes() * 0.75 * this.#kept.size) / this.#bytes) - 1;
    const behind = Math.min(BEHIND, Math.max(0, Math.floor(room / 4)));
    return [Math.min(AHEAD, Math.max(0, room - behind)), behind];
  }

  #ask(page: number) {
    const asked = this.fetchFrame(page);
    this.#asked.set(page, asked);
    asked
      .then(
        (frame) => this.#keep(page, frame),
        (error: unknown) => {
          const why = failureOf(error);
          if (why === 'ended') this.#ended = true;
          else this.#failed.set(page, why);
        },
      )
      .finally(() => {
        this.#asked.delete(page);
        if (this.#closed) return;
        this.onchange(page);
        this.#fill();
      });
  }

  #keep(page: number, frame: Frame) {
    if (this.#closed) return;
    this.#kept.set(page, frame);
    this.#reduced.set(page, frame.reduced);
    this.#bytes += frame.values.byteLength;
    this.#makeRoom();
  }

  #makeRoom() {
    // What lies farthest from the position leaves, but never what is looked at.
    while (this.#bytes > mostBytes() && this.#kept.size > 1) {
      const distance = (other: number) => Math.abs(other - this.#page);
      const farthest = [...this.#kept.keys()].reduce((far, other) => (distance(other) > distance(far) ? other : far));
      if (farthest === this.#page) break;
      this.#bytes -= this.#kept.get(farthest)?.values.byteLength ?? 0;
      this.#kept.delete(farthest);
    }
  }
}
