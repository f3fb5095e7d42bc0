import type { Frame } from './frame';
import type { Matrix } from './pose';
import type { Ramp } from './window';

/** Paints an image on its canvas. Whichever does it, a pixel is the same: values between four neighbours, then the window. */
export interface Painter {
  readonly kind: 'webgl' | '2d';
  /** `back` leads from pixels of the canvas to those of the image. */
  paint(frame: Frame, back: Matrix, ramp: Ramp): void;
  /** Gives back what it holds. */
  dispose(): void;
}
