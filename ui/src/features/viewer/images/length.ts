import type { ScaleView, SpacingView } from '../../../bridge';

/** What a length is told in: millimetres in the patient, millimetres at the detector, or pixels. */
export type Unit = 'calibrated' | 'detector' | 'pixels';

export interface Length {
  value: number;
  unit: Unit;
}

export type Point = readonly [number, number];

type Region = Extract<ScaleView, { kind: 'regions' }>['regions'][number];

const PIXELS: { spacing: SpacingView; unit: Unit } = { spacing: { rows: 1, columns: 1 }, unit: 'pixels' };

/** The spacing that holds at all of these points, and what it is worth. A wrong unit is worse than none. */
export function spacingAt(scale: ScaleView, points: readonly Point[]): { spacing: SpacingView; unit: Unit } {
  if (scale.kind === 'calibrated' || scale.kind === 'detector') return { spacing: scale.spacing, unit: scale.kind };
  if (scale.kind !== 'regions') return PIXELS;
  const holds = ({ sides: [left, top, right, bottom] }: Region, [x, y]: Point) => x >= left && x <= right + 1 && y >= top && y <= bottom + 1;
  // Where regions lie over each other they have to agree: a strip of Doppler, or an enlarged part, lies over the tissue behind it.
  const touched = scale.regions.filter((region) => points.some((point) => holds(region, point)));
  const spacing = touched[0]?.spacing;
  const agree = spacing && touched.every((region) => region.spacing?.rows === spacing.rows && region.spacing.columns === spacing.columns && points.every((point) => holds(region, point)));
  return agree ? { spacing, unit: 'calibrated' } : PIXELS;
}

/** From one point of an image to another, in its pixels. */
export function lengthOf(scale: ScaleView, from: Point, to: Point): Length {
  const { spacing, unit } = spacingAt(scale, [from, to]);
  return { value: Math.hypot((to[0] - from[0]) * spacing.columns, (to[1] - from[1]) * spacing.rows), unit };
}

/** Degrees between two arms from the same point, as they lie in the patient. `aspect` is how much higher than wide a pixel is. */
export function angleOf(aspect: number, [one, corner, other]: readonly [Point, Point, Point]): number {
  const arm = ([x, y]: Point) => Math.atan2((y - corner[1]) * aspect, x - corner[0]);
  const turn = Math.abs(arm(one) - arm(other));
  return ((turn > Math.PI ? 2 * Math.PI - turn : turn) * 180) / Math.PI;
}
