import type { Frame } from './frame';
import { Painter2d } from './painter-2d';
import { PainterGl } from './painter-gl';
import type { Painter } from './painter';

let measured: Painter['kind'] | null = null;

/** Which painter is faster on this machine: measured once, on a slice of 512 x 512 that changes every time. A graphics card that is only emulated loses. */
export function fasterPainter(): Painter['kind'] {
  measured ??= measure();
  return measured;
}

export function makePainter(canvas: HTMLCanvasElement, kind: Painter['kind']): Painter {
  return kind === 'webgl' ? new PainterGl(canvas) : new Painter2d(canvas);
}

const SIDE = 512;
const TIMES = 6;

function measure(): Painter['kind'] {
  const frames = [0, 1].map(probe);
  const back = { a: SIDE / 800, b: 0, c: 0, d: SIDE / 800, e: 0, f: 0 };
  const timed = (make: (canvas: HTMLCanvasElement) => Painter): number => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 800, height: 800 });
    let painter: Painter;
    try {
      painter = make(canvas);
    } catch {
      return Infinity;
    }
    const pixel = new Uint8Array(4);
    const round = (time: number) => {
      const frame = frames[time % 2];
      if (frame) painter.paint(frame, back, { gain: 1 / 4_000, offset: 0, sigmoid: false, table: null });
      // Waits until it is done.
      const gl = painter.kind === 'webgl' ? canvas.getContext('webgl2') : null;
      if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    };
    try {
      round(0);
      const from = performance.now();
      for (let time = 1; time <= TIMES; time += 1) round(time);
      return performance.now() - from;
    } catch {
      return Infinity;
    } finally {
      painter.dispose();
    }
  };
  return timed((canvas) => new PainterGl(canvas)) < timed((canvas) => new Painter2d(canvas)) ? 'webgl' : '2d';
}

function probe(seed: number): Frame {
  const values = Uint16Array.from({ length: SIDE * SIDE }, (_, at) => (at * 31 + seed * 997) % 4_096);
  const window = { center: 2_048, width: 4_096, name: '' };
  return { columns: SIDE, rows: SIDE, pixels: 'grey16', slope: 1, intercept: 0, unit: '', reduced: false, windows: [], automatic: window, curve: 'linear', inverted: false, aspect: 1, table: null, lacks_table: false, scale: { kind: 'none' }, thickness: null, values };
}
