import type { Point } from './length';
import type { Stage } from './stage.svelte';

/** Where an image lies in the patient, in millimetres towards his left, his back and his head. */
export interface Placed {
  /** The directions of its rows, then of its columns. */
  orientation: readonly number[];
  /** The middle of its first pixel. */
  position: readonly number[];
  columns: number;
  rows: number;
  /** From the middle of a pixel to that of the next. */
  spacing: { rows: number; columns: number };
}

/** Of the image that is painted, where its file tells it. */
export function placedOf({ stack, shown }: Stage): Placed | null {
  if (!stack?.orientation || !shown?.slice.position || shown.frame.scale.kind !== 'calibrated') return null;
  const { columns, rows, scale } = shown.frame;
  return { orientation: stack.orientation, position: shown.slice.position, columns, rows, spacing: scale.spacing };
}

const dot = (one: readonly number[], other: readonly number[]) => one.reduce((sum, part, axis) => sum + part * (other[axis] ?? 0), 0);
const minus = (one: readonly number[], other: readonly number[]) => one.map((part, axis) => part - (other[axis] ?? 0));
const cross = ([a = 0, b = 0, c = 0]: readonly number[], [d = 0, e = 0, f = 0]: readonly number[]) => [b * f - c * e, c * d - a * f, a * e - b * d];

/** Planes that meet at less than this, about six degrees, are taken for parallel: the line says nothing. */
const PARALLEL = 0.1;

/** Where another image crosses this one, in its pixels and as far as that image reaches; nothing where they are parallel or do not meet. */
export function crossing(image: Placed, other: Placed): [Point, Point] | null {
  const sides = ({ orientation, spacing }: Placed) => [orientation.slice(0, 3), orientation.slice(3, 6), spacing.columns, spacing.rows] as const;
  const [row, column, across, down] = sides(image);
  const [otherRow, otherColumn, otherAcross, otherDown] = sides(other);
  const normal = cross(otherRow, otherColumn);
  const [alongRow, alongColumn] = [dot(normal, row), dot(normal, column)];
  if (Math.hypot(alongRow, alongColumn) < PARALLEL) return null;
  // `a x + b y + c` is how far a pixel lies from the other plane.
  const [a, b] = [alongRow * across, alongColumn * down];
  const c = dot(normal, minus(image.position, other.position)) - (a + b) / 2;
  const steep = Math.hypot(a, b);
  const from: Point = [(-c * a) / steep ** 2, (-c * b) / steep ** 2];
  const towards: Point = [-b / steep, a / steep];
  // The same line in the pixels of the other image.
  const place = ([x, y]: Point) => image.position.map((part, axis) => part + (row[axis] ?? 0) * (x - 0.5) * across + (column[axis] ?? 0) * (y - 0.5) * down);
  const there = (point: Point): Point => {
    const within = minus(place(point), other.position);
    return [dot(within, otherRow) / otherAcross + 0.5, dot(within, otherColumn) / otherDown + 0.5];
  };
  const [start, next] = [there(from), there([from[0] + towards[0], from[1] + towards[1]])];
  let [least, most] = [-Infinity, Infinity];
  for (const [at, step, side] of [[from[0], towards[0], image.columns], [from[1], towards[1], image.rows], [start[0], next[0] - start[0], other.columns], [start[1], next[1] - start[1], other.rows]] as const) {
    if (Math.abs(step) < 1e-9) {
      if (at < 0 || at > side) return null;
      continue;
    }
    const [enters, leaves] = [-at / step, (side - at) / step].sort((one, two) => one - two) as [number, number];
    [least, most] = [Math.max(least, enters), Math.min(most, leaves)];
  }
  const at = (way: number): Point => [from[0] + towards[0] * way, from[1] + towards[1] * way];
  return least < most ? [at(least), at(most)] : null;
}
