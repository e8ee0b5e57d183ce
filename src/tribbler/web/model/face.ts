/**
 * A small furry creature for every name, always the same: how it looks is drawn from a hash of the name. Coordinates are those of a
 * square of 100 by 100.
 */
export interface Face {
  /** Which of the page's `faceColours` it has. */
  readonly colour: number;
  /** The outline of the fur, as the `d` of an SVG path. */
  readonly fur: string;
  readonly eyes: readonly Eye[];
  /** The `d` of the mouth's path. */
  readonly mouth: string;
  readonly hasCheeks: boolean;
  /** The `d` of what grows on its head; empty if nothing does. */
  readonly crest: string;
}

export interface Eye {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly pupilX: number;
  readonly pupilY: number;
}

/** Backdrop, fur and shade. All go with light and dark pages; none has to be told from another to use the page. */
export const faceColours: readonly (readonly [string, string, string])[] = [
  ['#ffe3d3', '#e8703a', '#b94d1d'],
  ['#ffe9b8', '#e0a020', '#a87208'],
  ['#e7efc4', '#8aa83a', '#5f7a1c'],
  ['#d3eedb', '#3f9a6b', '#24704a'],
  ['#d0eeee', '#2f98a0', '#176d75'],
  ['#d6e6fb', '#4b83d1', '#2a5ca6'],
  ['#e3dffb', '#7d6ad0', '#5745a8'],
  ['#f3dcf3', '#b161b3', '#873f8a'],
  ['#fbd9e2', '#d6587d', '#a93459'],
  ['#f1e1d2', '#a3714a', '#784c2a'],
  ['#e4e6ea', '#78818f', '#525b69'],
  ['#fddcd8', '#cf5148', '#9f2f28'],
];

/** Draws the face of a name. */
export function faceOf(name: string): Face {
  const draw = drawsFrom(name);
  const colour = Math.floor(draw() * faceColours.length);
  const fur = furOutline(draw);
  const gaze = draw() * 2 * Math.PI;
  const radius = 9 + draw() * 4;
  const apart = radius + 2 + draw() * 6;
  const height = 45 + draw() * 6;
  const count = draw() < 0.1 ? 1 : 2;
  const xs = count === 1 ? [50] : [50 - apart, 50 + apart];
  const eyes = xs.map((x) => ({
    x: round(x),
    y: round(height),
    radius: round(count === 1 ? radius * 1.35 : radius),
    pupilX: round(x + Math.cos(gaze) * radius * 0.32),
    pupilY: round(height + Math.sin(gaze) * radius * 0.32),
  }));
  return {
    colour,
    fur,
    eyes,
    mouth: mouthPath(draw, height + radius + 7),
    hasCheeks: draw() < 0.4,
    crest: crestPath(draw),
  };
}

/** A ring of tufts: points that go in and out around a circle, with curves between. */
function furOutline(draw: () => number): string {
  const tufts = 15 + Math.floor(draw() * 8);
  const depth = 4 + draw() * 4;
  const squash = 0.92 + draw() * 0.12;
  const turn = draw() * Math.PI;
  const point = (angle: number, distance: number): string =>
    `${round(50 + Math.cos(angle) * distance)} ${round(54 + Math.sin(angle) * distance * squash)}`;
  const step = (2 * Math.PI) / tufts;
  let path = `M${point(turn, 35)}`;
  for (let tuft = 0; tuft < tufts; tuft++) {
    const angle = turn + tuft * step;
    const tip = 37 + depth * (0.6 + draw() * 0.6);
    path += `Q${point(angle + step * 0.25, tip)} ${point(angle + step * 0.62, tip - 1)}`;
    path += `Q${point(angle + step * 0.8, 36)} ${point(angle + step, 35)}`;
  }
  return `${path}Z`;
}

function mouthPath(draw: () => number, y: number): string {
  const width = 5 + draw() * 7;
  const kind = draw();
  const [left, right, top] = [round(50 - width), round(50 + width), round(y)];
  if (kind < 0.55) return `M${left} ${top}Q50 ${round(y + 4 + draw() * 8)} ${right} ${top}`;
  if (kind < 0.75) return `M${left} ${top}Q50 ${round(y + 13)} ${right} ${top}Z`;
  if (kind < 0.9) {
    return `M${left} ${top}Q${round(50 - width / 2)} ${round(y + 7)} 50 ${top}Q${round(50 + width / 2)} ${round(y + 7)} ${right} ${top}`;
  }
  return `M${round(50 - width * 0.7)} ${round(y + 2)}L${round(50 + width * 0.7)} ${round(y + 2)}`;
}

function crestPath(draw: () => number): string {
  const kind = draw();
  if (kind < 0.45) return '';
  if (kind < 0.65) return 'M40 24Q36 12 28 11M60 24Q64 12 72 11';
  if (kind < 0.8) return 'M50 22Q47 12 54 6M45 23Q38 14 40 8M55 23Q60 15 64 11';
  return 'M50 22Q51 12 44 7Q54 6 56 14';
}

/**
 * Numbers from 0 to 1 that the name alone decides: FNV-1a over the name, then a small generator (mulberry32). Nobody must be unable to
 * guess them.
 */
function drawsFrom(name: string): () => number {
  let state = 0x811c9dc5;
  for (const letter of name) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
