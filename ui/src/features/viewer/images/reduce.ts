import type { Frame } from './frame';
import type { Matrix } from './pose';

const made = new WeakMap<Frame, Map<number, Frame>>();

/**
 * What is painted when an image is shown smaller than it is: each value the mean of the square of pixels that becomes one, so that nothing
 * fine is skipped. `back` leads from the canvas to the image, and what comes out to the smaller one.
 */
export function reduced(frame: Frame, back: Matrix): [Frame, Matrix] {
  const side = Math.floor(Math.sqrt(Math.abs(back.a * back.d - back.b * back.c)));
  if (side < 2) return [frame, back];
  const { a, b, c, d, e, f } = back;
  return [smaller(frame, side), { a: a / side, b: b / side, c: c / side, d: d / side, e: e / side, f: f / side }];
}

function smaller(frame: Frame, side: number): Frame {
  const known = made.get(frame) ?? new Map<number, Frame>();
  made.set(frame, known);
  const kept = known.get(side);
  if (kept) return kept;
  const parts = frame.pixels === 'rgb' ? 3 : 1;
  const [columns, rows] = [Math.ceil(frame.columns / side), Math.ceil(frame.rows / side)];
  const values = new (frame.values.constructor as new (length: number) => Frame['values'])(columns * rows * parts);
  const sums = new Float64Array(columns * parts);
  for (let row = 0; row < rows; row += 1) {
    const [top, bottom] = [row * side, Math.min(frame.rows, (row + 1) * side)];
    sums.fill(0);
    for (let y = top; y < bottom; y += 1) {
      let at = y * frame.columns * parts;
      for (let column = 0; column < columns; column += 1) {
        const wide = Math.min(side, frame.columns - column * side);
        for (let x = 0; x < wide; x += 1) for (let part = 0; part < parts; part += 1, at += 1) sums[column * parts + part]! += frame.values[at]!;
      }
    }
    for (let column = 0; column < columns; column += 1) {
      const count = (bottom - top) * Math.min(side, frame.columns - column * side);
      for (let part = 0; part < parts; part += 1) values[(row * columns + column) * parts + part] = Math.round(sums[column * parts + part]! / count);
    }
  }
  const small: Frame = { ...frame, columns, rows, values };
  // One size is enough: the next zoom asks for another.
  known.clear();
  known.set(side, small);
  return small;
}
