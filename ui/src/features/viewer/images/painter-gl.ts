import type { Frame } from './frame';
import type { Painter } from './painter';
import type { Matrix } from './pose';
import type { Ramp } from './window';

const CORNERS = `#version 300 es
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0); }`;

/** Whole numbers are not interpolated by textures: the four neighbours are, here. */
const shader = (sampler: string) => `#version 300 es
precision highp float;
precision highp int;
precision highp isampler2D;
precision highp usampler2D;
uniform ${sampler} image;
uniform vec4 turn;
uniform vec2 shift;
uniform float height;
uniform vec2 ramp;
uniform int mode;
uniform usampler2D levels;
uniform int lastLevel;
out vec4 colour;
vec4 at(ivec2 place) { return vec4(texelFetch(image, place, 0)); }
void main() {
  vec2 size = vec2(textureSize(image, 0));
  vec2 here = vec2(gl_FragCoord.x, height - gl_FragCoord.y);
  vec2 place = vec2(turn.x * here.x + turn.z * here.y, turn.y * here.x + turn.w * here.y) + shift - 0.5;
  if (any(lessThan(place, vec2(-0.5))) || any(greaterThanEqual(place, size - 0.5))) { colour = vec4(0.0, 0.0, 0.0, 1.0); return; }
  vec2 within = clamp(place, vec2(0.0), size - 1.0);
  ivec2 first = ivec2(within);
  ivec2 last = min(first + 1, ivec2(size) - 1);
  vec2 part = within - vec2(first);
  vec4 value = mix(mix(at(first), at(ivec2(last.x, first.y)), part.x), mix(at(ivec2(first.x, last.y)), at(last), part.x), part.y);
  if (mode == 2) { colour = vec4(floor(value.rgb + 0.5) / 255.0, 1.0); return; }
  float along = value.r * ramp.x + ramp.y;
  if (mode == 3) {
    // Rounded as the other painter rounds, which looks whole values up.
    int entry = clamp(int(floor((floor(value.r + 0.5) * ramp.x + ramp.y) * float(lastLevel) + 0.5)), 0, lastLevel);
    colour = vec4(vec3(float(texelFetch(levels, ivec2(entry & 255, entry >> 8), 0).r) / 255.0), 1.0);
    return;
  }
  float light = mode == 1 ? 1.0 / (1.0 + exp(-along)) : clamp(along, 0.0, 1.0);
  colour = vec4(vec3(floor(light * 255.0 + 0.5) / 255.0), 1.0);
}`;

interface Program {
  program: WebGLProgram;
  place: (name: string) => WebGLUniformLocation | null;
}

const NO_LEVELS = new Uint8Array(1);

/** How values lie in a texture. */
const FORMATS = {
  grey8: ['R8UI', 'RED_INTEGER', 'UNSIGNED_BYTE', 'usampler2D'],
  grey16: ['R16UI', 'RED_INTEGER', 'UNSIGNED_SHORT', 'usampler2D'],
  signed16: ['R16I', 'RED_INTEGER', 'SHORT', 'isampler2D'],
  rgb: ['RGB8UI', 'RGB_INTEGER', 'UNSIGNED_BYTE', 'usampler2D'],
} as const;

/** Paints with WebGL 2: values as they are in a texture, the window in a shader. */
export class PainterGl implements Painter {
  readonly kind = 'webgl';
  readonly #gl: WebGL2RenderingContext;
  readonly #programs = new Map<string, Program>();
  #texture: WebGLTexture | null = null;
  #held: Frame | null = null;
  #shape = '';
  #levels: WebGLTexture | null = null;
  #table: Uint8Array | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true });
    if (!gl) throw new Error('no WebGL 2');
    this.#gl = gl;
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  }

  paint(frame: Frame, back: Matrix, ramp: Ramp) {
    const gl = this.#gl;
    const { width, height } = this.canvas;
    if (gl.isContextLost() || width === 0 || height === 0) return;
    const { program, place } = this.#program(FORMATS[frame.pixels][3]);
    gl.useProgram(program);
    this.#hold(frame);
    gl.viewport(0, 0, width, height);
    gl.uniform4f(place('turn'), back.a, back.b, back.c, back.d);
    gl.uniform2f(place('shift'), back.e, back.f);
    gl.uniform1f(place('height'), height);
    gl.uniform2f(place('ramp'), ramp.gain, ramp.offset);
    gl.uniform1i(place('mode'), frame.pixels === 'rgb' ? 2 : ramp.table ? 3 : ramp.sigmoid ? 1 : 0);
    gl.uniform1i(place('levels'), 1);
    this.#tabulate(ramp.table ?? NO_LEVELS);
    gl.uniform1i(place('lastLevel'), (ramp.table ?? NO_LEVELS).length - 1);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Puts the values into the texture, unless they are there. */
  #hold(frame: Frame) {
    if (this.#held === frame) return;
    const gl = this.#gl;
    const { columns, rows, pixels } = frame;
    const [inside, format, type] = FORMATS[pixels];
    const shape = `${pixels} ${columns} ${rows}`;
    if (this.#shape !== shape) {
      if (Math.max(columns, rows) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) throw new Error('an image larger than the graphics card holds');
      gl.deleteTexture(this.#texture);
      this.#texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, this.#texture);
      for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
      gl.texStorage2D(gl.TEXTURE_2D, 1, gl[inside], columns, rows);
      this.#shape = shape;
    }
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, columns, rows, gl[format], gl[type], frame.values);
    this.#held = frame;
  }

  /** Puts a table of brightness into a texture of its own, 256 levels a line. A sampler that the image does not need has to have one too. */
  #tabulate(table: Uint8Array) {
    if (this.#table === table) return;
    const gl = this.#gl;
    const lines = Math.ceil(table.length / 256);
    const levels = new Uint8Array(lines * 256);
    levels.set(table);
    gl.activeTexture(gl.TEXTURE1);
    this.#levels ??= gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this.#levels);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8UI, 256, lines, 0, gl.RED_INTEGER, gl.UNSIGNED_BYTE, levels);
    gl.activeTexture(gl.TEXTURE0);
    this.#table = table;
  }

  #program(sampler: string): Program {
    const known = this.#programs.get(sampler);
    if (known) return known;
    const gl = this.#gl;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, CORNERS], [gl.FRAGMENT_SHADER, shader(sampler)]] as const) {
      const made = gl.createShader(kind);
      if (!made) throw new Error('no shader');
      gl.shaderSource(made, text);
      gl.compileShader(made);
      gl.attachShader(program, made);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'a shader that does not link');
    const places = new Map<string, WebGLUniformLocation | null>();
    const place = (name: string) => {
      if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name));
      return places.get(name) ?? null;
    };
    const made = { program, place };
    this.#programs.set(sampler, made);
    return made;
  }

  dispose() {
    this.#gl.deleteTexture(this.#texture);
    this.#gl.deleteTexture(this.#levels);
    for (const { program } of this.#programs.values()) this.#gl.deleteProgram(program);
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
