import type { ScaleView, SpacingView } from '../../../bridge';

/** What a length is told in: millimetres in the patient, millimetres at the detector, or pixels. */
export type Unit = 'calibrated' | 'detector' | 'pixels';

export interface Length {
  value: number;
  unit: Unit;
}

export type Point = readonly [number, number];

/** The spacing that holds at all of these points, and what it is worth. A wrong unit is worse than none. */
export function spacingAt(scale: ScaleView, points: readonly Point[]): { spacing: SpacingView; unit: Unit } {
  if (scale.kind === 'calibrated' || scale.kind === 'detector') return { spacing: scale.spacing, unit: scale.kind };
  const region = scale.kind === 'regions' ? scale.regions.find(({ sides: [left, top, right, bottom] }) => points.every(([x, y]) => x >= left && x <= right + 1 && y >= top && y <= bottom + 1)) : undefined;
  return region ? { spacing: region.spacing, unit: 'calibrated' } : { spacing: { rows: 1, columns: 1 }, unit: 'pixels' };
}

/** From one point of an image to another, in its pixels. */
export function lengthOf(scale: ScaleView, from: Point, to: Point): Length {
  const { spacing, unit } = spacingAt(scale, [from, to]);
  return { value: Math.hypot((to[0] - from[0]) * spacing.columns, (to[1] - from[1]) * spacing.rows), unit };
}

/** Degrees between two arms from the same point, as they lie in the patient. */
export function angleOf(scale: ScaleView, [one, corner, other]: readonly [Point, Point, Point]): number {
  const { spacing } = spacingAt(scale, [one, corner, other]);
  const arm = ([x, y]: Point) => Math.atan2((y - corner[1]) * spacing.rows, (x - corner[0]) * spacing.columns);
  const turn = Math.abs(arm(one) - arm(other));
  return ((turn > Math.PI ? 2 * Math.PI - turn : turn) * 180) / Math.PI;
}
