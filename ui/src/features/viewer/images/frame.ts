import type { FrameView } from '../../../bridge';

/** An image as the reader gives it: what is told of it, and its values, pixel by pixel from its upper left corner. */
export interface Frame extends FrameView {
  values: Uint8Array | Uint16Array | Int16Array;
}

/** An answer of `case://localhost/image/…`: the length of the JSON, the JSON, and the values, all little endian. */
export function parseFrame(answer: ArrayBuffer): Frame {
  const length = new DataView(answer).getUint32(0, true);
  const told = JSON.parse(new TextDecoder().decode(new Uint8Array(answer, 4, length))) as FrameView;
  const from = 4 + length;
  const count = told.columns * told.rows * (told.pixels === 'rgb' ? 3 : 1);
  return { ...told, values: valuesOf(told, answer, from, count) };
}

function valuesOf({ pixels }: FrameView, answer: ArrayBuffer, from: number, count: number) {
  if (pixels === 'grey16') return new Uint16Array(answer, from, count);
  if (pixels === 'signed16') return new Int16Array(answer, from, count);
  return new Uint8Array(answer, from, count);
}

/** What the modality measured at a pixel; three numbers of a colour. Nothing beside the image. */
export function valuesAt(frame: Frame, x: number, y: number): number[] | null {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= frame.columns || row >= frame.rows) return null;
  const at = row * frame.columns + column;
  if (frame.pixels === 'rgb') return [0, 1, 2].map((part) => frame.values[at * 3 + part] ?? 0);
  return [(frame.values[at] ?? 0) * frame.slope + frame.intercept];
}
