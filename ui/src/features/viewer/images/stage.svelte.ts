import type { CitedSlice, HungView, ImagesView, LeftOutView } from '../../../bridge';
import { Frames, type FrameFailure } from './frames';
import type { Frame } from './frame';
import type { Point } from './length';
import { depthOf, normalOf } from './orientation';
import { UPRIGHT, type Pose } from './pose';
import { stackOf, type Slice, type Stack } from './stack';
import { firstWindow, type Window } from './window';

/** What the pointer does on an image. */
export type ImageTool = 'window' | 'zoom' | 'pan' | 'distance' | 'angle' | 'region' | 'probe';

/** What was measured on an image, in its pixels. */
export interface Measure {
  id: number;
  page: number;
  kind: 'distance' | 'angle' | 'region';
  points: Point[];
}

/** The images of a document on a viewport: which stack, which slice, in which window, and how it lies. */
export class Stage {
  readonly frames: Frames;
  /** The stack that is shown, by its place. */
  current = $state(0);
  /** The page that is shown, from 1. */
  page = $state(1);
  pose = $state.raw<Pose>(UPRIGHT);
  inverted = $state(false);
  /** Chosen by the reader; nothing for that of the image. */
  chosen = $state.raw<Window | null>(null);
  measures = $state.raw<Measure[]>([]);
  /** What a citation points to on a page: left, upper, right and lower pixel. */
  pointed = $state.raw<{ page: number; region: [number, number, number, number] } | null>(null);
  /** The image that is painted: the one that is wanted, once it is here. */
  painted = $state.raw<{ page: number; frame: Frame } | null>(null);
  /** How many citations were followed here. */
  followed = $state(0);
  /** The first picture of it stands: what is not needed for that may be made. */
  drawn = $state(false);
  /** Frames come and go behind it. */
  version = $state(0);
  playing = $state(false);
  /** Images are still coming: their pages are not yet those that they will have, so that nothing is told of them by page. */
  partial = false;
  /** It lies beside another examination, at a place that only looks like the same one: their positions are not of one frame of reference. */
  approximate = $state(false);
  /** The page last looked at of each stack. */
  readonly #left = new Map<number, number>();
  /** Left: what is in sight may stay there, but goes nowhere any more. */
  #closed = false;
  #measured = 0;
  #pages: Map<string, number> | null = null;

  constructor(
    readonly stacks: Stack[],
    fetchFrame: (page: number) => Promise<Frame>,
    page: number | null,
    readonly leftOut: LeftOutView = { damaged: 0, reports: 0, waveforms: 0, notes: 0 },
    hung: HungView | null = null,
  ) {
    this.frames = new Frames(fetchFrame);
    this.frames.onchange = () => (this.version += 1);
    if (hung) this.#hang(hung);
    else if (page === null) this.show(0);
    else this.goTo(page);
  }

  #sliceOf(page: number): Slice | undefined {
    const stack = this.stacks.findLast((candidate) => candidate.first <= page);
    return stack?.slices[page - stack.first];
  }

  /** Whether the file of a page has a proper name. */
  isNamed(page: number): boolean {
    return !!this.#sliceOf(page)?.instance;
  }

  /** What names the image of a page, wherever it lies; its page where its file has no proper name. */
  nameOf(page: number): string {
    const slice = this.#sliceOf(page);
    return slice?.instance ? `${slice.instance} ${slice.frame}` : `page ${page}`;
  }

  /** The page of the image of that name; nothing if it is not here. */
  pageOf(name: string): number | null {
    this.#pages ??= new Map(this.stacks.flatMap(({ first, slices }) => slices.map((_, at) => [this.nameOf(first + at), first + at] as const)));
    return this.#pages.get(name) ?? null;
  }

  get stack(): Stack | null {
    return this.stacks[this.current] ?? null;
  }

  get slice(): Slice | null {
    return this.stack?.slices[this.page - this.stack.first] ?? null;
  }

  /** The image that is shown, once it is here. */
  get frame(): Frame | null {
    void this.version;
    return this.frames.at(this.page);
  }

  /** Why it cannot be. */
  get failure(): FrameFailure | null {
    void this.version;
    return this.frames.failure(this.page);
  }

  /** What the eyes see: never of another series, nor in place of a damaged image. What is written, measured and cited is of it. */
  get shown(): { page: number; frame: Frame; slice: Slice } | null {
    const { painted, stack } = this;
    if (this.failure || !painted || !stack) return null;
    const slice = stack.slices[painted.page - stack.first];
    return slice ? { ...painted, slice } : null;
  }

  get window(): Window | null {
    const frame = this.shown?.frame ?? this.frame;
    return this.chosen ?? (frame ? firstWindow(frame) : null);
  }

  /** Goes to a page of the document, in whichever stack it lies. */
  goTo(page: number) {
    if (this.#closed) return;
    const found = this.stacks.findLastIndex((stack) => stack.first <= page);
    const stack = this.stacks[Math.max(0, found)];
    if (!stack) return;
    const last = stack.first + stack.slices.length - 1;
    if (found !== this.current && found >= 0) this.#enter(found);
    this.page = Math.min(last, Math.max(stack.first, page));
    this.#left.set(this.current, this.page);
    this.frames.look(this.page, [stack.first, last]);
  }

  /** Goes some slices further; not beyond the stack. */
  step(by: number) {
    if (!this.stack) return;
    const last = this.stack.first + this.stack.slices.length - 1;
    this.goTo(Math.min(last, Math.max(this.stack.first, this.page + by)));
  }

  /** Shows another stack, where it was left; the middle of it to begin with. */
  show(index: number) {
    const stack = this.stacks[index];
    if (stack) this.goTo(this.#left.get(index) ?? stack.first + (stack.placed ? Math.floor(stack.slices.length / 2) : 0));
  }

  /** Shows what lay there in the last examination of its kind, as it lay. */
  #hang({ stack, window, inverted }: HungView) {
    this.show(stack ?? 0);
    this.chosen = window && { center: window[0], width: window[1] };
    this.inverted = inverted;
  }

  /** How it hangs: of several viewports each has its stack; one alone is just that. A window is worth keeping in Hounsfield units alone. */
  hung(isOneOfSeveral: boolean): HungView {
    if (!isOneOfSeveral) return { stack: null, window: null, inverted: false };
    const { chosen } = this;
    const isOfUnits = this.shown?.frame.unit === 'HU';
    return { stack: this.current, window: chosen && isOfUnits ? [chosen.center, chosen.width] : null, inverted: this.inverted };
  }

  #enter(index: number) {
    this.current = index;
    this.chosen = null;
    this.pose = UPRIGHT;
    this.inverted = false;
    this.playing = false;
    this.approximate = false;
  }

  reset() {
    this.pose = UPRIGHT;
    this.chosen = null;
    this.inverted = false;
  }

  /** Keeps what was measured on a page. */
  keep({ page, kind, points }: Omit<Measure, 'id'>) {
    this.#measured += 1;
    this.measures = [...this.measures, { id: this.#measured, page, kind, points }];
    return this.#measured;
  }

  /** What names the slice that is shown, and how it is looked at; nothing where its file has no proper names. */
  get cited(): CitedSlice | null {
    const { stack, shown, window } = this;
    if (!stack || !shown || ![stack.study, stack.series, shown.slice.instance].every((uid) => /^[0-9.]{1,64}$/.test(uid))) return null;
    const { page, frame, slice } = shown;
    const points = this.measures.findLast((measure) => measure.page === page)?.points;
    const [xs, ys] = [points?.map(([x]) => x), points?.map(([, y]) => y)];
    const within = (value: number) => Math.max(0, Math.round(value));
    return {
      study: stack.study,
      series: stack.series,
      instance: slice.instance,
      frame: slice.frame,
      date: stack.date,
      series_number: stack.number,
      number: slice.number,
      slice: page - stack.first + 1,
      window: window && frame.pixels !== 'rgb' ? { center: Math.round(window.center * 1_000), width: Math.round(window.width * 1_000) } : null,
      region: xs && ys ? [within(Math.min(...xs)), within(Math.min(...ys)), within(Math.max(...xs)), within(Math.max(...ys))] : null,
    };
  }

  /** Shows a cited slice as it was looked at: the image of that name, wherever it lies. Whether it is here. */
  follow({ study, series, instance, frame, window, region }: CitedSlice): boolean {
    const isCited = (slice: Slice) => slice.instance === instance && slice.frame === frame;
    const stack = this.stacks.find((stack) => stack.study === study && stack.series === series && stack.slices.some(isCited));
    if (!stack) return false;
    const page = stack.first + stack.slices.findIndex(isCited);
    this.goTo(page);
    this.reset();
    this.chosen = window && { center: window.center / 1_000, width: window.width / 1_000 };
    this.pointed = region && { page, region };
    this.followed += 1;
    return true;
  }

  /** Takes over what was measured when fewer of these images were here, and goes on where they were left, as it lay, if that is wanted. Whether it does. */
  resume(former: Stage, wanted: boolean): boolean {
    const pageNow = (page: number) => (former.isNamed(page) ? this.pageOf(former.nameOf(page)) : null);
    for (const measure of former.measures) {
      const there = pageNow(measure.page);
      if (there !== null) this.keep({ ...measure, page: there });
    }
    const page = wanted ? pageNow(former.shown?.page ?? former.page) : null;
    if (page === null) return false;
    this.goTo(page);
    this.pose = former.pose;
    this.chosen = former.chosen;
    this.inverted = former.inverted;
    return true;
  }

  erase(id: number) {
    this.measures = this.measures.filter((measure) => measure.id !== id);
  }

  /** Shows what corresponds to the images of another examination: the same plane of the same part, at the same place, in the same window. */
  pairWith(other: Stage) {
    const wanted = other.stack;
    if (!wanted) return;
    const scores = this.stacks.map((stack) => likeness(wanted, stack));
    const best = scores.indexOf(Math.max(...scores));
    this.show(best);
    this.approximate = false;
    if (this.stack && isParallel(wanted, this.stack)) {
      const isOne = wanted.frame_of_reference !== '' && wanted.frame_of_reference === this.stack.frame_of_reference;
      if (isOne) this.moveTo(other.depth);
      else this.goTo(this.stack.first + Math.round(((other.page - wanted.first) / Math.max(1, wanted.slices.length - 1)) * (this.stack.slices.length - 1)));
      this.approximate = !isOne;
    }
    this.chosen = other.window;
    // As large as it fits: a pixel of one is not one of the other.
    this.pose = { ...other.pose, zoom: null, x: 0, y: 0 };
  }

  /** What `depth` counts. */
  get unit(): 'slice' | 'millimetre' {
    return this.stack?.orientation && this.slice?.position ? 'millimetre' : 'slice';
  }

  /** How far along the normal of the stack the slice lies, in millimetres; the place in the stack where that is not told. */
  get depth(): number {
    const { stack, slice } = this;
    if (stack?.orientation && slice?.position) return depthOf(stack.orientation, slice.position);
    return stack ? this.page - stack.first : 0;
  }

  /** Goes to the slice that lies closest to a depth. */
  moveTo(depth: number) {
    const { stack } = this;
    if (!stack) return;
    const { orientation } = stack;
    const at = (slice: Slice, index: number) => (orientation && slice.position ? depthOf(orientation, slice.position) : index);
    const far = stack.slices.map((slice, index) => Math.abs(at(slice, index) - depth));
    this.goTo(stack.first + far.indexOf(Math.min(...far)));
  }

  close() {
    this.#closed = true;
    this.playing = false;
    this.frames.close();
  }
}

/** Whether two stacks lie the same way, to within about 18 degrees. */
function isParallel(one: Stack, other: Stack): boolean {
  if (!one.orientation || !other.orientation) return false;
  const [a, b] = [normalOf(one.orientation), normalOf(other.orientation)];
  return a.reduce((sum, part, axis) => sum + part * (b[axis] ?? 0), 0) > 0.95;
}

/** How well two stacks can be compared: by what made them, how they lie, what they show, and what they are called. */
export function likeness(one: Stack, other: Stack): number {
  const same = (a: string, b: string) => a !== '' && a.toLocaleLowerCase('fr') === b.toLocaleLowerCase('fr');
  return (one.modality === other.modality ? 8 : 0) + (isParallel(one, other) ? 4 : 0) + (same(one.body_part, other.body_part) ? 2 : 0) + (same(one.description, other.description) ? 1 : 0) + Math.min(0.5, other.slices.length / 10_000);
}

/** With a page in sight, or as images of their kind hung last, or the middle of the first stack. */
export const makeStage = ({ stacks, left_out }: ImagesView, fetchFrame: (page: number) => Promise<Frame>, page: number | null, hung: HungView | null = null) => new Stage(stacks.map(stackOf), fetchFrame, page, left_out, hung);
