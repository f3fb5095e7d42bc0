import type { Frame } from './frame';
import type { Painter } from './painter';
import type { Matrix } from './pose';
import { levelIn, type Ramp } from './window';

/** Paints with the processor: for machines whose WebGL is slow, which is measured. */
export class Painter2d implements Painter {
  readonly kind = '2d';
  readonly #context: CanvasRenderingContext2D;
  #image: ImageData | null = null;

  constructor(private readonly canvas: HTMLCanvasElement | OffscreenCanvas) {
    const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D | null;
    if (!context) throw new Error('no canvas to paint on');
    this.#context = context;
  }

  paint(frame: Frame, back: Matrix, ramp: Ramp) {
    const { width, height } = this.canvas;
    if (width === 0 || height === 0) return;
    if (this.#image?.width !== width || this.#image.height !== height) this.#image = this.#context.createImageData(width, height);
    paintPixels(new Uint32Array(this.#image.data.buffer), width, height, frame, back, ramp);
    this.#context.putImageData(this.#image, 0, 0);
  }

  dispose() {
    this.#image = null;
  }
}

const BLACK = 0xff000000;

/** Fills pixels of 32 bits (alpha, blue, green, red from the highest byte on). */
export function paintPixels(into: Uint32Array, width: number, height: number, frame: Frame, back: Matrix, ramp: Ramp) {
  const { columns, rows, values } = frame;
  const grey = frame.pixels === 'rgb' ? null : levelsOf(frame, ramp);
  const { a, b } = back;
  const [lastColumn, lastRow] = [columns - 1, rows - 1];
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    // The middle of the first pixel of the line, from that of the first pixel of the image.
    let u = back.a * 0.5 + back.c * (y + 0.5) + back.e - 0.5;
    let v = back.b * 0.5 + back.d * (y + 0.5) + back.f - 0.5;
    for (let x = 0; x < width; x += 1, u += a, v += b, at += 1) {
      if (u < -0.5 || v < -0.5 || u >= columns - 0.5 || v >= rows - 0.5) {
        into[at] = BLACK;
        continue;
      }
      const cu = u < 0 ? 0 : u > lastColumn ? lastColumn : u;
      const cv = v < 0 ? 0 : v > lastRow ? lastRow : v;
      const left = cu | 0;
      const top = cv | 0;
      const p = cu - left;
      const q = cv - top;
      const right = left < lastColumn ? 1 : 0;
      const first = top * columns + left;
      const second = top < lastRow ? first + columns : first;
      if (grey) {
        const one = values[first]! + (values[first + right]! - values[first]!) * p;
        const other = values[second]! + (values[second + right]! - values[second]!) * p;
        into[at] = grey(one + (other - one) * q);
      } else {
        let pixel = BLACK;
        for (let part = 0; part < 3; part += 1) {
          const [i, j, k, l] = [first * 3 + part, (first + right) * 3 + part, second * 3 + part, (second + right) * 3 + part];
          const one = values[i]! + (values[j]! - values[i]!) * p;
          const other = values[k]! + (values[l]! - values[k]!) * p;
          pixel |= ((one + (other - one) * q + 0.5) | 0) << (8 * part);
        }
        into[at] = pixel;
      }
    }
  }
}

/** A value to a pixel. Of a line it is computed; an S is looked up, at the nearest whole value, and a table of the file as well. */
function levelsOf(frame: Frame, { gain, offset, sigmoid, table }: Ramp): (value: number) => number {
  const pixel = (level: number) => (BLACK | (level << 16) | (level << 8) | level) >>> 0;
  const lowest = frame.pixels === 'signed16' ? -32_768 : 0;
  if (!sigmoid && !table) {
    const pixels = Uint32Array.from({ length: 256 }, (_, level) => pixel(level));
    const [scale, from] = [gain * 255, offset * 255 + 0.5];
    return (value) => {
      const level = value * scale + from;
      return pixels[level <= 0 ? 0 : level >= 255 ? 255 : level | 0]!;
    };
  }
  const level = (along: number) => (table ? levelIn(table, along) : Math.round(255 / (1 + Math.exp(-along))));
  const pixels = Uint32Array.from({ length: 65_536 }, (_, index) => pixel(level((index + lowest) * gain + offset)));
  return (value) => pixels[Math.round(value) - lowest]!;
}
