import type { CurveView } from '../../../bridge';
import type { Frame } from './frame';

/** Which values are shown, in those of the modality: the middle, and from the darkest to the lightest. */
export interface Window {
  center: number;
  width: number;
}

/** The window that a frame is shown with first: the file's own, else one that shows what there is. */
export const firstWindow = (frame: Frame): Window => frame.windows[0] ?? frame.automatic;

/** How a stored value becomes a brightness from 0 to 1: `clamp(value * gain + offset)`, an S of it, or what a table says there (PS3.3, C.11.2.1). */
export interface Ramp {
  gain: number;
  offset: number;
  sigmoid: boolean;
  /** Levels from 0 to 255, in even steps from one end of the window to the other. */
  table: Uint8Array | null;
}

/** Of each frame, so that a painter knows it again: as it is, and inverted. */
const tables = new WeakMap<Frame, [Uint8Array, Uint8Array]>();
function tableOf(frame: Frame, isInverted: boolean): Uint8Array | null {
  if (!frame.table) return null;
  const known = tables.get(frame) ?? [Uint8Array.from(frame.table), Uint8Array.from(frame.table, (level) => 255 - level)];
  tables.set(frame, known);
  return known[isInverted ? 1 : 0];
}

export function rampOf(frame: Frame, window: Window, inverted: boolean): Ramp {
  const table = tableOf(frame, frame.inverted !== inverted);
  const { gain, offset } = table ? fromEndToEnd(window) : line(frame.curve, window);
  const ramp = { gain: gain * frame.slope, offset: gain * frame.intercept + offset, sigmoid: !table && frame.curve === 'sigmoid', table };
  if (table || frame.inverted === inverted) return ramp;
  return ramp.sigmoid ? { ...ramp, gain: -ramp.gain, offset: -ramp.offset } : { ...ramp, gain: -ramp.gain, offset: 1 - ramp.offset };
}

function line(curve: CurveView, { center, width }: Window): { gain: number; offset: number } {
  if (curve === 'sigmoid') return { gain: 4 / width, offset: (-4 * center) / width };
  if (curve === 'linear-exact') return { gain: 1 / width, offset: 0.5 - center / width };
  // Of a width of one: below, or not (C.11.2.1.2.1, note 4).
  const steps = Math.max(width - 1, 1e-6);
  return { gain: 1 / steps, offset: 0.5 - (center - 0.5) / steps };
}

/** From the first entry of a table to its last one. */
function fromEndToEnd({ center, width }: Window): { gain: number; offset: number } {
  const steps = Math.max(width - 1, 1e-6);
  return { gain: 1 / steps, offset: (width / 2 - center) / steps };
}

export function brightness({ gain, offset, sigmoid, table }: Ramp, value: number): number {
  const along = value * gain + offset;
  if (table) return levelIn(table, along) / 255;
  return sigmoid ? 1 / (1 + Math.exp(-along)) : Math.min(1, Math.max(0, along));
}

/** The entry that lies nearest. */
export function levelIn(table: Uint8Array, along: number): number {
  const last = table.length - 1;
  return table[Math.min(last, Math.max(0, Math.floor(along * last + 0.5)))]!;
}

export interface Preset {
  id: 'file' | 'automatic' | 'abdomen' | 'lung' | 'bone' | 'brain' | 'mediastinum' | 'liver';
  window: Window | null;
}

/** Usual windows of CT in Hounsfield units; nothing for what comes from the image itself. */
export const PRESETS: Preset[] = [
  { id: 'file', window: null },
  { id: 'automatic', window: null },
  { id: 'abdomen', window: { center: 50, width: 400 } },
  { id: 'liver', window: { center: 80, width: 150 } },
  { id: 'mediastinum', window: { center: 40, width: 350 } },
  { id: 'lung', window: { center: -600, width: 1_500 } },
  { id: 'bone', window: { center: 400, width: 1_800 } },
  { id: 'brain', window: { center: 40, width: 80 } },
];

/** The presets that say something of this image. */
export const presetsOf = (frame: Frame): Preset[] =>
  PRESETS.filter(({ id, window }) => (window ? frame.unit === 'HU' && frame.pixels !== 'rgb' : id === 'automatic' || frame.windows.length > 0));

export const windowOf = (frame: Frame, { id, window }: Preset): Window => window ?? (id === 'automatic' ? frame.automatic : firstWindow(frame));
