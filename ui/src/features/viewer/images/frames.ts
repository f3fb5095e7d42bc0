import type { Frame } from './frame';

/** Bytes of images that one document may hold in memory: 700 slices of 512 x 512. */
const MOST_BYTES = 384 << 20;
/** Asked for at the same time: the reader decodes one while others are on their way. */
const IN_FLIGHT = 4;
/** How far ahead of the position images are fetched, and how far behind. */
const AHEAD = 48;
const BEHIND = 12;

/** The images of a document, fetched around where one looks, kept as long as there is room. */
export class Frames {
  readonly #kept = new Map<number, Frame>();
  readonly #asked = new Map<number, Promise<Frame>>();
  readonly #damaged = new Set<number>();
  #bytes = 0;
  #page = 1;
  #range: [number, number] = [1, 1];
  #direction = 1;
  #closed = false;
  /** Called when one came, or cannot come. */
  onchange: (page: number) => void = () => undefined;

  constructor(private readonly fetchFrame: (page: number) => Promise<Frame>) {}

  /** The image of a page, if it is here. */
  at(page: number): Frame | null {
    return this.#kept.get(page) ?? null;
  }

  /** Whether it cannot be decoded. */
  isDamaged(page: number): boolean {
    return this.#damaged.has(page);
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
    // Used last.
    const here = this.#kept.get(page);
    if (here) {
      this.#kept.delete(page);
      this.#kept.set(page, here);
    }
    this.#fill();
  }

  close() {
    this.#closed = true;
    this.#kept.clear();
  }

  #fill() {
    if (this.#closed) return;
    for (const page of this.#wanted()) {
      if (this.#asked.size >= IN_FLIGHT) return;
      this.#ask(page);
    }
  }

  *#wanted(): Generator<number> {
    const [from, to] = this.#range;
    const missing = (page: number) => page >= from && page <= to && !this.#kept.has(page) && !this.#asked.has(page) && !this.#damaged.has(page);
    if (missing(this.#page)) yield this.#page;
    const room = this.#room();
    for (let step = 1; step <= Math.min(AHEAD, room); step += 1) {
      const ahead = this.#page + step * this.#direction;
      if (missing(ahead)) yield ahead;
      const behind = this.#page - step * this.#direction;
      if (step <= BEHIND && missing(behind)) yield behind;
    }
  }

  /** How many images like those that are here may be kept around the position. */
  #room(): number {
    const each = this.#kept.size > 0 ? this.#bytes / this.#kept.size : 0;
    return each > 0 ? Math.max(1, Math.floor((MOST_BYTES * 0.75) / each)) : AHEAD;
  }

  #ask(page: number) {
    const asked = this.fetchFrame(page);
    this.#asked.set(page, asked);
    asked
      .then(
        (frame) => this.#keep(page, frame),
        () => this.#damaged.add(page),
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
    this.#bytes += frame.values.byteLength;
    // What was used longest ago leaves, but never what is looked at.
    for (const [old, { values }] of this.#kept) {
      if (this.#bytes <= MOST_BYTES) break;
      if (old === this.#page || old === page) continue;
      this.#kept.delete(old);
      this.#bytes -= values.byteLength;
    }
  }
}
