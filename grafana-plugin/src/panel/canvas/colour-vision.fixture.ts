/** How colours look with several kinds of colour vision, and how much they differ. */

/** Linear sRGB, each from 0 to 1. */
export type Colour = readonly [number, number, number];

/** Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.0. */
export const EYES = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
} as const;

/** The colour of `#rrggbb`: IEC 61966-2-1. */
export function parseColour(hex: string): Colour {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** A colour as a kind of vision perceives it. */
export function seenBy(eye: keyof typeof EYES, [r, g, b]: Colour): Colour {
  const m = EYES[eye];
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  return [
    clip(m[0] * r + m[1] * g + m[2] * b),
    clip(m[3] * r + m[4] * g + m[5] * b),
    clip(m[6] * r + m[7] * g + m[8] * b),
  ];
}

const luminance = ([r, g, b]: Colour): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** The contrast ratio of two colours, from 1 to 21: WCAG 2.2. */
export function contrast(a: Colour, b: Colour): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** The difference of two colours: CIE 1976; about 2 is just noticeable, black and white differ by 100. */
export function difference(a: Colour, b: Colour): number {
  const [p, q] = [toLab(a), toLab(b)];
  return Math.hypot(...p.map((value, i) => value - (q[i] ?? 0)));
}

/** CIELAB under D65. */
function toLab([r, g, b]: Colour): number[] {
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(luminance([r, g, b]));
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
