/** What the script below records in the page; times in milliseconds since the page's start. */
export interface Measured {
  /** When the last response of Prometheus was parsed. */
  readonly lastAnswer: number;
  /** When part of the graph was first on the canvas. */
  readonly firstPicture: number;
  /** Of the canvases still in use. */
  readonly canvasBytes: number;
}

/** Runs in the page before any other script. */
export const BEFORE_PAGE = `(() => {
  let lastAnswer = 0;
  let firstPicture = 0;
  const readJson = Response.prototype.json;
  Response.prototype.json = async function () {
    const value = await readJson.call(this);
    if (firstPicture === 0) lastAnswer = performance.now();
    return value;
  };

  const canvases = new Set();
  const create = document.createElement;
  document.createElement = function (...names) {
    const element = create.apply(this, names);
    if (element instanceof HTMLCanvasElement) canvases.add(new WeakRef(element));
    return element;
  };

  const look = () => {
    const canvas = document.querySelector('[data-testid=musubi-canvas][data-detail]:not([data-cards="0"])');
    if (!canvas) requestAnimationFrame(look);
    // What is drawn in this frame is visible in the next.
    else requestAnimationFrame(() => (firstPicture = performance.now()));
  };
  requestAnimationFrame(look);

  window.measured = () => ({
    lastAnswer,
    firstPicture,
    canvasBytes: [...canvases]
      .flatMap((ref) => ref.deref() ?? [])
      .reduce((sum, { width, height }) => sum + 4 * width * height, 0),
  });

  let frames = [];
  let watching = false;
  window.startFrames = () => {
    frames = [];
    watching = true;
    const watch = (now) => {
      frames.push(now);
      if (watching) requestAnimationFrame(watch);
    };
    requestAnimationFrame(watch);
  };
  window.endFrames = () => {
    watching = false;
    return frames.slice(1).map((now, i) => now - frames[i]);
  };
})()`;
