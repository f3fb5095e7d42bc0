import type { Frame } from './frame';
import { spacingAt, type Point, type Unit } from './length';

/** What lies within an ellipse: in what the modality measured, and its area. */
export interface Statistics {
  count: number;
  mean: number;
  deviation: number;
  lowest: number;
  highest: number;
  /** Square millimetres, or pixels. */
  area: number;
  unit: Unit;
}

/** Of the ellipse whose box has these corners; a pixel belongs to it when its middle does. Nothing of colours. */
export function statisticsOf(frame: Frame, [one, other]: readonly [Point, Point]): Statistics | null {
  if (frame.pixels === 'rgb') return null;
  const [left, right] = [Math.min(one[0], other[0]), Math.max(one[0], other[0])];
  const [top, bottom] = [Math.min(one[1], other[1]), Math.max(one[1], other[1])];
  const [x, y, across, down] = [(left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2];
  if (across === 0 || down === 0) return null;
  let [count, sum, squares, lowest, highest] = [0, 0, 0, Infinity, -Infinity];
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(frame.rows, bottom); row += 1) {
    for (let column = Math.max(0, Math.floor(left)); column < Math.min(frame.columns, right); column += 1) {
      if (((column + 0.5 - x) / across) ** 2 + ((row + 0.5 - y) / down) ** 2 > 1) continue;
      const value = (frame.values[row * frame.columns + column] ?? 0) * frame.slope + frame.intercept;
      count += 1;
      sum += value;
      squares += value * value;
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
  }
  if (count === 0) return null;
  const mean = sum / count;
  const { spacing, unit } = spacingAt(frame.scale, [one, other]);
  const area = Math.PI * across * down * spacing.columns * spacing.rows;
  return { count, mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)), lowest, highest, area, unit };
}
