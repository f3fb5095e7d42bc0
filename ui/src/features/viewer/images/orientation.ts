/** Letters of the directions of a body: Droite, Gauche, Antérieur, Postérieur, Haut, Bas. */
const LETTERS = [
  ['G', 'D'],
  ['P', 'A'],
  ['H', 'B'],
] as const;

/** Where a direction leads in the patient, by letters, the main one first; directions are towards his left, his back and his head. */
export function lettersOf(direction: readonly number[]): string {
  const parts = direction.map((part, axis) => ({ axis, part })).filter(({ part }) => Math.abs(part) > 0.38);
  parts.sort((one, other) => Math.abs(other.part) - Math.abs(one.part));
  return parts.slice(0, 2).map(({ axis, part }) => LETTERS[axis as 0 | 1 | 2][part > 0 ? 0 : 1]).join('');
}

export interface Edges {
  left: string;
  right: string;
  top: string;
  bottom: string;
}

/** What the four edges of a viewport show towards, of an image that is turned and flipped. */
export function edgesOf(orientation: readonly number[], turns: number, flipped: boolean): Edges {
  const minus = (vector: readonly number[]) => vector.map((part) => -part);
  const across = flipped ? minus(orientation.slice(0, 3)) : orientation.slice(0, 3);
  const down = orientation.slice(3, 6);
  const [right, bottom] = ([[across, down], [minus(down), across], [minus(across), minus(down)], [down, minus(across)]] as const)[(turns % 4) as 0 | 1 | 2 | 3];
  return { left: lettersOf(minus(right)), right: lettersOf(right), top: lettersOf(minus(bottom)), bottom: lettersOf(bottom) };
}

/** What the letters of a radiograph are in French, and what lies across from each (Patient Orientation, PS3.3, C.7.6.1.1.1). */
const FRENCH: Record<string, string> = { L: 'G', R: 'D', P: 'P', A: 'A', H: 'H', F: 'B' };
const ACROSS: Record<string, string> = { G: 'D', D: 'G', P: 'A', A: 'P', H: 'B', B: 'H' };

/** The same of a projection, which has no plane but says where its rows and its columns lead. */
export function edgesTowards([row, column]: readonly [string, string], turns: number, flipped: boolean): Edges {
  const french = (letters: string) => [...letters].map((letter) => FRENCH[letter] ?? '').join('');
  const minus = (letters: string) => [...letters].map((letter) => ACROSS[letter] ?? '').join('');
  const across = flipped ? minus(french(row)) : french(row);
  const down = french(column);
  const [right, bottom] = ([[across, down], [minus(down), across], [minus(across), minus(down)], [down, minus(across)]] as const)[(turns % 4) as 0 | 1 | 2 | 3];
  return { left: minus(right), right, top: minus(bottom), bottom };
}

/** The normal of a stack, towards his left, his back or his head, whichever it is closest to: the same way for parallel stacks, however they are written. */
export function normalOf(orientation: readonly number[]): number[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = orientation;
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  const main = normal.reduce((most, part) => (Math.abs(part) > Math.abs(most) ? part : most), 0);
  return main < 0 ? normal.map((part) => -part) : normal;
}

/** How far along the normal of a stack a place lies, in millimetres. */
export function depthOf(orientation: readonly number[], position: readonly number[]): number {
  const normal = normalOf(orientation);
  return normal.reduce((sum, part, axis) => sum + part * (position[axis] ?? 0), 0);
}
