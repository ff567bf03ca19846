/** A worker, bundled, as the text of a script (`worker-text-loader.mjs`). */
declare module '*?text' {
  const source: string;
  export default source;
}
