/** How the pages of a viewport are lit and set straight; nothing of it is kept, and nothing of it touches the piece. */
export interface Light {
  /** Parts of the brightness that are added, from -0.6 to 0.6. */
  brightness: number;
  /** Parts of the contrast that are added, from -0.6 to 2. */
  contrast: number;
  /** Dark for light, as on a light box. */
  inverted: boolean;
  /** Degrees to the right. */
  tilt: number;
}

/** As the piece is. */
export const AS_IT_IS: Light = { brightness: 0, contrast: 0, inverted: false, tilt: 0 };

export const isChanged = ({ brightness, contrast, inverted, tilt }: Light) => brightness !== 0 || contrast !== 0 || inverted || tilt !== 0;

/** As a CSS filter; nothing when the light is as it is, since a filter makes every page a layer. */
export function filterOf({ brightness, contrast, inverted }: Light): string | null {
  if (brightness === 0 && contrast === 0 && !inverted) return null;
  return `${inverted ? 'invert(1) ' : ''}brightness(${1 + brightness}) contrast(${1 + contrast})`;
}
