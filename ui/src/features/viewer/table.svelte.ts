import type { CitedSlice, DocumentView, HitRow, OutlineRow, PieceRow } from '../../bridge';
import type { ImageTool, Stage } from './images/stage.svelte';
import { AS_IT_IS, type Light } from './light';

/** Words to be found on a page of a piece. */
export type Mark = Pick<HitRow, 'piece' | 'page' | 'x' | 'y' | 'width' | 'height'>;

/** As wide as the viewport, a whole page in it, or this many times the size of the paper. */
export type Zoom = 'fit' | 'page' | number;

/** What stands beside the pages. */
export type Strip = 'thumbnails' | 'outline' | 'notes' | null;

/** What the pages of a viewport can be told. */
export interface Pages {
  goTo: (page: number) => void;
  focus: () => void;
  /** Where the eyes are: the page and how far down it, as one number from 1. */
  position: () => number;
  /** What that counts: only what counts the same is scrolled together. */
  unit: () => 'page' | 'slice' | 'millimetre';
  moveTo: (position: number) => void;
  /** Selects the words of the page under the eyes. */
  selectPage: () => void;
}

/** Images that stay in sight after they were left, and do no more than that: the next ones take their place at once instead of that of a void. */
export interface Former {
  stage: Stage;
  piece: PieceRow;
  handle: string;
}

/** One place of the reading table: the piece that lies there, and how. */
export class Viewport {
  static #made = 0;
  readonly id = ++Viewport.#made;
  piece = $state<string | null>(null);
  /** The page under the eyes, from 1. */
  page = $state(1);
  /** Where to land: set again to go there again. */
  target = $state.raw<{ page: number; slice?: CitedSlice | undefined } | null>(null);
  mark = $state.raw<Mark | null>(null);
  zoom = $state<Zoom>('fit');
  /** Of the table of its pages, in CSS pixels; nothing until it was laid out. */
  size: { width: number; height: number } | null = null;
  /** In use, 1 = 100 %. */
  scale = $state(1);
  /** One page at a time, or all of them one under the other. */
  single = $state(false);
  strip = $state<Strip>(null);
  light = $state.raw<Light>(AS_IT_IS);
  /** Its card is open. */
  lighting = $state(false);
  loupe = $state(false);
  /** The annotation that is open. */
  note = $state<string | null>(null);
  opened = $state.raw<DocumentView | null>(null);
  /** The images of the document, where it has some. */
  stage = $state.raw<Stage | null>(null);
  /** Where to begin once all of the piece is here; nothing for where one begins. */
  landing: number | null = null;
  /** All of the piece was open: its page is one of the whole. */
  whole = false;
  /** The images that were here when fewer of a piece had come, and the piece. */
  resumes: { piece: string; stage: Stage } | null = null;
  /** The images before those, until these are here. */
  former = $state.raw<Former | null>(null);
  /** Which place of the layout of its kind of examination it is. */
  hung: number | null = null;
  /** What its images are to be compared with, once they are there. */
  pair: Stage | null = null;
  outline = $state.raw<OutlineRow[]>([]);
  pages: Pages | null = null;
  /** The keys go to its pages once they are there. */
  awaited = false;
  /** What was typed for a piece that asks for a password, until it was tried. */
  password: string | null = null;
  attempt = $state(0);

  constructor(piece: string | null = null, page: number | null = null) {
    this.piece = piece;
    this.landing = page;
    this.page = page ?? 1;
  }

  open(piece: string, page: number | null = null, mark: Mark | null = null, slice?: CitedSlice) {
    this.target = page === null ? null : { page, slice };
    this.mark = mark;
    // The next piece is seen as it is.
    if (this.piece !== piece) {
      this.light = AS_IT_IS;
      this.whole = false;
    }
    this.landing = null;
    this.piece = piece;
  }

  /** Goes to a page of the piece that is open. */
  goTo(page: number) {
    if (this.opened) this.pages?.goTo(Math.max(1, Math.min(this.opened.pages, page)));
  }
}

/** What is kept of a reading table when the case is left. */
export interface TableLayout {
  viewports: { piece: string | null; page: number | null; zoom: Zoom; single: boolean; strip: Strip }[];
  active: number;
}

export const MOST_VIEWPORTS = 6;

/** The reading table: one to six viewports, one of which the keys and the toolbar act on. */
export class ReadingTable {
  viewports = $state.raw<Viewport[]>([new Viewport()]);
  #active = $state(0);
  linked = $state(false);
  /** What the pointer does on images. */
  imageTool = $state<ImageTool>('window');
  /** What paints images, where the reader chose it. */
  painting = $state<'webgl' | '2d' | null>(null);
  /** The page last read of each piece. */
  readonly left = new Map<string, number>();
  /** Where each viewport was when they were linked. */
  #linkedAt = new Map<Viewport, number>();
  #before: string | null = null;

  constructor(layout: TableLayout | null = null) {
    if (!layout || layout.viewports.length === 0) return;
    this.viewports = layout.viewports.slice(0, MOST_VIEWPORTS).map(({ piece, page, zoom, single, strip }) => Object.assign(new Viewport(piece, page), { zoom, single, strip }));
    this.activate(layout.active);
  }

  get layout(): TableLayout {
    return { viewports: this.viewports.map(({ piece, page, whole, target, landing, zoom, single, strip }) => ({ piece, page: whole ? page : (target?.page ?? landing), zoom, single, strip })), active: this.#active };
  }

  get active(): Viewport {
    return this.viewports[this.#active] ?? this.viewports[0] ?? new Viewport();
  }

  get several(): boolean {
    return this.viewports.length > 1;
  }

  activate(index: number) {
    this.#active = Math.max(0, Math.min(this.viewports.length - 1, index));
  }

  /** Puts a piece on the active viewport, or beside it. */
  open(piece: string, page: number | null = null, mark: Mark | null = null, beside = false, slice?: CitedSlice) {
    if (beside) this.lay(Math.max(2, this.viewports.length), [piece], true);
    const viewport = this.active;
    if (viewport.piece !== piece) this.#before = viewport.piece;
    viewport.open(piece, page, mark, slice);
    this.unlink();
  }

  /**
   * So many viewports: those that leave are the last ones, but never the active one; those that come show what was read before,
   * else the next of these pieces that lies nowhere yet.
   */
  lay(count: number, pieces: string[], activateNew = false) {
    const wanted = Math.max(1, Math.min(MOST_VIEWPORTS, count));
    const active = this.active;
    let kept = this.viewports;
    while (kept.length > wanted) {
      const leaving = kept.findLast((viewport) => viewport !== active);
      kept = kept.filter((viewport) => viewport !== leaving);
    }
    while (kept.length < wanted) {
      const shown = new Set(kept.map((viewport) => viewport.piece));
      const after = pieces.slice(pieces.indexOf(active.piece ?? '') + 1);
      const next = [this.#before, ...after, ...pieces].find((piece) => piece !== null && !shown.has(piece));
      kept = [...kept, next ? new Viewport(next, this.left.get(next)) : new Viewport(active.piece, active.whole ? active.page : active.landing)];
    }
    this.viewports = kept;
    this.activate(activateNew ? kept.length - 1 : kept.indexOf(active));
    this.unlink();
  }

  /** Lays a piece of images on more viewports: one for each place of a layout. */
  hang(piece: string, count: number) {
    const more = Array.from({ length: Math.min(count, MOST_VIEWPORTS) - 1 }, (_, at) => Object.assign(new Viewport(piece), { hung: at + 1 }));
    this.viewports = [...this.viewports, ...more];
    this.unlink();
  }

  /** Puts a viewport before the others. */
  toFront(viewport: Viewport) {
    const active = this.active;
    this.viewports = [viewport, ...this.viewports.filter((other) => other !== viewport)];
    this.activate(this.viewports.indexOf(active));
  }

  /** Takes one viewport away; the last one stays. */
  close(viewport: Viewport) {
    if (!this.several) return;
    const at = this.viewports.indexOf(viewport);
    const active = this.active;
    this.viewports = this.viewports.filter((other) => other !== viewport);
    this.activate(active === viewport ? Math.max(0, at - 1) : this.viewports.indexOf(active));
    this.unlink();
  }

  link() {
    if (this.linked || !this.several) return this.unlink();
    this.#linkedAt = new Map(this.viewports.map((viewport) => [viewport, viewport.pages?.position() ?? 1]));
    this.linked = true;
  }

  unlink() {
    this.linked = false;
  }

  /** A viewport was scrolled: those linked to it go as far. */
  scrolled(viewport: Viewport, position: number) {
    if (!this.linked) return;
    const from = this.#linkedAt.get(viewport);
    if (from === undefined) return;
    for (const other of this.viewports) {
      const at = this.#linkedAt.get(other);
      if (other === viewport || at === undefined || other.pages?.unit() !== viewport.pages?.unit()) continue;
      other.pages?.moveTo(at + position - from);
    }
  }
}

/** Turns of the pages of a piece, by number from 1. */
export type Turned = Partial<Record<number, number>>;

export const turnedOf = (turns: { page: number; turns: number }[]): Turned => Object.fromEntries(turns.map((turn) => [turn.page, turn.turns]));
