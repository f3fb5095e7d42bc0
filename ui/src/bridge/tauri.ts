import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Bridge, Topic } from './bridge';

// WebView2 serves custom schemes as http://<scheme>.localhost; WebKit serves them under their own name.
const CASE = navigator.userAgent.includes('Windows') ? 'http://case.localhost' : 'case://localhost';

export const bridge: Bridge = {
  call: (name, request) => invoke(name, { request }),
  onTopic(callback) {
    const stop = listen<Topic>('topic', (event) => callback(event.payload));
    return () => void stop.then((off) => off());
  },
  pageUrl: (handle, { page, width, turns, lossless, part }) =>
    `${CASE}/page/${handle}/${page}?w=${width}&r=${turns}${lossless ? '&lossless=1' : ''}${part ? `&part=${part.x},${part.y},${part.width},${part.height}` : ''}`,
};
