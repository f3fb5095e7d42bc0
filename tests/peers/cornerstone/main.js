// A stack of Cornerstone3D with the loader of its authors, files in clear by HTTP: what the benchmarks of images compare with.
import { Enums, RenderingEngine, cache, imageLoader, init as initCore } from '@cornerstonejs/core';
import { init as initLoader, wadouri } from '@cornerstonejs/dicom-image-loader';
import { init as initTools, utilities } from '@cornerstonejs/tools';

const NAME = 'stack';
const element = document.querySelector('#stage');

await initCore();
await initTools();
initLoader({ maxWebWorkers: 2 });
const engine = new RenderingEngine('engine');
engine.enableElement({ viewportId: NAME, type: Enums.ViewportType.STACK, element });
const viewport = engine.getViewport(NAME);

const address = (name) => `wadouri:${location.origin}/files/${name}`;
const frame = () => new Promise(requestAnimationFrame);

/** Puts a series on the viewport and has it fetch ahead; the milliseconds until its first image is painted. */
window.open = async ({ count }) => {
  const begun = performance.now();
  const shown = new Promise((resolve) => element.addEventListener(Enums.Events.IMAGE_RENDERED, resolve, { once: true }));
  await viewport.setStack(Array.from({ length: count }, (_, number) => address(number)), 0);
  viewport.render();
  await shown;
  await frame();
  utilities.stackPrefetch.enable(element);
  return performance.now() - begun;
};

/** Goes to the next image with each frame of the display, so many times: images painted, and the milliseconds between two. */
window.scroll = async ({ from, count }) => {
  const times = [];
  let last = from;
  const note = () => {
    const now = viewport.getCurrentImageIdIndex();
    if (now !== last) times.push(performance.now());
    last = now;
  };
  element.addEventListener(Enums.Events.IMAGE_RENDERED, note);
  const begun = performance.now();
  for (let number = 1; number <= count; number += 1) {
    await frame();
    void viewport.setImageIdIndex(from + number).catch(() => undefined);
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  element.removeEventListener(Enums.Events.IMAGE_RENDERED, note);
  return { painted: times.length, took: (times.at(-1) ?? begun) - begun, gaps: times.slice(1).map((time, at) => time - times[at]) };
};

/** Decodes frames of a film one after the other; the milliseconds that each round takes. */
window.decode = async ({ film, from, to, rounds }) => {
  const took = [];
  for (let round = 0; round < rounds; round += 1) {
    cache.purgeCache();
    // The file is fetched and parsed with the first frame, which does not count.
    await imageLoader.loadAndCacheImage(`${address(film)}?frame=1`);
    const begun = performance.now();
    for (let number = from + 1; number <= to; number += 1) await imageLoader.loadAndCacheImage(`${address(film)}?frame=${number}`);
    took.push(performance.now() - begun);
  }
  wadouri.dataSetCacheManager.purge();
  return took;
};

document.querySelector('p').textContent = 'ready';
