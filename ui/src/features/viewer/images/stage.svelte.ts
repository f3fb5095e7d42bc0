import type { CitedSlice, ImagesView, SliceView, StackView } from '../../../bridge';
import { Frames } from './frames';
import type { Frame } from './frame';
import type { Point } from './length';
import { depthOf } from './orientation';
import { UPRIGHT, type Pose } from './pose';
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
  /** Frames come and go behind it. */
  version = $state(0);
  playing = $state(false);
  /** The page last looked at of each stack. */
  readonly #left = new Map<number, number>();
  #measured = 0;

  constructor(
    readonly stacks: StackView[],
    fetchFrame: (page: number) => Promise<Frame>,
    page: number | null,
  ) {
    this.frames = new Frames(fetchFrame);
    this.frames.onchange = () => (this.version += 1);
    if (page === null) this.show(0);
    else this.goTo(page);
  }

  get stack(): StackView | null {
    return this.stacks[this.current] ?? null;
  }

  get slice(): SliceView | null {
    return this.stack?.slices[this.page - this.stack.first] ?? null;
  }

  /** The image that is shown, once it is here. */
  get frame(): Frame | null {
    void this.version;
    return this.frames.at(this.page);
  }

  get damaged(): boolean {
    void this.version;
    return this.frames.isDamaged(this.page);
  }

  get window(): Window | null {
    return this.chosen ?? (this.frame ? firstWindow(this.frame) : null);
  }

  /** Goes to a page of the document, in whichever stack it lies. */
  goTo(page: number) {
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

  #enter(index: number) {
    this.current = index;
    this.chosen = null;
    this.pose = UPRIGHT;
    this.inverted = false;
    this.playing = false;
  }

  reset() {
    this.pose = UPRIGHT;
    this.chosen = null;
    this.inverted = false;
  }

  keep(measure: Omit<Measure, 'id' | 'page'>) {
    this.#measured += 1;
    this.measures = [...this.measures, { ...measure, id: this.#measured, page: this.page }];
    return this.#measured;
  }

  /** What names the slice that is shown, and how it is looked at; nothing where its file has no proper names. */
  get cited(): CitedSlice | null {
    const { stack, slice, window, frame } = this;
    if (!stack || !slice || ![stack.study, stack.series, slice.instance].every((uid) => /^[0-9.]{1,64}$/.test(uid))) return null;
    const points = this.measures.findLast((measure) => measure.page === this.page)?.points;
    const [xs, ys] = [points?.map(([x]) => x), points?.map(([, y]) => y)];
    const within = (value: number) => Math.max(0, Math.round(value));
    return {
      study: stack.study,
      series: stack.series,
      instance: slice.instance,
      frame: slice.frame,
      series_number: stack.number ?? this.current + 1,
      slice: this.page - stack.first + 1,
      window: window && frame?.pixels !== 'rgb' ? { center: Math.round(window.center * 1_000), width: Math.round(window.width * 1_000) } : null,
      region: xs && ys ? [within(Math.min(...xs)), within(Math.min(...ys)), within(Math.max(...xs)), within(Math.max(...ys))] : null,
    };
  }

  /** Shows a cited slice as it was looked at. */
  follow(page: number, { window, region }: CitedSlice) {
    this.goTo(page);
    this.chosen = window && { center: window.center / 1_000, width: window.width / 1_000 };
    this.pointed = region && { page, region };
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
    if (this.stack?.orientation && wanted.orientation) this.moveTo(other.depth);
    this.chosen = other.window;
    this.pose = other.pose;
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
    const at = (slice: SliceView, index: number) => (orientation && slice.position ? depthOf(orientation, slice.position) : index);
    const far = stack.slices.map((slice, index) => Math.abs(at(slice, index) - depth));
    this.goTo(stack.first + far.indexOf(Math.min(...far)));
  }

  close() {
    this.playing = false;
    this.frames.close();
  }
}

/** How well two stacks can be compared: by what made them, how they lie, what they show, and what they are called. */
export function likeness(one: StackView, other: StackView): number {
  const same = (a: string, b: string) => a !== '' && a.toLocaleLowerCase('fr') === b.toLocaleLowerCase('fr');
  const [across, down] = [0, 3].map((from) => Math.abs([0, 1, 2].reduce((sum, axis) => sum + (one.orientation?.[from + axis] ?? 0) * (other.orientation?.[from + axis] ?? 0), 0)));
  const parallel = (across ?? 0) > 0.95 && (down ?? 0) > 0.95;
  return (one.modality === other.modality ? 8 : 0) + (parallel ? 4 : 0) + (same(one.body_part, other.body_part) ? 2 : 0) + (same(one.description, other.description) ? 1 : 0) + Math.min(0.5, other.slices.length / 10_000);
}

/** With a page in sight, or the middle of the first stack. */
export const makeStage = ({ stacks }: ImagesView, fetchFrame: (page: number) => Promise<Frame>, page: number | null) => new Stage(stacks, fetchFrame, page);
